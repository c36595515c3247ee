#include "dialect/mariadb/programs.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "dialect/mariadb/accents.hpp"
#include "dialect/mariadb/functions.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect::mariadb {
namespace {

std::vector<std::string> path_of(const schema::Routine& routine) {
  return {std::string(schema::to_string(routine.kind)) + "s", routine.name};
}

constexpr const char* kForEach = "write its text for each database: sqlite: …, mariadb: …";

/// The words and signs of `sql`, in upper case, without names in quotes and texts.
std::vector<std::string> words_of_text(std::string_view sql) {
  std::vector<std::string> words;
  for (const ops::Token& token : ops::tokenize(sql, DialectKind::mariadb)) {
    const bool counts = token.kind == ops::TokenKind::word || token.kind == ops::TokenKind::symbol;
    if (counts) words.push_back(text::upper(token.text));
  }
  return words;
}

bool has(const std::vector<std::string>& words, std::initializer_list<const char*> wanted) {
  return std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

/// What of SQLite's triggers stands in a trigger, as its manual calls it; nullptr for nothing.
const char* only_in_sqlite(const std::vector<std::string>& words) {
  if (has(words, {"INSTEAD", "OF"})) return "INSTEAD OF";
  const auto on = std::find(words.begin(), words.end(), "ON");
  const std::vector<std::string> head(words.begin(), on);
  if (has(head, {"UPDATE", "OF"})) return "UPDATE OF";
  const auto begin = std::find(words.begin(), words.end(), "BEGIN");
  const auto when = std::find(words.begin(), begin, "WHEN");
  if (when != begin && begin != words.end() && std::find(words.begin(), begin, "IF") == begin &&
      std::find(words.begin(), begin, "CASE") == begin) {
    return "WHEN";
  }
  for (const char* verb : {"INSERT", "UPDATE"}) {
    if (has(words, {verb, "OR"})) return "OR behind INSERT or UPDATE";
  }
  if (has(words, {"ON", "CONFLICT"})) return "ON CONFLICT";
  if (has(words, {"RAISE", "("})) return "RAISE()";
  return nullptr;
}

}  // namespace

void json_defaults(const schema::Table& table, const LimitCheck& in) {
  for (const schema::Column& column : table.columns) {
    const bool is_text = column.default_value &&
                         column.default_value->kind == schema::Default::Kind::string &&
                         column.type_on(DialectKind::mariadb).kind == schema::TypeKind::json;
    if (!is_text || nlohmann::json::accept(column.default_value->literal)) continue;
    in.found.push_back({{"tables", table.name, "columns", column.name, "default"},
                        fmt::format("the default of column '{}.{}' is no JSON: '{}'", table.name,
                                    column.name, column.default_value->literal),
                        "a text in JSON has quotes of its own: '\"…\"'"});
  }
}

void check_triggers(const LimitCheck& in) {
  for (const auto& [name, trigger] : in.schema.triggers) {
    const auto words = words_of_text(trigger.sql.for_dialect(DialectKind::mariadb));
    if (const char* what = only_in_sqlite(words)) {
      in.found.push_back(
          {{"triggers", name},
           fmt::format("trigger '{}' has {}, which MariaDB's triggers do not have", name, what),
           kForEach});
    } else if (!has(words, {"FOR", "EACH", "ROW"})) {
      in.found.push_back(
          {{"triggers", name},
           fmt::format("trigger '{}' has no FOR EACH ROW, which MariaDB's triggers have", name),
           kForEach});
    }
  }
}

void check_functions(const LimitCheck& in) {
  const auto check = [&](const char* section, const std::string& what, const std::string& name,
                         const schema::SqlText& sql) {
    const auto refused =
        refused_function(sql.for_dialect(DialectKind::mariadb), FunctionUse::query);
    if (!refused) return;
    for (const auto& [key, routine] : in.schema.routines) {
      const bool is_it = key.first == schema::RoutineKind::function &&
                         text::equals_ignoring_case(key.second + "()", refused->name);
      if (is_it) return;
    }
    in.found.push_back(
        {{section, name},
         fmt::format("{} '{}' calls {}, which MariaDB does not have", what, name, refused->name),
         kForEach});
  };
  for (const auto& [name, view] : in.schema.views) check("views", "view", name, view.sql);
  for (const auto& [name, trigger] : in.schema.triggers) {
    check("triggers", "trigger", name, trigger.sql);
  }
}

void check_routine_names(const LimitCheck& in) {
  const schema::Schema& schema = in.schema;
  std::map<std::pair<schema::RoutineKind, std::string>, std::string> seen;
  for (const auto& [key, routine] : schema.routines) {
    const auto kind = schema::to_string(routine.kind);
    if (routine.kind == schema::RoutineKind::sequence) {
      const bool is_table = schema.tables.count(routine.name) != 0;
      if (!is_table && schema.views.count(routine.name) == 0) continue;
      in.found.push_back(
          {path_of(routine),
           fmt::format("sequence '{0}' has the name of {1} '{0}'; MariaDB's sequences "
                       "are tables",
                       routine.name, is_table ? "table" : "view"),
           "rename one of the two"});
      continue;
    }
    const auto [first, is_new] =
        seen.emplace(std::pair{routine.kind, folded_routine_name(routine.name)}, routine.name);
    if (is_new) continue;
    in.found.push_back({path_of(routine),
                        fmt::format("{0}s '{1}' and '{2}' have one name for MariaDB, which tells "
                                    "neither case nor accents in it",
                                    kind, first->second, routine.name),
                        "rename one of the two"});
  }
}

}  // namespace dbmig::dialect::mariadb
