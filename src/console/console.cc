#include "console/console.h"

#include <algorithm>

#include "console/content_coding.h"

namespace argosy::console {

namespace {

// Nothing from elsewhere, no script or style within the page, no strings made into markup.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

constexpr std::string_view kPage = "index.html";

const EmbeddedFile* Find(std::span<const EmbeddedFile> files, std::string_view path) {
    const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
    return found == files.end() ? nullptr : &*found;
}

std::string_view BytesOf(const EmbeddedFile& file, Coding coding) {
    if (coding == Coding::kGzip) return file.gzip;
    return coding == Coding::kBrotli ? file.br : file.body;
}

// The name of an asset has its content's hash in it; the page's name stays while it changes.
std::string_view CachingOf(const EmbeddedFile& file) {
    return file.path == kPage ? "no-cache" : "public, max-age=31536000, immutable";
}

Headers CommonHeaders() {
    return {{"Content-Security-Policy", std::string(kPolicy)},
            {"X-Content-Type-Options", "nosniff"},
            {"Referrer-Policy", "no-referrer"},
            {"Cross-Origin-Opener-Policy", "same-origin"},
            {"Cross-Origin-Resource-Policy", "same-origin"}};
}

void RespondMissing(Exchange& exchange, bool no_console) {
    Headers headers = CommonHeaders();
    headers.Add("Content-Type", "application/json");
    headers.Add("Cache-Control", "no-store");
    const std::string_view message =
        no_console ? "This argosy was built without the console (ARGOSY_CONSOLE=OFF); the API is "
                     "under /v1"
                   : "The console has no such file; it begins at /";
    exchange.Respond(404, std::move(headers),
                     R"({"error":{"message":")" + std::string(message) +
                         R"(","type":"not_found_error","param":null,"code":null}})");
}

void RespondFile(Exchange& exchange, const EmbeddedFile& file) {
    const Headers& asked = exchange.request().headers;
    const Coding coding =
        ChooseCoding(asked.Get("Accept-Encoding"), !file.gzip.empty(), !file.br.empty());
    // Each coding is another representation with its own tag.
    std::string tag = "\"" + std::string(file.hash);
    if (coding != Coding::kIdentity) tag += "-" + std::string(Name(coding));
    tag += "\"";
    Headers headers = CommonHeaders();
    headers.Add("ETag", tag);
    headers.Add("Cache-Control", std::string(CachingOf(file)));
    headers.Add("Vary", "Accept-Encoding");
    if (NamesTag(asked.Get("If-None-Match"), tag)) {
        return exchange.Respond(304, std::move(headers), {});
    }
    headers.Add("Content-Type", std::string(file.type));
    if (coding != Coding::kIdentity) headers.Add("Content-Encoding", std::string(Name(coding)));
    exchange.Respond(200, std::move(headers), std::string(BytesOf(file, coding)));
}

void RespondPath(Exchange& exchange, std::span<const EmbeddedFile> files, std::string_view path) {
    const EmbeddedFile* file = Find(files, path);
    if (file == nullptr) return RespondMissing(exchange, files.empty());
    RespondFile(exchange, *file);
}

}  // namespace

std::vector<ConsoleRoute> ConsoleRoutes(std::span<const EmbeddedFile> files) {
    std::vector<ConsoleRoute> routes;
    routes.push_back({"GET", "/", [files](const std::shared_ptr<Exchange>& exchange) {
                          RespondPath(*exchange, files, kPage);
                      }});
    routes.push_back({"GET", "/assets/{file*}", [files](const std::shared_ptr<Exchange>& exchange) {
                          const std::string_view name = exchange->request().Param("file");
                          RespondPath(*exchange, files, "assets/" + std::string(name));
                      }});
    return routes;
}

void AddConsole(Router& router, std::span<const EmbeddedFile> files) {
    for (ConsoleRoute& route : ConsoleRoutes(files)) {
        router.Add(std::move(route.method), route.pattern, std::move(route.handler));
    }
}

}  // namespace argosy::console
