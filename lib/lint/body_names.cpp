#include "lint/body_names.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::lint {
namespace {

using ops::Token;
using ops::TokenKind;

class BodyReader {
 public:
  explicit BodyReader(std::string_view sql) {
    for (const Token& token : ops::tokenize(sql, DialectKind::mariadb)) {
      if (token.kind != TokenKind::comment && token.kind != TokenKind::space) {
        tokens_.push_back(token);
      }
    }
  }

  BodyNames read() {
    collect_own_names();
    for (std::size_t i = 0; i < tokens_.size(); ++i) walk(i);
    BodyNames names;
    for (const auto& [lower, written] : tables_) {
      if (!is_own(lower) && aliases_.count(lower) == 0) names.tables.insert(written);
    }
    for (const auto& [qualifier, column] : qualified_) {
      if (const std::string* table = table_of(qualifier)) names.columns.insert({*table, column});
    }
    for (const auto& [table, column] : listed_) {
      if (!is_own(table)) names.columns.insert({table, column});
    }
    names.made = made_;
    return names;
  }

 private:
  /// What stands before the dot in front of a column.
  struct Qualifier {
    std::set<std::string> tables;
    std::size_t places = 0;  ///< where it is a table or the alias of one
  };
  /// A level of parentheses.
  struct Level {
    bool selects = false;  ///< FROM begins a list of tables
    bool in_from = false;  ///< a comma goes on with it
    bool expects = false;  ///< the next name is a table's
    bool inserts = false;  ///< INTO is followed by a table
  };

  bool is(std::size_t i, std::initializer_list<std::string_view> words) const {
    return i < tokens_.size() && std::any_of(words.begin(), words.end(), [&](auto word) {
             return ops::is_word(tokens_[i], word);
           });
  }
  bool is_symbol(std::size_t i, std::string_view symbol) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::symbol && tokens_[i].text == symbol;
  }
  bool is_name(std::size_t i) const { return i < tokens_.size() && ops::is_name(tokens_[i]); }
  std::string name(std::size_t i) const { return ops::identifier(tokens_[i]); }
  /// A name of the body itself, so that it may mean something else than a table.
  bool is_own(const std::string& name) const {
    const std::string lower = text::lower(name);
    return own_.count(lower) != 0 || made_.count(lower) != 0;
  }

  /// The table that `qualifier` stands for wherever it stands; nothing where it has a place that
  /// was not understood, as it may stand for something else from there on.
  const std::string* table_of(const std::string& qualifier) const {
    const auto found = qualifiers_.find(text::lower(qualifier));
    if (found == qualifiers_.end() || is_own(qualifier)) return nullptr;
    const Qualifier& known = found->second;
    std::size_t places = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const bool is_part = (i > 0 && is_symbol(i - 1, ".")) || is_symbol(i + 1, ".");
      if (is_name(i) && !is_part && text::equals_ignoring_case(name(i), qualifier)) ++places;
    }
    if (places != known.places || known.tables.size() != 1) return nullptr;
    const std::string& table = *known.tables.begin();
    return is_own(table) ? nullptr : &table;
  }

  /// DELETE FROM a USING t AS a: what stands behind FROM are aliases.
  bool deletes_using(std::size_t i) const {
    for (; i < tokens_.size() && !is_symbol(i, ";"); ++i) {
      if (is(i, {"using"}) && !is_symbol(i + 1, "(")) return true;
    }
    return false;
  }

  /// Words that stand behind a table and are not its alias.
  bool follows_table(std::size_t i) const {
    return is(
        i, {"where",     "join",          "on",        "set",   "left",      "right",  "inner",
            "cross",     "natural",       "order",     "group", "limit",     "union",  "using",
            "values",    "value",         "having",    "for",   "select",    "window", "force",
            "use",       "ignore",        "partition", "outer", "except",    "end",    "intersect",
            "returning", "straight_join", "into",      "lock",  "procedure", "offset", "fetch",
            "do",        "then",          "with"});
  }

  std::optional<std::size_t> alias_at(std::size_t i) const {
    if (is(i, {"as"})) return is_name(i + 1) ? std::optional(i + 1) : std::nullopt;
    return is_name(i) && !follows_table(i) ? std::optional(i) : std::nullopt;
  }

  /// Names that the body gives: queries of WITH, derived tables, variables, cursors, its tables.
  void collect_own_names() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is_symbol(i, "(")) open.push_back(i);
      if (is_symbol(i, ")")) {
        const std::size_t begin = open.empty() ? 0 : open.back();
        if (!open.empty()) open.pop_back();
        const bool is_columns_of_query = is(i + 1, {"as"}) && is_symbol(i + 2, "(");
        if (is_columns_of_query && begin > 0 && is_name(begin - 1)) add_own(begin - 1);
        if (const auto alias = alias_at(i + 1)) add_own(*alias);
      }
      if (is_name(i) && is(i + 1, {"as"}) && is_symbol(i + 2, "(")) add_own(i);
      if (is(i, {"declare"})) {
        for (std::size_t at = i + 1; is_name(at); at += 2) {
          add_own(at);
          if (!is_symbol(at + 1, ",")) break;
        }
      }
      if (is(i, {"for"}) && is_name(i + 1) && is(i + 2, {"in"})) add_own(i + 1);
      if (is(i, {"table"}) && i > 0 && is(i - 1, {"create", "temporary", "replace"})) {
        std::size_t at = i + 1;
        if (is(at, {"if"})) at += 3;
        if (is_name(at)) made_.insert(text::lower(name(is_symbol(at + 1, ".") ? at + 2 : at)));
      }
    }
  }

  void add_own(std::size_t i) { own_.insert(text::lower(name(i))); }

  void walk(std::size_t& i) {
    Level& level = levels_.back();
    const bool expected = std::exchange(level.expects, false);
    if (is_symbol(i, "(")) {
      levels_.push_back({});
    } else if (is_symbol(i, ")")) {
      if (levels_.size() > 1) levels_.pop_back();
    } else if (is_symbol(i, ",")) {
      level.expects = level.in_from;
    } else if (is_symbol(i, ";")) {
      levels_.assign(1, {});
      target_.reset();
    } else if (i > 0 && is_symbol(i - 1, ".")) {
      return;
    } else if (expected && is_name(i) &&
               !is(i, {"select", "lateral", "dual", "low_priority", "ignore", "only"})) {
      table(i);
    } else if (expected && is(i, {"low_priority", "ignore"})) {
      level.expects = true;
    } else if (tokens_[i].kind == TokenKind::word && keyword(i)) {
      return;
    } else if (is_name(i) && is_symbol(i + 1, ".") && is_name(i + 2) && !is_symbol(i + 3, ".") &&
               !is_symbol(i + 3, "(")) {
      qualified_.insert({name(i), name(i + 2)});
    }
  }

  bool keyword(std::size_t i) {
    Level& level = levels_.back();
    if (is(i, {"select", "delete"})) {
      level = {};
      level.selects = !(is(i, {"delete"}) && deletes_using(i));
    } else if (is(i, {"insert", "replace"}) && !is_symbol(i + 1, "(")) {
      level = {};
      level.inserts = true;
    } else if (is(i, {"into"})) {
      level.expects = std::exchange(level.inserts, false);
      level.in_from = false;
    } else if (is(i, {"from"})) {
      const bool distinct_from = i > 0 && is(i - 1, {"distinct"});
      if (level.selects && !distinct_from) level.in_from = level.expects = true;
    } else if (is(i, {"join", "straight_join"})) {
      level.expects = level.in_from;
    } else if (is(i, {"update"}) && begins_statement(i)) {
      level = {};
      level.in_from = level.expects = true;
    } else if (is(i, {"prepare", "show", "fetch", "execute"})) {
      level = {};
    } else if (is(i, {"set"})) {
      level.in_from = false;
      if (target_) assignments(i + 1);
    } else if (is(i, {"where", "group", "order", "having", "limit", "values", "union", "except",
                      "intersect", "window", "returning", "lock"})) {
      level.in_from = false;
    } else {
      return false;
    }
    return true;
  }

  bool begins_statement(std::size_t i) const {
    return i == 0 || is_symbol(i - 1, ";") || is_symbol(i - 1, ":") ||
           is(i - 1, {"begin", "then", "else", "do", "loop", "repeat", "row", "sqlexception",
                      "sqlwarning", "found"});
  }

  /// A table's name at `i`; moves to its last token.
  void table(std::size_t& i) {
    target_.reset();
    if (is_symbol(i + 1, ".")) {
      // Of another database, perhaps under the name of one here.
      if (is_name(i + 2)) {
        add_own(i + 2);
        i += 2;
        if (const auto alias = alias_at(i + 1)) add_own(*alias);
      }
      return;
    }
    if (is_symbol(i + 1, "(") && !(i > 0 && is(i - 1, {"into"}))) return;  // a table function
    const std::string written = name(i);
    tables_.emplace(text::lower(written), written);
    qualify(written, written);
    if (i > 0 && is(i - 1, {"into"})) {
      if (is_symbol(i + 1, "(")) column_list(written, i + 2);
      target_ = written;
      return;
    }
    if (const auto alias = alias_at(i + 1)) {
      qualify(name(*alias), written);
      aliases_.insert(text::lower(name(*alias)));
    }
    const bool is_update = i > 0 && is(i - 1, {"update", "low_priority", "ignore"});
    if (is_update) target_ = written;
  }

  void qualify(const std::string& qualifier, const std::string& table) {
    Qualifier& known = qualifiers_[text::lower(qualifier)];
    known.tables.insert(table);
    ++known.places;
  }

  /// INSERT INTO t (a, b): the names; a query in their place has none.
  void column_list(const std::string& table, std::size_t i) {
    std::vector<std::string> names;
    for (; is_name(i); i += 2) {
      names.push_back(name(i));
      if (is_symbol(i + 1, ")")) {
        for (std::string& one : names) listed_.insert({table, std::move(one)});
        return;
      }
      if (!is_symbol(i + 1, ",")) return;
    }
  }

  /// UPDATE t SET a = 1, b = 2: what stands before the signs, outside of parentheses.
  void assignments(std::size_t i) {
    const std::string table = *std::exchange(target_, std::nullopt);
    int depth = 0;
    bool begins = true;
    for (; i < tokens_.size() && !is_symbol(i, ";"); ++i) {
      if (depth == 0 && is(i, {"where", "order", "limit", "on", "returning"})) return;
      if (begins && is_name(i) && is_symbol(i + 1, "=")) listed_.insert({table, name(i)});
      begins = depth == 0 && is_symbol(i, ",");
      if (is_symbol(i, "(")) ++depth;
      if (is_symbol(i, ")")) --depth;
    }
  }

  std::vector<Token> tokens_;
  std::vector<Level> levels_ = {{}};
  std::set<std::string> own_;                    ///< lower case
  std::set<std::string> made_;                   ///< lower case
  std::set<std::string> aliases_;                ///< of tables; lower case
  std::map<std::string, std::string> tables_;    ///< lower case → as written
  std::map<std::string, Qualifier> qualifiers_;  ///< by lower case
  std::set<std::pair<std::string, std::string>> qualified_;
  std::set<std::pair<std::string, std::string>> listed_;
  std::optional<std::string> target_;  ///< the one table that SET may be about
};

}  // namespace

BodyNames names_in_body(std::string_view sql) {
  return BodyReader(sql).read();
}

}  // namespace dbmig::lint
