#include "import/check_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "dialect/capabilities.hpp"
#include "import/csv_format.hpp"
#include "import/date_format.hpp"
#include "import/open_input.hpp"
#include "import/transcoded_input.hpp"

namespace dbmig::import {

bool has_timestamp(const schema::Table& table, DialectKind dialect) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const auto& column) {
    return column.type_on(dialect).kind == schema::TypeKind::timestamp;
  });
}

std::string time_zone_of(const std::vector<Options>& options,
                         const std::vector<schema::Table>& tables, DialectKind dialect) {
  const bool has_zones = dialect::type_ranges(dialect).zoned_timestamps;
  std::optional<std::string> zone;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (!has_timestamp(tables[i], dialect)) continue;
    // Where times are stored as text, they are taken for UTC.
    const bool is_usual = !has_zones && options[i].time_zone == backend::kUtc;
    const std::string own = is_usual ? std::string() : options[i].time_zone;
    if (zone && *zone != own) {
      throw Error(ErrorCode::usage, "the files have different time zones")
          .hint("import those with a time_zone in FILE.yaml by themselves, or give --time-zone");
    }
    zone = own;
  }
  if (!zone || zone->empty()) return {};
  if (!has_zones) {
    throw Error(ErrorCode::usage,
                fmt::format("--time-zone {}: SQLite stores times as the file has them", *zone))
        .hint("leave it out; `dbmig copy` takes them for UTC");
  }
  return *zone;
}

void check_options(const Options& options) {
  check(options.format);
  if (!options.encoding.empty()) check_encoding(options.encoding);
  for (const DateOption& one : options.date_formats) const DateFormat format(one.format);
  if (!options.map.empty() && !options.columns.empty()) {
    throw Error(ErrorCode::usage, "--map and --columns both say what the fields are")
        .hint(
            "--columns names all columns in order; --map names only those whose name in the header "
            "differs");
  }
  if (options.files.empty()) {
    throw Error(ErrorCode::usage, "no file to import").hint("name one, or '-' for standard input");
  }
  const auto inputs = std::count(options.files.begin(), options.files.end(), kStandardInput);
  if (inputs > 1) throw Error(ErrorCode::usage, "'-' can be given only once");
  if (inputs == 1 && options.table.empty()) {
    throw Error(ErrorCode::usage, "standard input has no file name from which to take the table")
        .hint("name the table with --table NAME");
  }
  if (!options.rejects.empty() && options.on_error != OnError::reject) {
    throw Error(ErrorCode::usage, "--rejects needs --on-error reject")
        .hint("without it, the import stops at the first bad record");
  }
  if (options.dry_run && (options.commit_every != 0 || options.resume)) {
    throw Error(ErrorCode::usage, "--dry-run loads nothing: there is nothing to commit or resume")
        .hint("leave out --commit-every and --resume");
  }
}

}  // namespace dbmig::import
