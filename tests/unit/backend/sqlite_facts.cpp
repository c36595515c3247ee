#include "sqlite_facts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "dialect/sqlite/token.hpp"
#include "diff/diff.hpp"

namespace dbmig::test {
namespace {

using dialect::sqlite::Token;

std::string quoted(SqliteDatabase& database, const std::string& name) {
  return database.connection().dialect().quote_string(name);
}

/// The tokens of a statement as they mean the same: names unquoted, keywords in one case.
std::string normal(const std::string& sql) {
  std::string out;
  for (const Token& token : dialect::sqlite::tokenize(sql)) {
    out += token.kind == Token::Kind::string ? std::string(token.text) : text::upper(token.value());
    out += ' ';
  }
  return out;
}

/// The clauses of CREATE TABLE that no pragma tells, by a reading of their own that knows nothing
/// of the library's parser: what follows each keyword up to the end of its clause.
std::vector<std::string> clauses(const std::string& sql) {
  const std::vector<Token> tokens = dialect::sqlite::tokenize(sql);
  std::vector<std::string> found;
  const auto is = [&](std::size_t i, std::string_view word) {
    return i < tokens.size() && tokens[i].is_word(word);
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string name;
    if (i >= 2 && is(i - 2, "CONSTRAINT")) name = tokens[i - 1].value() + ": ";
    if (is(i, "CHECK") || (is(i, "AS") && i + 1 < tokens.size() && tokens[i + 1].is_symbol('('))) {
      int depth = 0;
      std::size_t end = i + 1;
      for (; end < tokens.size(); ++end) {
        if (tokens[end].is_symbol('(')) ++depth;
        if (tokens[end].is_symbol(')') && --depth == 0) break;
      }
      const std::size_t from = tokens[i + 1].offset;
      found.push_back(name + text::upper(tokens[i].text) +
                      normal(sql.substr(from, tokens[end].end() - from)));
    } else if (is(i, "AUTOINCREMENT") || (is(i, "ROWID") && is(i - 1, "WITHOUT"))) {
      found.push_back(text::upper(tokens[i].text));
    } else if (is(i, "CONFLICT")) {
      found.push_back("ON CONFLICT " + text::upper(tokens.at(i + 1).text));
    } else if (is(i, "COLLATE")) {
      found.push_back("COLLATE " + text::upper(tokens.at(i + 1).value()));
    } else if (is(i, "DEFERRABLE") && is(i + 1, "INITIALLY") && is(i + 2, "DEFERRED") &&
               !is(i - 1, "NOT")) {
      found.push_back("DEFERRED");
    } else if (!name.empty() &&
               (is(i, "UNIQUE") || is(i, "PRIMARY") || is(i, "FOREIGN") || is(i, "REFERENCES"))) {
      found.push_back(name + (is(i, "REFERENCES") ? "FOREIGN" : text::upper(tokens[i].text)));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The words of a type: their letter case and spacing mean nothing. Where a comment or GENERATED
/// ALWAYS follows it, SQLite may lose its way and take that for a part of the type.
std::string type_fact(const std::string& type) {
  const bool lost = type.find("/*") != std::string::npos || type.find("--") != std::string::npos;
  std::string out;
  for (const Token& token : dialect::sqlite::tokenize(type)) {
    if (lost && (token.is_word("GENERATED") || token.is_word("ALWAYS"))) continue;
    out += text::upper(token.text) + " ";
  }
  return std::string(text::trim(out));
}

std::string table_facts(SqliteDatabase& database, const std::string& table) {
  const std::string name = quoted(database, table);
  std::string out;
  const backend::Rows columns = database.connection().query(
      "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(" + name +
      ") ORDER BY cid");
  for (const auto& row : columns.rows) {
    out += fmt::format("{}|{}|{}|{}|{}|{}\n", *row[0], type_fact(*row[1]), *row[2],
                       row[3].value_or("none"), *row[4], *row[5]);
  }
  out += database.rows(
      "SELECT seq, lower(\"table\"), lower(\"from\"), coalesce(lower(\"to\"), 'implied'), "
      "on_update,"
      " on_delete FROM pragma_foreign_key_list(" +
      name + ") ORDER BY 3, 2, 4, 1, 5, 6");
  out += database.rows(
      "SELECT CASE l.origin WHEN 'c' THEN l.name END, l.\"unique\", l.origin, l.partial, "
      "(SELECT group_concat(coalesce(x.name, '(expression)') || ' ' || x.\"desc\" || ' ' || x.coll"
      " || ' ' || x.key, ', ') FROM pragma_index_xinfo(l.name) x) AS parts"
      " FROM pragma_index_list(" +
      name + ") l ORDER BY 1, 2, 3, 4, 5");
  return out;
}

}  // namespace

std::string facts(SqliteDatabase& database) {
  std::string out = database.rows(
      "SELECT name, type, ncol, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name"
      " NOT LIKE 'sqlite_%' AND name NOT LIKE 'dbmig_%' ORDER BY name");
  const backend::Rows objects = database.connection().query(
      "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE sql IS NOT NULL"
      " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'dbmig\\_%' ESCAPE '\\'"
      " ORDER BY type, name");
  for (const auto& row : objects.rows) {
    const std::string& sql = *row[2];
    out += fmt::format("{} {}\n", *row[0], *row[1]);
    const bool is_virtual = normal(sql).starts_with("CREATE VIRTUAL");
    if (row[0] == "table" && !is_virtual) {
      out += table_facts(database, *row[1]);
      for (const std::string& clause : clauses(sql)) out += "  " + clause + "\n";
    } else {
      // ASC says nothing, and columns may stand in an index's parentheses.
      const std::string text = text::replace_all(normal(sql), "IF NOT EXISTS ", "");
      out += "  " + text::replace_all(text, " ASC ", " ") + "\n";
    }
  }
  return out;
}

void rebuild_elsewhere(SqliteDatabase& database, SqliteDatabase& copy) {
  const schema::Schema found = database.connection().inspect({}).schema;
  copy.migrate({}, diff::diff({}, found).operations);
}

}  // namespace dbmig::test
