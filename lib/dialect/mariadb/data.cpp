#include "dialect/mariadb/data.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/mariadb/statement_starts.hpp"
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

/// Whether `value` may be zero: anything but NULL and a number with another digit in it.
bool may_be_zero(const std::string& value) {
  if (text::equals_ignoring_case(value, "null")) return false;
  return value.find_first_of("123456789") == std::string::npos ||
         value.find_first_not_of("+-'.0123456789") != std::string::npos;
}

/// Whether a row has a zero where MariaDB would take it for the wish for a new number.
bool has_zero_key(const std::vector<std::vector<std::string>>& rows,
                  const std::vector<std::string>& columns, const schema::Table& table) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const schema::Column* column = table.find_column(columns[i]);
    if (column == nullptr || !column->autoincrement) continue;
    return std::any_of(rows.begin(), rows.end(),
                       [&](const auto& row) { return i < row.size() && may_be_zero(row[i]); });
  }
  return false;
}

}  // namespace

std::vector<std::string> insert_rows(const ops::BulkInsert& operation, const schema::Table& table) {
  std::vector<std::vector<std::string>> values;
  std::vector<std::string> rows;
  for (const auto& row : operation.rows) {
    std::vector<std::string>& own = values.emplace_back();
    for (std::size_t i = 0; i < row.size() && i < operation.columns.size(); ++i) {
      own.push_back(value_sql(row[i], type_in(table, operation.columns[i])));
    }
    rows.push_back('(' + text::join(own, ", ") + ')');
  }
  std::string head =
      "INSERT INTO " + quote(operation.table) + ' ' + column_list(operation.columns) + " VALUES ";
  if (has_zero_key(values, operation.columns, table)) {
    head = fmt::format("SET STATEMENT {} FOR {}", kKeepZeros, head);
  }
  return in_batches(head, rows, ", ");
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

namespace {

/// Whether all statements of a BEGIN NOT ATOMIC … END change rows, or steer: it can then be part of
/// a transaction.
bool is_data_block(const std::vector<Token>& tokens) {
  static constexpr std::array<std::string_view, 22> kCommits = {
      "create", "alter",   "drop",    "rename", "truncate", "analyze", "optimize", "check",
      "repair", "grant",   "revoke",  "lock",   "unlock",   "flush",   "load",     "install",
      "cache",  "prepare", "execute", "call",   "change",   "reset"};
  for (const std::size_t start : statement_starts(tokens)) {
    const std::string verb = text::lower(tokens[start].text);
    const bool commits = std::find(kCommits.begin(), kCommits.end(), verb) != kCommits.end();
    if (commits && tokens[start].kind == TokenKind::word) return false;
  }
  return true;
}

}  // namespace

bool is_data_statement(std::string_view sql) {
  static constexpr std::array<std::string_view, 12> kData = {
      "select", "insert", "update", "delete", "replace", "with",
      "values", "do",     "call",   "set",    "table",   "("};
  const std::vector<Token> tokens = tokenize(sql);
  const std::string first = text::lower(tokens.front().text);
  const bool data = std::find(kData.begin(), kData.end(), first) != kData.end();
  if (first == "begin" && is_word(tokens, 1, "not")) return is_data_block(tokens);
  // SET PASSWORD and SET DEFAULT ROLE are DDL.
  const bool is_set = first == "set" && tokens.size() > 1;
  const std::string second = is_set ? text::lower(tokens[1].text) : std::string();
  return data && second != "password" && second != "default";
}

}  // namespace dbmig::dialect::mariadb
