#include "import/file_plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "import/check_options.hpp"
#include "import/header.hpp"

namespace dbmig::import {
namespace {

/// `name` as a field of a header: quoted if it would be cut otherwise.
std::string header_field(const std::string& name, const CsvFormat& format) {
  const bool plain = !name.empty() && text::trim(name) == name &&
                     std::none_of(name.begin(), name.end(), [&](char c) {
                       return c == format.delimiter || c == format.quote || c == format.escape ||
                              c == '\n' || c == '\r';
                     });
  return plain ? name : write_field(name, format);
}

/// The header line with the columns of `plan`.
std::string header_of(const Plan& plan) {
  std::string header;
  const std::vector<std::string> names = plan.column_names();
  for (std::size_t i = 0; i < plan.targets.size(); ++i) {
    if (i != 0) header.push_back(plan.format.delimiter);
    const std::int32_t target = plan.targets[i];
    header += target == Plan::kSkipped
                  ? "-"
                  : header_field(names[static_cast<std::size_t>(target)], plan.format);
  }
  return header;
}

/// The columns of `table` for which `plan` has no value.
std::vector<std::string> columns_without_value(const schema::Table& table, const Plan& plan) {
  std::vector<std::string> names;
  std::set<std::string> given;
  for (const TargetColumn& column : plan.columns) given.insert(column.name);
  for (const schema::Column& column : table.columns) {
    if (column.generated || given.contains(column.name)) continue;
    names.push_back(column.name);
  }
  return names;
}

/// The columns of `table` that no field of the file is for.
std::vector<std::string> columns_without_key(const schema::Table& table, const Plan& plan) {
  std::vector<std::string> names;
  const std::size_t of_file = plan.columns.size() - plan.constants.size();
  for (const schema::Column& column : table.columns) {
    const auto end = plan.columns.begin() + static_cast<std::ptrdiff_t>(of_file);
    const auto same = [&](const TargetColumn& one) { return one.name == column.name; };
    if (std::none_of(plan.columns.begin(), end, same)) names.push_back(column.name);
  }
  return names;
}

/// Whether the server takes zero dates depends on the sql_mode of the session.
ZeroDates zero_dates(const schema::Table& table, backend::Connection& connection) {
  const DialectKind kind = connection.dialect().kind();
  const bool has_dates =
      std::any_of(table.columns.begin(), table.columns.end(), [&](const schema::Column& column) {
        const schema::TypeKind type = column.type_on(kind).kind;
        return type == schema::TypeKind::date || type == schema::TypeKind::datetime ||
               type == schema::TypeKind::timestamp;
      });
  if (!has_dates || !dialect::type_ranges(kind).zero_dates) return ZeroDates::refused;
  const auto rows = connection.query("SELECT @@SESSION.sql_mode").rows;
  const std::string mode = rows.at(0).at(0).value_or("");
  const bool refuses = mode.find("NO_ZERO_DATE") != std::string::npos ||
                       mode.find("NO_ZERO_IN_DATE") != std::string::npos;
  return refuses ? ZeroDates::refused_by_server : ZeroDates::taken;
}

/// Of a value of --set.
bool is_expression(std::string_view value) {
  return value.size() > 2 && value.front() == '(' && value.back() == ')';
}

/// The values of --set; expressions are computed here, once for all rows.
std::vector<std::pair<std::string, std::optional<std::string>>> constants(
    const Options& options, backend::Connection& connection) {
  std::vector<std::pair<std::string, std::optional<std::string>>> all;
  for (const auto& [name, value] : options.set) {
    if (!is_expression(value)) {
      all.emplace_back(name, value);
      continue;
    }
    try {
      const auto rows = connection.query("SELECT " + value).rows;
      if (rows.at(0).size() != 1) {
        throw Error(ErrorCode::usage, fmt::format("it has {} values", rows.at(0).size()));
      }
      all.emplace_back(name, rows.at(0).at(0));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection) throw;
      throw Error(ErrorCode::usage, fmt::format("--set {}: {}", name, error.message()))
          .native(error.native_code())
          .hint("a value in parentheses is an expression of SQL, without the columns of the row");
    }
  }
  return all;
}

void set_date_formats(const Options& options, const schema::Table& table, Plan& plan) {
  const std::span<TargetColumn> of_file(plan.columns.data(),
                                        plan.columns.size() - plan.constants.size());
  for (const DateOption& one : options.date_formats) {
    if (one.column.empty()) continue;
    const schema::Column* meant = find_column(table, one.column);
    if (meant == nullptr) {
      throw Error(ErrorCode::usage,
                  fmt::format("--date-format names '{}', which is not a column of '{}'", one.column,
                              table.name))
          .hint(text::suggest(one.column, table.column_names()));
    }
    for (TargetColumn& column : of_file) {
      if (column.name == meant->name) column.date_formats.push_back(one.format);
    }
  }
  for (TargetColumn& column : of_file) {
    if (!column.date_formats.empty()) continue;
    for (const DateOption& one : options.date_formats) {
      if (one.column.empty()) column.date_formats.push_back(one.format);
    }
  }
}

}  // namespace

bool asks_database(const Options& options) {
  return std::any_of(options.set.begin(), options.set.end(),
                     [](const auto& one) { return is_expression(one.second); });
}

FilePlan plan_file(ChunkReader& reader, const Options& options, const TargetTable& target,
                   backend::Connection& connection, const std::string& file, EventSink& events) {
  const schema::Table& table = target.table;
  const Opening opening = read_opening(reader, options, table, file);
  if (!opening.note.empty()) events.info("dbmig.import", opening.note);
  FilePlan result;
  ColumnRequest request;
  request.file = file;
  request.guess = opening.guess;
  request.ignore_unknown = options.ignore_unknown;
  request.map = options.map;
  request.is_filled_by_trigger = target.is_filled_by_trigger;
  // A row that exists already keeps what the file does not have.
  request.fills_missing = options.on_duplicate == backend::OnDuplicate::abort ||
                          options.on_duplicate == backend::OnDuplicate::skip;
  request.set = constants(options, connection);
  if (opening.header) {
    request.header_line = opening.header->line;
    request.header = opening.header->names;
    result.header = opening.header->record;
  }
  // The header of a reject file takes precedence, so that the command that wrote it can be repeated
  // with it.
  const bool own_columns = options.is_json || (opening.header && opening.header->of_rejects);
  if (!own_columns) request.columns = options.columns;
  Plan plan = map_columns(table, connection.dialect().kind(), request);
  if (options.is_json) {
    plan.keys = opening.header->names;
    if (options.columns.empty()) plan.columns_without_key = columns_without_key(table, plan);
  }
  set_date_formats(options, table, plan);
  plan.format = opening.format;
  plan.nulls = options.nulls;
  plan.binary = options.binary;
  plan.bits = options.bits;
  plan.decimal = options.decimal;
  plan.zero_dates = zero_dates(table, connection);
  if (has_timestamp(table, plan.dialect)) plan.time_zone = options.time_zone;
  plan.ignore_unknown = options.ignore_unknown;
  plan.fill_missing = options.fill_missing;
  plan.rejects = options.goes_on();
  plan.every_field = options.dry_run;
  if (result.header.empty() || !request.columns.empty()) {
    // A reject file has a header with the columns, so that it can be imported without further
    // options.
    result.header = header_of(plan);
  }
  result.defaulted = columns_without_value(table, plan);
  result.plan = std::move(plan);
  return result;
}

}  // namespace dbmig::import
