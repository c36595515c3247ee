#include "project/cut_fractions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::project {
namespace {

constexpr int kRows = 1000;

struct Moment {
  const schema::Column* column;
  schema::Type type;  ///< its type on MariaDB
};

std::vector<Moment> moments_of(const schema::Table& table) {
  std::vector<Moment> moments;
  for (const schema::Column& column : table.columns) {
    const schema::Type& type = column.type_on(DialectKind::mariadb);
    const bool has_time = type.kind == schema::TypeKind::datetime ||
                          type.kind == schema::TypeKind::timestamp ||
                          type.kind == schema::TypeKind::time;
    if (has_time && type.length.value_or(0) < 6) moments.push_back({&column, type});
  }
  return moments;
}

/// The largest number of digits, without trailing zeros, in each of `moments`.
std::string digits_query(const dialect::Dialect& dialect, const schema::Table& table,
                         const std::vector<Moment>& moments) {
  std::vector<std::string> columns;
  std::vector<std::string> digits;
  for (const Moment& moment : moments) {
    const std::string name = dialect.quote_identifier(moment.column->name);
    columns.push_back(name);
    digits.push_back(
        fmt::format("max(CASE WHEN typeof({0}) = 'text' AND instr({0}, '.') > 0 AND substr({0}, "
                    "instr({0}, '.') + 1) NOT GLOB '*[^0-9]*' THEN length(rtrim(substr({0}, "
                    "instr({0}, '.') + 1), '0')) ELSE 0 END)",
                    name));
  }
  return fmt::format("SELECT {} FROM (SELECT {} FROM {}{} LIMIT {})", text::join(digits, ", "),
                     text::join(columns, ", "), dialect.quote_identifier(table.name),
                     table.sqlite.without_rowid ? "" : " ORDER BY rowid DESC", kRows);
}

void warn_of_table(Workspace& workspace, backend::Connection& connection,
                   const schema::Table& table) {
  const std::vector<Moment> moments = moments_of(table);
  if (moments.empty() || table.only || !table.sqlite.module.empty()) return;
  backend::Rows found;
  try {
    found = connection.query(digits_query(connection.dialect(), table, moments));
  } catch (const Error& error) {
    // The table differs from the revisions, which is reported elsewhere.
    if (error.code() == ErrorCode::interrupted) throw;
    return;
  }
  for (std::size_t i = 0; i < moments.size() && !found.rows.empty(); ++i) {
    const int digits = std::atoi(found.rows[0][i].value_or("0").c_str());
    schema::Type wider = moments[i].type;
    if (digits <= wider.length.value_or(0)) continue;
    const std::string now = schema::to_string(wider);
    wider.length = digits <= 3 ? 3 : 6;
    workspace.events().warning(
        "dbmig.values",
        fmt::format("'{}.{}' has values with {} after the second, but MariaDB's {} stores {}: "
                    "write `mariadb: {{type: {}}}` in the model before you copy rows there",
                    table.name, moments[i].column->name,
                    text::count(static_cast<std::size_t>(digits), "digit"), now,
                    moments[i].type.length.value_or(0), schema::to_string(wider)));
  }
}

}  // namespace

void warn_of_cut_fractions(Workspace& workspace, backend::Connection& connection,
                           const std::string& table) {
  if (!dialect::type_ranges(connection.dialect().kind()).any_fraction) return;
  if (workspace.find_project() == nullptr || workspace.project().only_dialect()) return;
  schema::Schema schema;
  try {
    schema = workspace.graph().fold();
  } catch (const Error&) {
    return;  // contradicting branches are reported elsewhere
  }
  for (const auto& [name, one] : schema.tables) {
    if (table.empty() || text::equals_ignoring_case(name, table)) {
      warn_of_table(workspace, connection, one);
    }
  }
}

}  // namespace dbmig::project
