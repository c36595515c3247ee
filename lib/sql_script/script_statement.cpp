#include "sql_script/script_statement.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"

namespace dbmig::sql_script {
namespace {

using dialect::ScriptWord;
using Words = std::vector<ScriptWord>;
using Actions = std::map<std::string_view, ScriptAction>;

const Actions& mariadb_actions() {
  using enum ScriptAction;
  static const Actions actions{
      {"create", run},      {"alter", run},       {"drop", run},      {"rename", run},
      {"set", run},         {"use", use},         {"insert", skip},   {"replace", skip},
      {"update", skip},     {"delete", skip},     {"truncate", skip}, {"lock", skip},
      {"unlock", skip},     {"load", skip},       {"select", skip},   {"with", skip},
      {"do", skip},         {"values", skip},     {"table", skip},    {"begin", skip},
      {"start", skip},      {"commit", skip},     {"rollback", skip}, {"savepoint", skip},
      {"release", skip},    {"analyze", skip},    {"optimize", skip}, {"check", skip},
      {"checksum", skip},   {"repair", skip},     {"flush", skip},    {"show", skip},
      {"desc", skip},       {"describe", skip},   {"explain", skip},  {"help", skip},
      {"grant", skip_told}, {"revoke", skip_told}};
  return actions;
}

const Actions& sqlite_actions() {
  using enum ScriptAction;
  static const Actions actions{
      {"create", run}, {"alter", run},    {"drop", run},      {"begin", run},    {"commit", run},
      {"end", run},    {"rollback", run}, {"savepoint", run}, {"release", run},  {"pragma", run},
      {"insert", run}, {"update", skip},  {"delete", skip},   {"replace", skip}, {"select", skip},
      {"with", skip},  {"values", skip},  {"explain", skip},  {"analyze", skip}, {"reindex", skip},
      {"vacuum", skip}};
  return actions;
}

/// The kind of object → the section of a model that holds it.
const std::map<std::string_view, std::string_view>& sections() {
  static const std::map<std::string_view, std::string_view> sections{
      {"table", "tables"},       {"view", "views"},         {"trigger", "triggers"},
      {"sequence", "sequences"}, {"function", "functions"}, {"procedure", "procedures"},
      {"event", "events"},       {"index", "indexes"},      {"package", "packages"},
      {"database", "databases"}, {"schema", "databases"},   {"user", "users"},
      {"role", "users"},         {"server", "servers"},     {"tablespace", "servers"},
      {"logfile", "servers"}};
  return sections;
}

bool is_word(const Words& words, std::size_t i, std::string_view word) {
  return i < words.size() && words[i].is(word);
}

/// The place of the word that says what kind of object it is; the number of words when none does.
std::size_t find_kind(const Words& words) {
  constexpr std::size_t kFarthest = 24;  // CREATE OR REPLACE ALGORITHM=… DEFINER=… SQL SECURITY …
  for (std::size_t i = 1; i < std::min(words.size(), kFarthest); ++i) {
    if (words[i].quoted || !words[i].is_name) continue;
    if (sections().contains(text::lower(words[i].text))) return i;
  }
  return words.size();
}

void read_object(ScriptHead& head) {
  const Words& words = head.words;
  std::size_t at = find_kind(words);
  if (at == words.size()) return;
  head.section = sections().at(text::lower(words[at].text));
  ++at;
  while (is_word(words, at, "if") || is_word(words, at, "not") || is_word(words, at, "exists") ||
         is_word(words, at, "body")) {
    ++at;
  }
  if (at >= words.size()) return;
  head.name = words[at].text;
  if (is_sign(words, at + 1, ".") && at + 2 < words.size()) {
    head.qualifier = words[at].text;
    head.name = words[at + 2].text;
  }
}

/// SET of what outlives the session, or is no session's at all.
bool sets_more_than_the_session(const Words& words) {
  return std::any_of(words.begin() + 1, words.end(), [](const ScriptWord& word) {
    const std::string name = text::lower(word.text);
    return word.is("global") || word.is("persist") || word.is("password") || word.is("role") ||
           word.is("statement") || name.starts_with("@@global") || name.starts_with("@@persist");
  });
}

/// `SELECT … INTO @x`, which later statements of the script may need, and which reads no rows.
bool sets_a_variable(const Words& words) {
  const auto is_from = [](const ScriptWord& word) { return word.is("from"); };
  if (std::any_of(words.begin(), words.end(), is_from)) return false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i - 1].is("into")) return words[i].text.starts_with('@');
  }
  return false;
}

void judge_mariadb(ScriptHead& head) {
  const Words& words = head.words;
  if (head.verb == "select" && sets_a_variable(words)) {
    head.action = ScriptAction::run;
    return;
  }
  if (head.verb == "set" && sets_more_than_the_session(words)) head.action = ScriptAction::skip;
  if (head.verb == "begin" && is_word(words, 1, "not")) head.action = ScriptAction::refuse;
  if (head.verb == "use" && words.size() > 1) head.name = words[1].text;
  if (head.action != ScriptAction::run || head.verb == "set") return;
  read_object(head);
  if (head.section == "databases") {
    head.action = head.verb == "create" ? ScriptAction::use : ScriptAction::skip;
  } else if (head.section == "users" || head.section == "servers") {
    head.action = ScriptAction::skip_told;
  } else if (head.section.empty()) {
    head.action = ScriptAction::refuse;
  } else if (head.section == "functions") {
    // A function out of a library is the whole server's.
    const bool is_library = std::any_of(words.begin(), words.end(),
                                        [](const ScriptWord& word) { return word.is("soname"); });
    if (is_library) head.action = ScriptAction::refuse;
  }
}

void judge_sqlite(ScriptHead& head) {
  const Words& words = head.words;
  if (head.verb == "insert") {
    // A dump writes virtual tables straight into the catalogue.
    const bool into_schema =
        words.size() > 2 && (words[2].text == "sqlite_schema" || words[2].text == "sqlite_master");
    head.action = into_schema ? ScriptAction::run : ScriptAction::skip;
  } else if (head.verb == "pragma") {
    const bool counts =
        is_word(words, 1, "writable_schema") || is_word(words, 1, "legacy_alter_table");
    head.action = counts ? ScriptAction::run : ScriptAction::skip;
  } else if (head.action == ScriptAction::run) {
    read_object(head);
  }
}

/// Words after which a name is an object's, not a column's.
bool before_object(const ScriptWord& word) {
  static constexpr std::array<std::string_view, 18> kWords = {
      "table",    "view",    "trigger", "procedure", "function", "event",
      "sequence", "package", "body",    "exists",    "on",       "references",
      "from",     "join",    "into",    "update",    "to",       "like"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view keyword) { return word.is(keyword); });
}

bool is_qualifier(const Words& words, std::size_t i) {
  return i + 2 < words.size() && words[i].is_name && is_sign(words, i + 1, ".") &&
         words[i + 2].is_name && (i == 0 || !is_sign(words, i - 1, "."));
}

}  // namespace

bool is_sign(const Words& words, std::size_t i, std::string_view sign) {
  return i < words.size() && !words[i].quoted && words[i].text == sign;
}

ScriptHead script_head(DialectKind kind, std::string_view sql) {
  ScriptHead head;
  // Rows can be long, and of those only the first word is wanted.
  const std::string first = text::lower(sql.substr(0, sql.find_first_of(" \t\r\n(;`'\"")));
  const Actions& actions = kind == DialectKind::mariadb ? mariadb_actions() : sqlite_actions();
  const auto quick = actions.find(first);
  const bool may_count =
      first == "begin" || (first == "select" && sql.find('@') != std::string_view::npos);
  if (quick != actions.end() && quick->second == ScriptAction::skip && !may_count) {
    head.verb = first;
    head.action = ScriptAction::skip;
    return head;
  }
  // Also what only newer servers read.
  head.words = dialect::script_words(kind, sql, dialect::ServerCode::any);
  if (head.words.empty()) {  // only for another server's version
    head.action = ScriptAction::skip;
    return head;
  }
  head.verb = head.words.front().quoted ? "" : text::lower(head.words.front().text);
  const auto known = actions.find(head.verb);
  head.action = known == actions.end() ? ScriptAction::refuse : known->second;
  if (kind == DialectKind::mariadb) {
    judge_mariadb(head);
  } else {
    judge_sqlite(head);
  }
  return head;
}

std::string without_qualifier(std::string_view sql, const Words& words, std::string_view database) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_qualifier(words, i) || words[i].text != database) continue;
    // `shop.id` can be a column of table shop: only where a table must stand it is the database.
    const bool is_object = i > 0 && (before_object(words[i - 1]) || is_sign(words, i - 1, ","));
    const bool is_column_of_table = is_sign(words, i + 3, ".");
    if (!is_object && !is_column_of_table) continue;
    out += sql.substr(done, words[i].begin - done);
    done = words[i + 2].begin;
  }
  out += sql.substr(done);
  return out;
}

std::string foreign_database(const ScriptHead& head, std::string_view database) {
  const Words& words = head.words;
  const auto is_foreign = [&](std::size_t i) {
    return is_qualifier(words, i) && words[i].text != database;
  };
  if (!head.qualifier.empty() && head.qualifier != database) return head.qualifier;
  const bool lists = head.verb == "drop" || head.verb == "rename";
  const bool makes_table =
      head.section == "tables" && (head.verb == "create" || head.verb == "alter");
  bool in_from = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const ScriptWord& before = words[i - 1];
    // CREATE TABLE t … REFERENCES b.c, LIKE b.c, SELECT … FROM b.c JOIN b.d, b.e; ALTER TABLE t …
    // TABLE b.c
    if (makes_table) {
      if (before.is("from") || before.is("join")) in_from = true;
      if (before.is("where") || before.is("group") || before.is("order") || before.is("select")) {
        in_from = false;
      }
      const bool object = before.is("references") || before.is("like") || before.is("table") ||
                          before.is("from") || before.is("join") || before.is("for") ||
                          (in_from && (is_sign(words, i - 1, ",") || is_sign(words, i - 1, "(")));
      if (object && is_foreign(i)) return words[i].text;
    }
    // DROP TABLE a, b.c; RENAME TABLE a TO b.c; ALTER TABLE a RENAME TO b.c
    const bool renames = (head.verb == "alter" || head.verb == "rename") &&
                         (before.is("to") || before.is("rename") || before.is("as"));
    if ((renames || (lists && is_sign(words, i - 1, ","))) && is_foreign(i)) return words[i].text;
    // CREATE TRIGGER t … ON b.c, CREATE INDEX i ON b.c
    const bool on = (head.section == "triggers" || head.section == "indexes") && before.is("on");
    if (on) return is_foreign(i) ? words[i].text : "";
  }
  return "";
}

std::string database_of_event(const ScriptHead& head, std::string_view database) {
  if (head.section != "events" || head.verb == "drop") return "";
  for (std::size_t i = 1; i < head.words.size(); ++i) {
    const ScriptWord& before = head.words[i - 1];
    const bool acts = before.is("into") || before.is("update") || before.is("from") ||
                      before.is("table") || before.is("call") || before.is("truncate") ||
                      before.is("join");
    if (acts && is_qualifier(head.words, i) && head.words[i].text != database) {
      return head.words[i].text;
    }
  }
  return "";
}

}  // namespace dbmig::sql_script
