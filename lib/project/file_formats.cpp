#include "project/file_formats.hpp"

#include <fmt/core.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "import/input_files.hpp"
#include "import/open_input.hpp"
#include "import/reject_target.hpp"
#include "yaml/node.hpp"
#include "yaml/reader.hpp"

namespace dbmig::project {
namespace {

using import::FormatRequest;

constexpr const char* kCompanionKey = "dbmig_export";

/// The content of `FILE.yaml`.
struct CompanionFile {
  FormatRequest format;
  std::string table;
  std::vector<std::string> columns;
};

std::optional<CompanionFile> read_companion(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  constexpr std::uintmax_t kMaxBytes = std::uintmax_t{64} << 10U;
  if (std::filesystem::file_size(path, ignored) > kMaxBytes) return std::nullopt;
  const std::string content = read_file(path);
  if (content.find(kCompanionKey) == std::string::npos) return std::nullopt;
  Diagnostics diagnostics;
  const auto root = yaml::parse_yaml(content, path, diagnostics);
  diagnostics.throw_if_any(ErrorCode::invalid);
  const yaml::Node* own = root && root->is_mapping() ? root->find(kCompanionKey) : nullptr;
  if (own == nullptr) return std::nullopt;
  yaml::Reader reader(path, diagnostics);
  yaml::Fields fields(reader, *own, "'dbmig_export'",
                      {"table", "format", "delimiter", "binary", "null", "columns", "time_zone"});
  CompanionFile found;
  found.table = fields.text_or_empty("table");
  found.format.name = fields.text_or_empty("format");
  found.format.delimiter = fields.text("delimiter");
  found.format.binary = fields.text("binary");
  found.format.time_zone = fields.text("time_zone");
  if (const yaml::Node* nulls = fields.find("null")) {
    found.format.nulls = reader.names(*nulls, "'null'");
  }
  if (const yaml::Node* columns = fields.find("columns")) {
    found.columns = reader.names(*columns, "'columns'");
  }
  diagnostics.throw_if_any(ErrorCode::invalid);
  return found;
}

/// The file's name without the extension of its compression.
std::filesystem::path uncompressed(const std::string& path) {
  std::filesystem::path name = path;
  for (const char* ending : {".gz", ".zst", ".xz", ".lzma"}) {
    if (name.extension() == ending) return name.replace_extension();
  }
  return name;
}

/// Whether a field at the beginning of the file is `\\N`: programs that write escapes use it for
/// NULL, and no others do.
bool has_escaped_nulls(const std::string& path) {
  static const std::atomic<bool> never{false};
  constexpr std::size_t kLooked = std::size_t{256} << 10U;
  try {
    const import::OpenedInput opened = import::open_input(path, "", never, {});
    std::string head(kLooked, '\0');
    head.resize(opened.input->read(head));
    for (std::size_t at = head.find("\\N"); at != std::string::npos;
         at = head.find("\\N", at + 1)) {
      const bool begins = at > 0 && (head[at - 1] == '\t' || head[at - 1] == '\n');
      const std::size_t end = at + 2;
      if (begins && (end == head.size() || head[end] == '\t' || head[end] == '\n')) return true;
    }
  } catch (const Error&) {
    // The import will report what is wrong with the file.
  }
  return false;
}

/// Uses the companion's settings for what the command line leaves out.
void fill(FormatRequest& request, const FormatRequest& companion) {
  const bool is_other = !request.name.empty() && request.name != companion.name;
  if (!request.binary) request.binary = companion.binary;
  if (!request.time_zone) request.time_zone = companion.time_zone;
  if (is_other) return;  // the NULL markers belong to the companion's format, not to the one chosen
  request.name = companion.name;
  if (!request.delimiter) request.delimiter = companion.delimiter;
  if (request.nulls.empty()) request.nulls = companion.nulls;
}

}  // namespace

// Not `import::…` at the beginning of a line: clang-format takes that for a module.
auto own_format(const FormatRequest& said, const std::string& path) -> import::OwnFormat {
  import::OwnFormat own;
  FormatRequest request = said;
  std::error_code ignored;
  const bool is_file =
      path != import::kStandardInput && std::filesystem::is_regular_file(path, ignored);
  const std::string beside = path + std::string(import::kCompanionEnding);
  if (const auto companion = is_file ? read_companion(beside) : std::nullopt) {
    fill(request, companion->format);
    own.table = companion->table;
    own.columns = companion->columns;
    own.note = fmt::format("{} is read as described in {}", path, beside);
  }
  const bool is_cut_otherwise = said.delimiter || said.quote || said.escape;
  if (request.name.empty() && is_file && !is_cut_otherwise) {
    const std::string ending = text::lower(uncompressed(path).extension().string());
    if (ending == ".jsonl" || ending == ".ndjson") request.name = "jsonl";
    const bool may_be_escaped = said.nulls.empty() || said.nulls == std::vector<std::string>{"\\N"};
    if ((ending == ".tsv" || ending == ".tab") && may_be_escaped && has_escaped_nulls(path)) {
      request.name = "tsv";
      own.note = fmt::format("{} uses \\N for NULL: reading it as --format tsv", path);
    }
  }
  own.format = import::file_format(request);
  return own;
}

}  // namespace dbmig::project
