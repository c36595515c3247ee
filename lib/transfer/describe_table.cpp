#include "transfer/describe_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/shell_word.hpp"
#include "base/text.hpp"
#include "import/file_kind.hpp"
#include "import/number_text.hpp"
#include "import/plain_name.hpp"
#include "import/reject_target.hpp"
#include "transfer/name_columns.hpp"

namespace dbmig::transfer {
namespace {

/// The column that identifies rows: of those that do, one with a key's name, otherwise the first
/// integer.
std::optional<std::size_t> choose_key(const schema::Table& table,
                                      const std::vector<Evidence>& columns) {
  const auto ends_in = [](const std::string& name, std::string_view word) {
    return name == word || (name.size() > word.size() && name.ends_with("_" + std::string(word)));
  };
  std::optional<std::size_t> number;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const schema::Column& column = table.columns[i];
    if (!columns[i].is_unique()) continue;
    const bool may_be_key =
        schema::is_integer(column.type.kind) || column.type.kind == schema::TypeKind::uuid ||
        (column.type.kind == schema::TypeKind::varchar && column.type.length.value_or(0) <= 255);
    if (!may_be_key) continue;
    for (const char* word : {"id", "key", "code", "uuid", "number", "no", "nr"}) {
      if (ends_in(column.name, word)) return i;
    }
    if (schema::is_integer(column.type.kind) && !number) number = i;
  }
  return number;
}

/// What import must be told to read the files alike, besides what was said here.
std::string options_for_import(const import::Options& options, const Inferred& inferred) {
  std::string out;
  const bool is_own_name =
      std::all_of(options.files.begin(), options.files.end(), [&](const std::string& file) {
        const std::string own = import::options_for_file(options, file).table;
        return (own.empty() ? import::table_of(file) : own) == inferred.table.name;
      });
  if (options.table.empty() && !is_own_name) out += " --table " + shell_word(inferred.table.name);
  const import::Options own = import::options_for_file(options, options.files.front());
  const FieldColumns fields = columns_of_fields(inferred.table, inferred.names,
                                                inferred.columns_of_fields, inferred.has_order);
  // Without names to look for, an import takes another delimiter than the format's only if all of
  // the first records show it.
  const bool is_by_name = inferred.has_header && fields.in_order.empty();
  const char delimiter = inferred.format.delimiter;
  if (!is_by_name && own.find_delimiter && delimiter != own.format.delimiter) {
    out += " " + import::delimiter_option(delimiter);
  }
  for (const auto& [name, column] : fields.map) {
    out += " --map " + shell_word(name + "=" + column);
  }
  if (!fields.in_order.empty()) {
    if (options.header != true) out += " --header";
    // With --columns, an empty line would be taken for the header.
    if (options.skip_lines == 0 && inferred.lines_before_header != 0) {
      out += fmt::format(" --skip-lines {}", inferred.lines_before_header);
    }
    out += " --columns " + shell_word(text::join(fields.in_order, ","));
  }
  for (const import::DateOption& date : inferred.date_formats) {
    out += " --date-format " + shell_word(date.column + "=" + date.format);
  }
  return out;
}

/// Names the columns, and leaves out fields at the end that have neither a name nor values.
void name_fields(Findings& found, Inferred& result) {
  result.names = found.names;
  result.has_header = found.has_header;
  result.has_order = found.has_order;
  result.lines_before_header = found.lines_before_header;
  result.columns_of_fields = name_columns(found.names);
  const auto is_unnamed = [&](std::size_t i) { return text::trim(found.names[i]).empty(); };
  while (found.columns.size() > 1 && is_unnamed(found.columns.size() - 1) &&
         found.columns.back().different() == 0) {
    found.columns.pop_back();
    result.columns_of_fields[found.columns.size()] = "-";
    result.notes.push_back(
        fmt::format("field {} has no name, and no record has a value there: it is "
                    "left out",
                    found.columns.size() + 1));
  }
  for (std::size_t i = 0; i < found.columns.size() && found.has_header; ++i) {
    if (!is_unnamed(i)) continue;
    result.notes.push_back(fmt::format("field {} has no name: its column is '{}'", i + 1,
                                       result.columns_of_fields[i]));
  }
  const auto is_number = [](const std::string& name) {
    std::array<char, 512> scratch;
    return import::parse_decimal(text::trim(name), scratch).has_value();
  };
  if (found.has_header && std::all_of(found.names.begin(), found.names.end(), is_number)) {
    result.notes.push_back(
        "every name in the header is a number; if the first line is data, use --no-header");
  }
}

/// Whether --date-format says how the dates of `column` are written.
bool is_date_format_said(const import::Options& options, const std::string& column) {
  return std::any_of(
      options.date_formats.begin(), options.date_formats.end(),
      [&](const import::DateOption& one) { return one.column.empty() || one.column == column; });
}

/// Notes how the dates of a column are read, if they are not ISO 8601.
void note_dates(const schema::Column& column, const Evidence& evidence, Inferred& result) {
  const std::string format = evidence.date_format();
  if (column.type.kind != schema::TypeKind::date &&
      column.type.kind != schema::TypeKind::datetime) {
    return;
  }
  if (format.empty()) return;
  result.date_formats.push_back({column.name, format});
  const std::vector<std::string> dates = evidence.ambiguous_dates();
  if (dates.size() > 1) {
    result.notes.push_back(
        fmt::format("column '{}': its dates fit both {} and {}; the first is used", column.name,
                    dates[0], dates[1]));
  }
  if (format.find("%y") != std::string::npos) {
    result.notes.push_back(
        fmt::format("column '{}': its dates ({}) have years of two digits: 69 to 99 are read as "
                    "1969 to 1999, and 00 to 68 as 2000 to 2068",
                    column.name, format));
  }
}

schema::Column column_of(const std::string& name, const Evidence& evidence) {
  schema::Column column;
  column.name = name;
  column.type = evidence.type();
  // A file with only a header says nothing about NULL.
  column.nullable = evidence.has_nulls() || evidence.rows() == 0;
  // SQLite has no decimals: it keeps 15 digits of a number, and all of a text.
  constexpr int kDigitsOfSqlite = 15;
  if (column.type.kind == schema::TypeKind::decimal && column.type.length > kDigitsOfSqlite) {
    column.sqlite.type = schema::Type{};
    column.sqlite.type->kind = schema::TypeKind::text;
  }
  return column;
}

}  // namespace

Inferred describe_table(const import::Options& options, Findings found) {
  Inferred result;
  const std::string& file = options.files.front();
  const std::string own = import::options_for_file(options, file).table;
  result.table.name = own.empty() ? import::plain_name(import::table_of(file)) : own;
  name_fields(found, result);
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    const Evidence& evidence = found.columns[i];
    schema::Column column = column_of(result.columns_of_fields[i], evidence);
    if (!is_date_format_said(options, column.name)) note_dates(column, evidence, result);
    result.table.columns.push_back(std::move(column));
    result.evidence.push_back(evidence.describe());
    result.rows = evidence.rows();
  }
  if (const auto key = choose_key(result.table, found.columns)) {
    result.table.primary_key = schema::PrimaryKey{};
    result.table.primary_key->columns = {result.table.columns[*key].name};
  }
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    if (found.columns[i].is_unique()) result.evidence[i] += ", unique";
  }
  result.format = found.format;
  result.import_options = options_for_import(options, result);
  result.columns = std::move(found.columns);
  return result;
}

}  // namespace dbmig::transfer
