#include "dialect/mariadb/data.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

// Well below the smallest max_allowed_packet that servers come with (1 MiB).
constexpr std::size_t kMaxStatement = std::size_t{256} * 1024;

schema::Type type_in(const schema::Table& table, const std::string& column) {
  const schema::Column* found = table.find_column(column);
  return found == nullptr ? schema::Type{} : canonical_type(found->type_on(DialectKind::mariadb));
}

/// Texts compared byte by byte: the usual collations take 'a' and 'A' for the same.
std::string exactly(const std::string& column, const std::string& value, const schema::Type& type) {
  const bool text = has_charset(type) || type.kind == schema::TypeKind::json;
  const std::string name = quote(column);
  return (text ? "CONVERT(" + name + " USING utf8mb4) COLLATE utf8mb4_bin" : name) + " <=> " +
         value;
}

/// `pieces` joined by `separator`, in as many texts as their size asks for.
std::vector<std::string> in_batches(const std::string& head, const std::vector<std::string>& pieces,
                                    const std::string& separator) {
  std::vector<std::string> out;
  for (const std::string& piece : pieces) {
    if (out.empty() || out.back().size() + piece.size() > kMaxStatement) {
      out.push_back(head + piece);
    } else {
      out.back() += separator + piece;
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> insert_rows(const ops::BulkInsert& operation, const schema::Table& table) {
  std::vector<std::string> rows;
  for (const auto& row : operation.rows) {
    std::string values;
    for (std::size_t i = 0; i < row.size() && i < operation.columns.size(); ++i) {
      if (i > 0) values += ", ";
      values += value_sql(row[i], type_in(table, operation.columns[i]));
    }
    rows.push_back('(' + values + ')');
  }
  return in_batches(
      "INSERT INTO " + quote(operation.table) + ' ' + column_list(operation.columns) + " VALUES ",
      rows, ", ");
}

std::vector<std::string> delete_rows(const ops::BulkDelete& operation, const schema::Table& table) {
  std::vector<std::string> rows;
  for (const auto& row : operation.rows) {
    std::string condition;
    for (std::size_t i = 0; i < row.size() && i < operation.columns.size(); ++i) {
      if (i > 0) condition += " AND ";
      const schema::Type type = type_in(table, operation.columns[i]);
      condition += exactly(operation.columns[i], value_sql(row[i], type), type);
    }
    rows.push_back('(' + condition + ')');
  }
  return in_batches("DELETE FROM " + quote(operation.table) + " WHERE ", rows, " OR ");
}

bool is_data_statement(std::string_view sql) {
  static constexpr std::array<std::string_view, 12> kData = {
      "select", "insert", "update", "delete", "replace", "with",
      "values", "do",     "call",   "set",    "table",   "("};
  const std::vector<Token> tokens = tokenize(sql);
  const std::string first = text::lower(tokens.front().text);
  const bool data = std::find(kData.begin(), kData.end(), first) != kData.end();
  // SET PASSWORD and SET DEFAULT ROLE are DDL.
  const bool is_set = first == "set" && tokens.size() > 1;
  const std::string second = is_set ? text::lower(tokens[1].text) : std::string();
  return data && second != "password" && second != "default";
}

}  // namespace dbmig::dialect::mariadb
