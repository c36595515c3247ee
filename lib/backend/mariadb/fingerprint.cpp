#include "backend/mariadb/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "backend/mariadb/show_create.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/script.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::ScriptWord;

bool has_word(const std::vector<ScriptWord>& words, std::string_view keyword) {
  return std::any_of(words.begin(), words.end(),
                     [&](const ScriptWord& word) { return word.is(keyword); });
}

/// Whether it names nothing unless it is quoted: the reserved words that DDL is made of.
/// https://mariadb.com/kb/en/reserved-words/
bool is_reserved(const ScriptWord& word) {
  static constexpr std::array<std::string_view, 40> kReserved{
      "add",     "alter",   "and",        "as",     "bigint",   "change",  "check",  "collate",
      "column",  "cascade", "constraint", "create", "decimal",  "default", "delete", "double",
      "drop",    "exists",  "foreign",    "from",   "fulltext", "if",      "in",     "index",
      "int",     "into",    "key",        "not",    "null",     "on",      "or",     "order",
      "primary", "rename",  "references", "select", "table",    "unique",  "update", "varchar"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [&](std::string_view reserved) { return word.is(reserved); });
}

/// Only what the words speak of is looked for: the lists of triggers and routines cost more than
/// that of tables.
std::string query(const std::vector<ScriptWord>& words) {
  std::set<std::string> literals;
  for (const ScriptWord& word : words) {
    if (word.is_name && (word.quoted || !is_reserved(word)))
      literals.insert(dialect::dialect(DialectKind::mariadb).quote_string(word.text));
  }
  if (literals.empty()) return {};
  const std::string in =
      " IN (" + text::join(std::vector<std::string>(literals.begin(), literals.end()), ", ") + ")";
  std::string sql;
  for (const std::string& literal : literals) {
    // Each by itself: for a list of names the server goes through all tables of the database.
    if (!sql.empty()) sql += " UNION ALL ";
    sql +=
        "SELECT table_type, table_name FROM information_schema.tables WHERE table_schema = "
        "DATABASE() AND table_name = " +
        literal;
  }
  if (has_word(words, "trigger")) {
    sql +=
        " UNION ALL SELECT 'TRIGGER', trigger_name FROM information_schema.triggers WHERE "
        "trigger_schema = DATABASE() AND trigger_name" +
        in;
  }
  if (has_word(words, "procedure") || has_word(words, "function") || has_word(words, "package")) {
    sql +=
        " UNION ALL SELECT routine_type, routine_name FROM information_schema.routines WHERE "
        "routine_schema = DATABASE() AND routine_name" +
        in;
  }
  if (has_word(words, "event")) {
    sql +=
        " UNION ALL SELECT 'EVENT', event_name FROM information_schema.events WHERE "
        "event_schema = DATABASE() AND event_name" +
        in;
  }
  return sql;
}

std::string kind_of(const std::string& type) {
  if (type == "VIEW" || type == "SEQUENCE" || type == "TRIGGER" || type == "PROCEDURE" ||
      type == "FUNCTION" || type == "EVENT" || type == "PACKAGE" || type == "PACKAGE BODY") {
    return type;
  }
  return "TABLE";
}

std::string without_counter(std::string text) {
  constexpr std::string_view kCounter = " AUTO_INCREMENT=";
  const std::size_t begin = text.find(kCounter);
  if (begin == std::string::npos) return text;
  std::size_t end = begin + kCounter.size();
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return text.erase(begin, end - begin);
}

}  // namespace

std::string fingerprint(Session& session, std::string_view sql) {
  const std::string objects = query(dialect::script_words(DialectKind::mariadb, sql));
  if (objects.empty()) return sha256_hex("");
  std::vector<Wanted> wanted;
  for (const auto& row : session.query(objects, {}).rows) {
    wanted.push_back({kind_of(row[0].value_or("")), row[1].value_or("")});
  }
  std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) {
    return std::pair(a.kind, a.name) < std::pair(b.kind, b.name);
  });
  const std::vector<Shown> shown = show_create(session, wanted);
  std::string all;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    all += wanted[i].kind + ' ' + wanted[i].name + '\0' + without_counter(shown[i].text) + '\0' +
           shown[i].sql_mode + shown[i].error + '\0';
  }
  return sha256_hex(all);
}

}  // namespace dbmig::backend::mariadb
