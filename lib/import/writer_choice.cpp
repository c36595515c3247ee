#include "import/writer_choice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <system_error>

#include "backend/branch.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "import/input_files.hpp"
#include "import/open_input.hpp"

namespace dbmig::import {
namespace {

/// More would block each other in one table.
constexpr std::size_t kUsualWriters = 4;

}  // namespace

std::size_t usual_writers(backend::Connection& connection, const Options& options, int ranks) {
  if (!dialect::capabilities(connection.dialect().kind()).parallel_writers || options.dry_run)
    return 1;
  std::uintmax_t bytes = 0;
  for (const std::string& path : options.files) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(path, failure)) return 1;
    bytes += std::filesystem::file_size(path, failure);
  }
  if (bytes < options.bytes_for_writers) return 1;
  return std::min(static_cast<std::size_t>(ranks), kUsualWriters);
}

std::optional<std::string> why_one_writer(backend::Connection& connection, const Options& options,
                                          const std::vector<schema::Table>& tables, bool in_steps) {
  if (auto reason = backend::why_no_branches(connection)) return reason;
  if (in_steps) return "--commit-every loads in the order of the file";
  if (options.on_duplicate != backend::OnDuplicate::abort) {
    return "which of two duplicates is kept depends on the order of the file";
  }
  if (options.goes_on()) return "which record is rejected depends on the order of the file";
  for (const std::string& path : options.files) {
    if (!std::filesystem::is_regular_file(path)) {
      return fmt::format("{} can be read only once",
                         path == kStandardInput ? "standard input" : path);
    }
  }
  for (const schema::Table& table : tables) {
    for (const schema::ForeignKey& key : table.foreign_keys) {
      for (const schema::Table& other : tables) {
        if (!text::equals_ignoring_case(other.name, key.referenced_table)) continue;
        return fmt::format("rows of '{}' refer to rows of '{}' of the same import", table.name,
                           other.name);
      }
    }
    const backend::Value name = table.name;
    const auto triggers = connection.query(
        "SELECT trigger_name FROM information_schema.triggers WHERE event_object_schema = "
        "DATABASE() AND event_object_table = ? AND event_manipulation = 'INSERT' LIMIT 1",
        std::span(&name, 1));
    if (!triggers.rows.empty()) {
      return fmt::format("the trigger '{}' sees the rows in the order of the file",
                         triggers.rows.front().front().value_or(""));
    }
  }
  return std::nullopt;
}

}  // namespace dbmig::import
