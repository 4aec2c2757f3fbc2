// catalog.csv, written and read.
#include <charconv>
#include <fstream>

#include "base/csv_reader.h"
#include "lifecycle/shop/catalogue.h"

namespace argosy::lifecycle::shop {

namespace {

struct TextColumn {
    std::string_view name;
    std::string Product::* field;
};
struct NumberColumn {
    std::string_view name;
    int Product::* field;
};

constexpr TextColumn kTexts[] = {{"id", &Product::id},
                                 {"name", &Product::name},
                                 {"category", &Product::category},
                                 {"colour", &Product::colour},
                                 {"material", &Product::material},
                                 {"size", &Product::size},
                                 {"audience", &Product::audience},
                                 {"use", &Product::use},
                                 {"waterproof", &Product::waterproof},
                                 {"description", &Product::description}};
constexpr NumberColumn kNumbers[] = {{"price_cents", &Product::cents},
                                     {"weight_g", &Product::grams},
                                     {"stock", &Product::stock},
                                     {"rating_tenths", &Product::rating},
                                     {"review_count", &Product::review_count}};
constexpr std::string_view kReviewSeparator = "\n";

size_t ColumnCount() { return std::size(kTexts) + std::size(kNumbers) + 2; }

std::string Header() {
    std::string line;
    for (const auto& column : kTexts) line.append(column.name).append(",");
    for (const auto& column : kNumbers) line.append(column.name).append(",");
    return line + "reviews,split\n";
}

Result<Product> Parse(const std::vector<std::string>& fields) {
    Product product;
    size_t at = 0;
    for (const auto& column : kTexts) product.*column.field = fields[at++];
    for (const auto& column : kNumbers) {
        const std::string& text = fields[at++];
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, product.*column.field);
        if (error != std::errc() || stop != end || product.*column.field < 0) {
            return Err(ErrorCode::kInvalidArgument, "{} has to be a whole number, but is '{}'",
                       column.name, text);
        }
    }
    std::string_view reviews = fields[at];
    while (!reviews.empty()) {
        const size_t end = std::min(reviews.find(kReviewSeparator), reviews.size());
        product.reviews.emplace_back(reviews.substr(0, end));
        reviews.remove_prefix(std::min(end + 1, reviews.size()));
    }
    product.eval = fields[at + 1] == "eval";
    return product;
}

}  // namespace

std::string Catalogue::ToCsv() const {
    std::string csv = Header();
    for (const Product& product : products_) {
        for (const auto& column : kTexts) csv += CsvField(product.*column.field) + ",";
        for (const auto& column : kNumbers) csv += fmt::format("{},", product.*column.field);
        std::string reviews;
        for (const std::string& review : product.reviews) {
            if (!reviews.empty()) reviews += kReviewSeparator;
            reviews += review;
        }
        csv += CsvField(reviews) + (product.eval ? ",eval\n" : ",train\n");
    }
    return csv;
}

Result<Catalogue> Catalogue::Read(std::istream& csv) {
    CsvReader reader(csv);
    ARGOSY_CHECK_OK(reader.ReadHeader());
    if (reader.header().size() != ColumnCount()) {
        return Err(ErrorCode::kInvalidArgument, "no catalogue of make-shop: its columns are {}",
                   Header());
    }
    Catalogue catalogue;
    CsvRow row;
    while (true) {
        auto more = reader.Next(row);
        const std::string place = fmt::format("line {}", row.line);
        if (!more) return At(place, std::move(more.error()));
        if (!*more) break;
        auto product = Parse(row.fields);
        if (!product) return At(place, std::move(product.error()));
        catalogue.products_.push_back(std::move(*product));
    }
    catalogue.Index();
    return catalogue;
}

Result<Catalogue> Catalogue::Load(const std::filesystem::path& csv) {
    std::ifstream in(csv, std::ios::binary);
    if (!in) return At(csv.string(), {ErrorCode::kNotFound, "cannot be opened", {}});
    auto catalogue = Read(in);
    if (!catalogue) return At(csv.string(), std::move(catalogue.error()));
    return catalogue;
}

}  // namespace argosy::lifecycle::shop
