#include "backend/mariadb/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "backend/mariadb/show_create.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/script.hpp"
#include "schema/names.hpp"

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

/// What may be the name of an object.
std::set<std::string> names(const std::vector<ScriptWord>& words) {
  std::set<std::string> names;
  for (const ScriptWord& word : words) {
    if (word.is_name && (word.quoted || !is_reserved(word))) names.insert(word.text);
  }
  return names;
}

/// Whether the words may speak of triggers, routines or events.
bool speaks_of_programs(const std::vector<ScriptWord>& words) {
  constexpr std::array<std::string_view, 5> kPrograms{"trigger", "procedure", "function", "package",
                                                      "event"};
  return std::any_of(kPrograms.begin(), kPrograms.end(),
                     [&](std::string_view program) { return has_word(words, program); });
}

/// Only what the words speak of is looked for: the lists of triggers and routines cost more than
/// that of tables.
std::string query(const std::vector<ScriptWord>& words) {
  std::set<std::string> literals;
  for (const std::string& name : names(words)) {
    literals.insert(dialect::dialect(DialectKind::mariadb).quote_string(name));
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

/// The fingerprint of `shown`, in any order.
std::string hash_of(std::vector<Shown> shown) {
  const auto key = [](const Shown& one) { return std::tie(one.kind, one.name); };
  std::sort(shown.begin(), shown.end(),
            [&](const Shown& a, const Shown& b) { return key(a) < key(b); });
  std::string all;
  for (const Shown& one : shown) {
    all += one.kind + ' ' + one.name + '\0' + without_counter(one.text) + '\0' + one.sql_mode +
           one.error + '\0';
  }
  return sha256_hex(all);
}

/// Every name asked for as if it were a table: one message, and each name that is none costs a
/// third of what information_schema takes to say so. Nothing where there is more than plain tables
/// and views.
std::optional<std::vector<Shown>> tables_and_views(Session& session,
                                                   const std::set<std::string>& names) {
  std::vector<Wanted> wanted;
  for (const std::string& name : names) {
    // What can be no table's name would end the whole message.
    const bool is_name =
        !name.empty() && name.back() != ' ' && text::utf8_length(name) <= schema::kMaxIdentifier;
    if (!is_name) return std::nullopt;
    wanted.push_back({"TABLE", name});
  }
  std::vector<Shown> found;
  std::set<std::string> seen;
  for (Shown& one : show_create(session, wanted)) {
    if (one.is_missing) continue;
    const bool is_plain = one.error.empty() &&
                          (one.kind == "VIEW" || one.text.starts_with("CREATE TABLE ")) &&
                          one.text.find(" SEQUENCE=1") == std::string::npos;
    if (!is_plain) return std::nullopt;
    // Where the server ignores the case of tables' names, two words may be one.
    if (seen.insert(one.name).second) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace

std::string fingerprint(Session& session, std::string_view sql) {
  const std::vector<ScriptWord> words = dialect::script_words(DialectKind::mariadb, sql);
  const std::set<std::string> candidates = names(words);
  if (candidates.empty()) return sha256_hex("");
  if (!speaks_of_programs(words)) {
    if (auto shown = tables_and_views(session, candidates)) return hash_of(std::move(*shown));
  }
  std::vector<Wanted> wanted;
  for (const auto& row : session.query(query(words), {}).rows) {
    wanted.push_back({kind_of(row[0].value_or("")), row[1].value_or("")});
  }
  return hash_of(show_create(session, wanted));
}

}  // namespace dbmig::backend::mariadb
