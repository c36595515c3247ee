#include "transfer/companion_file.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace dbmig::transfer {
namespace {

constexpr std::string_view kKey = "dbmig_export:";

/// In double quotes: YAML can read JSON strings.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string companion_text(const CompanionText& what) {
  std::string out = fmt::format(
      "# The format of the file next to this one, for `dbmig import {}`.\n{}\n", what.file, kKey);
  if (!what.table.empty()) out += fmt::format("  table: {}\n", quoted(what.table));
  out += fmt::format("  format: {}\n", what.format);
  if (!what.columns.empty()) {
    out += "  columns: " + nlohmann::json(what.columns).dump(-1, ' ', true) + "\n";
  }
  if (what.format == "csv") out += fmt::format("  delimiter: {}\n", quoted({what.delimiter}));
  if (what.has_nulls_mark) out += fmt::format("  \"null\": {}\n", quoted(what.null));
  if (what.has_bytes) out += "  binary: hex\n";
  if (what.is_in_utc) out += "  time_zone: UTC\n";
  return out;
}

bool is_companion(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return true;
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  return content.find(kKey) != std::string::npos;
}

}  // namespace dbmig::transfer
