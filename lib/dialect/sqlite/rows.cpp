#include <algorithm>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/render.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::TypeKind;

// SQLite compiles a statement as a whole: short enough to be cheap, long enough to be few.
constexpr std::size_t kRowsPerInsert = 200;

bool is_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const std::vector<Token> tokens = tokenize(text);
  return tokens.size() == 1 && tokens[0].kind == Token::Kind::number && tokens[0].text == text &&
         text.find_first_of("xX") == std::string_view::npos;
}

std::string literal(const std::optional<std::string>& value, const schema::Column* column) {
  if (!value) return "NULL";
  if (column == nullptr) return quote_string(*value);
  const TypeKind kind = column->type_on(DialectKind::sqlite).kind;
  if (is_binary(kind)) return "X'" + to_hex(*value, kUpperHexDigits) + '\'';
  if (kind == TypeKind::boolean) {
    if (text::equals_ignoring_case(*value, "true")) return "1";
    if (text::equals_ignoring_case(*value, "false")) return "0";
  }
  return is_numeric(kind) && is_number(*value) ? *value : quote_string(*value);
}

std::vector<const schema::Column*> find_columns(const std::vector<std::string>& names,
                                                const schema::Table* table) {
  std::vector<const schema::Column*> columns;
  columns.reserve(names.size());
  for (const std::string& name : names) {
    columns.push_back(table == nullptr ? nullptr : table->find_column(name));
  }
  return columns;
}

}  // namespace

std::vector<std::string> insert_rows(const ops::BulkInsert& rows, const schema::Table* table) {
  std::vector<std::string> names;
  for (const std::string& column : rows.columns) names.push_back(quote_identifier(column));
  const auto columns = find_columns(rows.columns, table);
  std::vector<std::string> statements;
  for (std::size_t first = 0; first < rows.rows.size(); first += kRowsPerInsert) {
    const std::size_t last = std::min(first + kRowsPerInsert, rows.rows.size());
    std::vector<std::string> tuples;
    for (std::size_t row = first; row < last; ++row) {
      std::vector<std::string> values;
      for (std::size_t i = 0; i < columns.size() && i < rows.rows[row].size(); ++i) {
        values.push_back(literal(rows.rows[row][i], columns[i]));
      }
      tuples.push_back("(" + text::join(values, ", ") + ")");
    }
    statements.push_back("INSERT INTO " + quote_identifier(rows.table) + " (" +
                         text::join(names, ", ") + ") VALUES\n  " + text::join(tuples, ",\n  "));
  }
  return statements;
}

std::vector<std::string> delete_rows(const ops::BulkDelete& rows, const schema::Table* table) {
  const auto columns = find_columns(rows.columns, table);
  const std::string name = quote_identifier(rows.table);
  std::vector<std::string> statements;
  for (const auto& row : rows.rows) {
    std::vector<std::string> conditions;
    for (std::size_t i = 0; i < columns.size() && i < row.size(); ++i) {
      // With its table: a lone name in double quotes that is no column would be a text.
      conditions.push_back(name + "." + quote_identifier(rows.columns[i]) + " IS " +
                           literal(row[i], columns[i]));
    }
    statements.push_back("DELETE FROM " + name + " WHERE " + text::join(conditions, " AND "));
  }
  return statements;
}

}  // namespace dbmig::dialect::sqlite
