// node embed.mjs DIST OUT.cc: the built files as C++ byte arrays, precompressed where that is worth
// it, each with its type and the hash of its bytes. Deterministic: same files, same output.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const kTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

function files(folder, prefix = "") {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = prefix ? `${prefix}/${entry.name}` : entry.name;
      return entry.isDirectory() ? files(folder, path) : [path];
    });
}

/** Compressed bytes, or none where they save less than a tenth. */
function worthwhile(bytes, compressed) {
  return compressed.length < bytes.length * 0.9 ? compressed : Buffer.alloc(0);
}

function brotli(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params });
}

function array(name, bytes) {
  // A C++ array cannot be empty.
  return `const unsigned char ${name}[] = {${bytes.length > 0 ? bytes.join(",") : "0"}};\n`;
}

function entry(path, index, bytes, packed) {
  const type = kTypes[extname(path)];
  if (!type) throw new Error(`${path}: embed.mjs knows no type for it`);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 20);
  const views = Object.entries(packed).map(([name, of]) => `View(${name}${index}, ${of.length})`);
  const row = `{"${path}", "${type}", "${hash}", View(body${index}, ${bytes.length}), ${views.join(", ")}}`;
  const arrays = [array(`body${index}`, bytes)];
  for (const [name, of] of Object.entries(packed)) arrays.push(array(name + index, of));
  return { row, arrays: arrays.join("") };
}

const [dist, out] = process.argv.slice(2);
const entries = files(dist).map((path, index) => {
  const bytes = readFileSync(join(dist, path));
  const gzip = worthwhile(bytes, gzipSync(bytes, { level: 9 }));
  return entry(path, index, bytes, { gzip, br: worthwhile(bytes, brotli(bytes)) });
});
const text = `// Made by web/embed.mjs.
#include "console/embedded_file.h"

namespace argosy::console {
namespace {
std::string_view View(const unsigned char* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}
${entries.map((one) => one.arrays).join("")}}  // namespace

std::span<const EmbeddedFile> EmbeddedFiles() {
    static const EmbeddedFile files[] = {
        ${entries.map((one) => one.row).join(",\n        ")}};
    return files;
}
}  // namespace argosy::console
`;
writeFileSync(out, text);
