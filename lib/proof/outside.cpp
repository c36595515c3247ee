#include "proof/outside.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "dialect/script.hpp"

namespace dbmig::proof {
namespace {

using dialect::ScriptWord;
using Words = std::vector<ScriptWord>;

constexpr std::array<std::string_view, 20> kInside = {
    "insert", "update", "delete", "replace",  "select",   "with", "values",
    "create", "alter",  "drop",   "rename",   "truncate", "set",  "do",
    "call",   "begin",  "if",     "optimize", "analyze",  "table"};

/// Words that no statement about the database's own rows and objects needs.
constexpr std::array<std::string_view, 14> kOutside = {
    "global", "persist", "password", "outfile",    "dumpfile", "infile", "load_file",
    "user",   "role",    "server",   "tablespace", "get_lock", "plugin", "soname"};
constexpr std::array<std::string_view, 4> kOutsideObjects = {"user", "role", "server",
                                                             "tablespace"};

bool is_sign(const Words& words, std::size_t i, std::string_view sign) {
  return i < words.size() && !words[i].quoted && words[i].text == sign;
}

using Names = std::set<std::string>;  ///< in lower case

/// What revisions make: tables and views.
class MadeNames {
 public:
  void operator()(const ops::CreateTable& create) { add(create.table.name); }
  void operator()(const ops::RenameTable& rename) { add(rename.to); }
  void operator()(const ops::CreateView& create) { add(create.view.name); }
  void operator()(const ops::Execute& execute) {
    for (const ops::Operation& declared : execute.state) std::visit(*this, declared);
  }
  template <class Operation>
  void operator()(const Operation&) {}

  Names names{"new", "old"};

 private:
  void add(const std::string& name) { names.insert(text::lower(name)); }
};

/// Tables, views, aliases: what may stand before a dot.
Names own_names(const Words& words, Names names) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    // `FROM customer AS c`, `FROM customer c`, `(SELECT …) AS d`, `WITH d AS (…)`
    if (!words[i].is_name || is_sign(words, i + 1, ".") || is_sign(words, i - 1, ".")) continue;
    const bool after_name = words[i - 1].is_name || is_sign(words, i - 1, ")");
    const bool before_query = i + 1 < words.size() && words[i + 1].is("as");
    if (after_name || before_query) names.insert(text::lower(words[i].text));
  }
  return names;
}

std::string outside_word(const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].quoted) continue;
    const std::string word = text::lower(words[i].text);
    if (word.starts_with("@@global") || word.starts_with("@@persist")) return word;
    if (std::find(kOutside.begin(), kOutside.end(), word) == kOutside.end()) continue;
    // `user` is a good name for a column, and a bad one for an object to create.
    const bool names_object =
        std::find(kOutsideObjects.begin(), kOutsideObjects.end(), word) != kOutsideObjects.end();
    if (!names_object || (i > 0 && i < 4 && !words[0].is("insert") && !words[0].is("update") &&
                          !words[0].is("delete") && !words[0].is("select") &&
                          !words[0].is("replace") && !words[i - 1].is("table"))) {
      return word;
    }
  }
  return {};
}

/// Says of each word whether a table or routine stands there rather than a column: there a
/// qualifier is a database, also when a table of ours has the same name.
class ObjectPlaces {
 public:
  explicit ObjectPlaces(const Words& words) : words_(words) {}

  /// To be asked of every word, in order.
  bool is_object(std::size_t i) {
    const ScriptWord& word = words_[i];
    if (is_sign(words_, i, "(")) {
      outer_.push_back({in_objects_, selects_});
      in_objects_ = selects_ = false;
    } else if (is_sign(words_, i, ")") && !outer_.empty()) {
      in_objects_ = outer_.back().in_objects;
      selects_ = outer_.back().selects;
      outer_.pop_back();
    } else if (is_sign(words_, i, ";") ||
               is_any(word, {"set", "where", "values", "group", "order", "having", "limit"})) {
      in_objects_ = false;
    } else if (word.is("select")) {
      in_objects_ = false;
      has_query_ = selects_ = true;
    } else if (word.is("on")) {
      in_objects_ = !has_query_ && is_any(words_.front(), {"create", "drop"});
    } else if (word.is("from") && !outer_.empty() && !selects_) {
      // EXTRACT(YEAR FROM t.a), TRIM('x' FROM t.a)
      in_objects_ = false;
    } else if (is_any(word, {"from", "join", "into", "update", "table", "tables", "truncate",
                             "references", "to", "call"})) {
      // ON DUPLICATE KEY UPDATE changes columns.
      in_objects_ = i == 0 || !words_[i - 1].is("key");
    }
    return in_objects_;
  }

 private:
  static bool is_any(const ScriptWord& word, std::initializer_list<std::string_view> keywords) {
    return std::any_of(keywords.begin(), keywords.end(),
                       [&](std::string_view keyword) { return word.is(keyword); });
  }

  struct Outside {
    bool in_objects;
    bool selects;
  };
  const Words& words_;
  std::vector<Outside> outer_;  ///< what was so before each open parenthesis
  bool in_objects_ = false;
  bool has_query_ = false;
  bool selects_ = false;  ///< between the same parentheses
};

/// The first name that another database may own.
std::string foreign_name(const Words& words, const Names& made) {
  const Names own = own_names(words, made);
  ObjectPlaces places(words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    // ${name:identifier}.table: whatever that is.
    if (is_sign(words, i, "}") && is_sign(words, i + 1, ".")) return "a variable's database";
    const bool is_object = places.is_object(i);
    const bool qualifies = words[i].is_name && is_sign(words, i + 1, ".") && i + 2 < words.size() &&
                           words[i + 2].is_name && (i == 0 || !is_sign(words, i - 1, "."));
    if (!qualifies) continue;
    // database.table.column, database.function()
    const bool has_database = is_sign(words, i + 3, ".") || is_sign(words, i + 3, "(");
    // The row of a trigger, wherever it stands.
    if (words[i].is("new") || words[i].is("old")) continue;
    if (is_object || has_database || own.count(text::lower(words[i].text)) == 0) {
      return fmt::format("'{}.{}'", words[i].text, words[i + 2].text);
    }
  }
  return {};
}

std::string of_statement(const Words& words, const Names& made) {
  if (words.empty()) return {};
  const std::string verb = text::lower(words.front().text);
  if (std::find(kInside.begin(), kInside.end(), verb) == kInside.end()) return text::upper(verb);
  if (std::string word = outside_word(words); !word.empty()) return text::upper(word);
  if (verb == "create" || verb == "alter" || verb == "drop") {
    for (std::size_t i = 1; i < std::min<std::size_t>(words.size(), 4); ++i) {
      if (words[i].is("database") || words[i].is("schema")) return text::upper(words[i].text);
    }
  }
  return foreign_name(words, made);
}

/// Stored programs run by themselves or for rows that come: what their texts reach for they touch.
std::string of_program(const dialect::Dialect& dialect, const std::string& sql, const Names& made) {
  return foreign_name(dialect::script_words(dialect.kind(), sql), made);
}

std::string of_operation(const dialect::Dialect& dialect, const ops::Operation& operation,
                         const Names& made) {
  if (const auto* create = std::get_if<ops::CreateTrigger>(&operation)) {
    return of_program(dialect, create->trigger.sql.for_dialect(dialect.kind()), made);
  }
  if (const auto* create = std::get_if<ops::CreateRoutine>(&operation)) {
    return of_program(dialect, create->routine.sql, made);
  }
  const auto* execute = std::get_if<ops::Execute>(&operation);
  if (execute == nullptr) return {};
  for (const std::string& sql :
       dialect.split_statements(execute->sql.for_dialect(dialect.kind()))) {
    std::string why = of_statement(dialect::script_words(dialect.kind(), sql), made);
    if (!why.empty()) return why;
  }
  return {};
}

std::string of_operations(const dialect::Dialect& dialect,
                          const std::vector<ops::Operation>& operations, const Names& made) {
  for (const ops::Operation& operation : operations) {
    std::string why = of_operation(dialect, operation, made);
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace

std::string reaches_out(const dialect::Dialect& dialect, const history::Graph& graph,
                        const std::set<std::string>& ids) {
  MadeNames made;
  for (const std::string& id : ids) {
    for (const ops::Operation& operation : graph.get(id).upgrade) std::visit(made, operation);
  }
  for (const std::string& id : ids) {
    const history::Revision& revision = graph.get(id);
    std::string why = of_operations(dialect, revision.upgrade, made.names);
    if (why.empty() && revision.downgrade) {
      why = of_operations(dialect, *revision.downgrade, made.names);
    }
    if (!why.empty()) return fmt::format("revision {}: {}", id, why);
  }
  return {};
}

std::string reaches_out(const dialect::Dialect& dialect,
                        const std::vector<ops::Operation>& operations) {
  MadeNames made;
  for (const ops::Operation& operation : operations) std::visit(made, operation);
  return of_operations(dialect, operations, made.names);
}

}  // namespace dbmig::proof
