#include "dialect/mariadb/functions.hpp"

#include <set>

#include "base/text.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect::mariadb {
namespace {

const std::set<std::string, std::less<>>& unknown() {
  static const std::set<std::string, std::less<>> names = {"acosh",
                                                           "asinh",
                                                           "atanh",
                                                           "changes",
                                                           "cosh",
                                                           "fts5",
                                                           "glob",
                                                           "group_concat_distinct",
                                                           "iif",
                                                           "json_array_length",
                                                           "json_each",
                                                           "json_error_position",
                                                           "json_group_array",
                                                           "json_group_object",
                                                           "json_patch",
                                                           "json_tree",
                                                           "jsonb",
                                                           "julianday",
                                                           "last_insert_rowid",
                                                           "likelihood",
                                                           "likely",
                                                           "load_extension",
                                                           "printf",
                                                           "random",
                                                           "randomblob",
                                                           "sinh",
                                                           "sqlite_compileoption_get",
                                                           "sqlite_compileoption_used",
                                                           "sqlite_offset",
                                                           "sqlite_source_id",
                                                           "sqlite_version",
                                                           "strftime",
                                                           "string_agg",
                                                           "subtype",
                                                           "tanh",
                                                           "total",
                                                           "total_changes",
                                                           "trunc",
                                                           "typeof",
                                                           "unicode",
                                                           "unistr",
                                                           "unistr_quote",
                                                           "unixepoch",
                                                           "unlikely",
                                                           "zeroblob"};
  return names;
}

/// They need no parentheses.
const std::set<std::string, std::less<>>& clocks() {
  static const std::set<std::string, std::less<>> names = {
      "current_date", "current_time", "current_timestamp", "localtime",    "localtimestamp",
      "utc_date",     "utc_time",     "utc_timestamp",     "current_user", "current_role"};
  return names;
}

const std::set<std::string, std::less<>>& changing() {
  static const std::set<std::string, std::less<>> names = {
      "now",          "curdate",      "curtime",      "sysdate",       "unix_timestamp",
      "rand",         "uuid",         "uuid_short",   "user",          "session_user",
      "system_user",  "database",     "schema",       "connection_id", "last_insert_id",
      "row_count",    "found_rows",   "sleep",        "benchmark",     "get_lock",
      "release_lock", "is_free_lock", "is_used_lock", "load_file",     "version"};
  return names;
}

}  // namespace

std::optional<RefusedFunction> refused_function(std::string_view sql, FunctionUse use) {
  std::vector<ops::Token> tokens;
  for (const ops::Token& token : ops::tokenize(sql, std::nullopt)) {
    if (token.kind != ops::TokenKind::space && token.kind != ops::TokenKind::comment) {
      tokens.push_back(token);
    }
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != ops::TokenKind::word) continue;
    if (i > 0 && tokens[i - 1].text == ".") continue;
    const std::string name = text::lower(tokens[i].text);
    const bool is_call = i + 1 < tokens.size() && tokens[i + 1].text == "(";
    if (is_call && unknown().count(name) != 0) return RefusedFunction{name + "()", true};
    if (use != FunctionUse::check && use != FunctionUse::stored) continue;
    if (clocks().count(name) != 0 || (is_call && changing().count(name) != 0)) {
      return RefusedFunction{is_call ? name + "()" : name, false};
    }
  }
  return std::nullopt;
}

}  // namespace dbmig::dialect::mariadb
