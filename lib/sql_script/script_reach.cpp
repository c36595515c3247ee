#include "sql_script/script_reach.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/text.hpp"

namespace dbmig::sql_script {
namespace {

using dialect::ScriptWord;
using Words = std::vector<ScriptWord>;

/// Engines that reach for nothing outside of the database's own files.
const std::set<std::string, std::less<>> kEngines = {
    "innodb",   "myisam",    "aria",       "memory",  "heap",        "csv",
    "archive",  "ndb",       "isam",       "rocksdb", "tokudb",      "mroonga",
    "sequence", "blackhole", "ndbcluster", "xtradb",  "columnstore", "maria"};

/// How an action of ALTER TABLE may begin, options of the table included.
const std::set<std::string, std::less<>> kActions = {"add",
                                                     "alter",
                                                     "auto_increment",
                                                     "avg_row_length",
                                                     "change",
                                                     "character",
                                                     "charset",
                                                     "checksum",
                                                     "coalesce",
                                                     "collate",
                                                     "comment",
                                                     "convert",
                                                     "default",
                                                     "delay_key_write",
                                                     "disable",
                                                     "drop",
                                                     "enable",
                                                     "encrypted",
                                                     "engine",
                                                     "force",
                                                     "insert_method",
                                                     "key_block_size",
                                                     "max_rows",
                                                     "min_rows",
                                                     "modify",
                                                     "order",
                                                     "pack_keys",
                                                     "page_checksum",
                                                     "page_compressed",
                                                     "partition",
                                                     "rebuild",
                                                     "remove",
                                                     "rename",
                                                     "reorganize",
                                                     "row_format",
                                                     "sequence",
                                                     "stats_auto_recalc",
                                                     "stats_persistent",
                                                     "stats_sample_pages",
                                                     "transactional",
                                                     "truncate",
                                                     "algorithm",
                                                     "lock",
                                                     "with",
                                                     "without",
                                                     "wait",
                                                     "nowait",
                                                     "ignore",
                                                     "period",
                                                     "encryption_key_id",
                                                     "page_compression_level"};

/// What may stand before a parenthesis in a query: words of the language, and functions that
/// compute from their arguments and the session.
const std::set<std::string, std::less<>> kFunctions = {
    // words
    "in", "exists", "and", "or", "not", "xor", "on", "as", "select", "from", "where", "join",
    "using", "over", "values", "any", "all", "some", "then", "else", "when", "by", "having", "like",
    "between", "union", "except", "intersect", "case", "distinct", "partition", "return", "div",
    "mod", "is", "limit", "interval", "recursive", "with", "key", "index", "regexp", "rlike",
    "filter", "window", "separator", "row", "if", "while", "until", "elseif", "set", "into",
    // types, as in CAST(x AS decimal(10,2))
    "decimal", "char", "varchar", "binary", "varbinary", "int", "integer", "signed", "unsigned",
    "datetime", "time", "timestamp", "float", "double", "numeric", "nchar", "text", "bit", "year",
    // functions
    "abs", "acos", "adddate", "addtime", "ascii", "asin", "atan", "atan2", "avg", "bin", "bit_and",
    "bit_count", "bit_length", "bit_or", "bit_xor", "cast", "ceil", "ceiling", "char_length",
    "character_length", "charset", "chr", "coalesce", "coercibility", "collation", "concat",
    "concat_ws", "conv", "convert", "convert_tz", "cos", "cot", "count", "crc32", "cume_dist",
    "curdate", "current_date", "current_time", "current_timestamp", "current_user", "curtime",
    "database", "date", "date_add", "date_format", "date_sub", "datediff", "day", "dayname",
    "dayofmonth", "dayofweek", "dayofyear", "default", "degrees", "dense_rank", "elt", "exp",
    "export_set", "extract", "extractvalue", "field", "find_in_set", "first_value", "floor",
    "format", "found_rows", "from_base64", "from_days", "from_unixtime", "get_format", "greatest",
    "group_concat", "hex", "hour", "ifnull", "inet_aton", "inet_ntoa", "inet6_aton", "inet6_ntoa",
    "insert", "instr", "isnull", "json_array", "json_array_append", "json_arrayagg", "json_compact",
    "json_contains", "json_contains_path", "json_depth", "json_detailed", "json_exists",
    "json_extract", "json_insert", "json_keys", "json_length", "json_loose", "json_merge",
    "json_merge_patch", "json_merge_preserve", "json_object", "json_objectagg", "json_query",
    "json_quote", "json_remove", "json_replace", "json_search", "json_set", "json_table",
    "json_type", "json_unquote", "json_valid", "json_value", "lag", "last_day", "last_insert_id",
    "last_value", "lcase", "lead", "least", "left", "length", "ln", "localtime", "localtimestamp",
    "locate", "log", "log10", "log2", "lower", "lpad", "ltrim", "make_set", "makedate", "maketime",
    "match", "against", "max", "md5", "median", "microsecond", "mid", "min", "minute", "month",
    "monthname", "name_const", "natural_sort_key", "now", "nth_value", "ntile", "nullif", "nvl",
    "nvl2", "oct", "octet_length", "ord", "percent_rank", "percentile_cont", "percentile_disc",
    "period_add", "period_diff", "pi", "point", "position", "pow", "power", "quarter", "quote",
    "radians", "rand", "rank", "regexp_instr", "regexp_replace", "regexp_substr", "repeat",
    "replace", "reverse", "right", "round", "row_count", "row_number", "rpad", "rtrim", "schema",
    "sec_to_time", "second", "sformat", "sha", "sha1", "sha2", "sign", "sin", "soundex", "space",
    "sqrt", "std", "stddev", "stddev_pop", "stddev_samp", "str_to_date", "strcmp", "subdate",
    "substr", "substring", "substring_index", "subtime", "sum", "sysdate", "tan", "time_format",
    "time_to_sec", "timediff", "timestampadd", "timestampdiff", "to_base64", "to_char", "to_days",
    "to_seconds", "trim", "truncate", "ucase", "unhex", "unix_timestamp", "upper", "user",
    "utc_date", "utc_time", "utc_timestamp", "uuid", "uuid_short", "value", "var_pop", "var_samp",
    "variance", "version", "week", "weekday", "weekofyear", "yearweek", "st_geomfromtext",
    "st_astext", "st_x", "st_y", "geomfromtext", "astext", "geometryfromtext"};

bool is_any(const Words& words, std::size_t i, std::initializer_list<std::string_view> keywords) {
  return i < words.size() &&
         std::any_of(keywords.begin(), keywords.end(),
                     [&](std::string_view keyword) { return words[i].is(keyword); });
}

/// The first of the words from `begin` on that calls something which is no function of the server.
std::string call_in(const Words& words, std::size_t begin) {
  for (std::size_t i = begin; i + 1 < words.size(); ++i) {
    if (!words[i].is_name || !is_sign(words, i + 1, "(")) continue;
    const std::string name = text::lower(words[i].text);
    const bool is_own = !words[i].quoted && kFunctions.count(name) != 0;
    if (!is_own || (i > 0 && is_sign(words, i - 1, "."))) return words[i].text;
  }
  return {};
}

/// Where the query of CREATE TABLE … SELECT begins; the number of words when there is none.
std::size_t query_in(const Words& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].is("select")) return i;
    const bool rows = words[i].is("values") && !is_any(words, i + 1, {"less", "in"});
    if (rows) return i;
  }
  return words.size();
}

/// A clause of a query that writes.
std::string into_in(const Words& words, std::size_t begin) {
  for (std::size_t i = begin; i < words.size(); ++i) {
    if (is_any(words, i, {"into", "procedure"})) return text::upper(words[i].text);
  }
  return {};
}

/// The option ENGINE, CONNECTION, UNION, DATA DIRECTORY … that reaches out.
std::string option_in(const Words& words) {
  int depth = 0;
  const bool parts = std::any_of(words.begin(), words.end(),
                                 [](const ScriptWord& word) { return word.is("partition"); });
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (is_sign(words, i, "(")) ++depth;
    if (is_sign(words, i, ")")) --depth;
    // Behind these stands a column of that name.
    if (depth == 0 && is_any(words, i - 1,
                             {"add", "column", "modify", "change", "drop", "exists", "after", "to",
                              "table", "index", "key"})) {
      continue;
    }
    const bool assigned = is_sign(words, i + 1, "=");
    if (words[i].is("directory") && is_any(words, i - 1, {"data", "index"})) {
      return text::upper(words[i - 1].text) + " DIRECTORY";
    }
    if (depth == 0 && words[i].is("union") && (assigned || is_sign(words, i + 1, "("))) {
      return "UNION";
    }
    if (depth == 0 && words[i].is("connection")) return "CONNECTION";
    if (!words[i].is("engine") || !(assigned || depth == 0)) continue;
    const std::size_t at = i + (assigned ? 2 : 1);
    if (at >= words.size() || (depth > 0 && !parts)) continue;
    if (kEngines.count(text::lower(words[at].text)) == 0) return "ENGINE=" + words[at].text;
  }
  return {};
}

/// The action of ALTER TABLE that is none on this table alone.
std::string action_in(const ScriptHead& head) {
  const Words& words = head.words;
  std::size_t i = 1;
  while (i < words.size() && !words[i].is("table")) ++i;
  ++i;
  while (is_any(words, i, {"if", "exists"})) ++i;
  i += is_sign(words, i + 1, ".") ? 3 : 1;
  int depth = 0;
  bool begins = true;
  for (; i < words.size(); ++i) {
    if (is_sign(words, i, "(")) ++depth;
    if (is_sign(words, i, ")")) --depth;
    if (depth > 0) continue;
    if (is_sign(words, i, ",")) {
      begins = true;
      continue;
    }
    if (!begins) continue;
    begins = false;
    const std::string action = text::lower(words[i].text);
    const bool known = !words[i].quoted && kActions.count(action) != 0;
    const bool moves = action == "convert" && !is_any(words, i + 1, {"to"});
    if (!known || moves) return text::upper(action);
    // CONVERT PARTITION, as well as lists of partitions and of columns, end the statement.
    if (words[i].is("order") || is_any(words, i + 1, {"partition"})) return {};
  }
  return {};
}

}  // namespace

std::string reach_of(const ScriptHead& head) {
  const Words& words = head.words;
  if (head.verb == "set") {
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i].is("select")) return "SET with a query";
    }
    const std::string name = call_in(words, 1);
    return name.empty() ? name : fmt::format("SET that calls '{}'", name);
  }
  if (head.verb == "select") {
    const std::string name = call_in(words, 1);
    return name.empty() ? name : fmt::format("SELECT that calls '{}'", name);
  }
  if (head.section != "tables") return {};
  if (head.verb == "alter") {
    const std::string action = action_in(head);
    if (!action.empty()) return "ALTER TABLE … " + action;
  }
  if (head.verb != "alter" && head.verb != "create") return {};
  const std::string option = option_in(words);
  if (!option.empty()) return option;
  const std::size_t query = query_in(words);
  const std::string name = call_in(words, query);
  if (!name.empty()) return fmt::format("CREATE TABLE … SELECT that calls '{}'", name);
  const std::string into = into_in(words, query);
  return into.empty() ? into : "CREATE TABLE … SELECT … " + into;
}

std::string reach_of_event(const ScriptHead& head) {
  if (head.section != "events" || head.verb == "drop") return {};
  std::size_t body = 1;
  while (body < head.words.size() && !head.words[body].is("do")) ++body;
  for (std::size_t i = body; i < head.words.size(); ++i) {
    if (is_any(head.words, i, {"call", "execute", "prepare", "load", "outfile", "dumpfile"})) {
      return fmt::format("an event that may run at once, with {}", text::upper(head.words[i].text));
    }
    const bool inserts = is_any(head.words, i, {"into", "replace", "insert", "references"});
    // INSERT INTO t (a, b)
    if (inserts && i + 2 < head.words.size() && is_sign(head.words, i + 2, "(")) ++i;
    if (!head.words[i].is_name || !is_sign(head.words, i + 1, "(") || inserts) continue;
    if (kFunctions.count(text::lower(head.words[i].text)) == 0 || head.words[i].quoted) {
      return fmt::format("an event that may run at once, calling '{}'", head.words[i].text);
    }
  }
  return {};
}

}  // namespace dbmig::sql_script
