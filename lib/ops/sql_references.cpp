#include "ops/sql_references.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/text.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::ops {
namespace {

/// The tokens of a text that mean something, with their places in the whole list.
class Text {
 public:
  Text(std::string_view sql, std::optional<DialectKind> dialect) : all_(tokenize(sql, dialect)) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].kind != TokenKind::space && all_[i].kind != TokenKind::comment) {
        solid_.push_back(i);
      }
    }
  }

  std::size_t size() const { return solid_.size(); }
  const Token& operator[](std::size_t i) const { return all_[solid_[i]]; }

  bool is(std::size_t i, std::string_view symbol) const {
    return i < size() && (*this)[i].kind == TokenKind::symbol && (*this)[i].text == symbol;
  }
  bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const {
    return i < size() && std::any_of(words.begin(), words.end(), [&](std::string_view word) {
             return is_word((*this)[i], word);
           });
  }
  bool named(std::size_t i, std::string_view name) const {
    return i < size() && is_name((*this)[i]) &&
           text::equals_ignoring_case(identifier((*this)[i]), name);
  }

  std::string replaced(const std::vector<std::size_t>& places, std::string_view name) const {
    std::vector<std::size_t> at;
    at.reserve(places.size());
    for (const std::size_t place : places) at.push_back(solid_[place]);
    std::string out;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const bool replace = std::find(at.begin(), at.end(), i) != at.end();
      out += replace ? spelled_like(all_[i], name) : std::string(all_[i].text);
    }
    return out;
  }

 private:
  std::vector<Token> all_;
  std::vector<std::size_t> solid_;
};

/// Walks a query or trigger and collects the tokens that stand where a table's name stands.
class TablePositions {
 public:
  explicit TablePositions(const Text& text) : text_(text) {
    levels_.push_back({true, false, false});
    trigger_head_ = text.is_any(0, {"before", "after", "instead", "insert", "update", "delete"});
  }

  std::vector<std::size_t> find() {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const bool expected = std::exchange(top().expects, false);
      if (text_.is(i, "(")) {
        // FROM (a JOIN b): still a list of tables. f(… FROM …): no query unless SELECT comes.
        levels_.push_back({expected, expected, expected});
      } else if (text_.is(i, ")")) {
        if (levels_.size() > 1) levels_.pop_back();
      } else if (text_.is(i, ",")) {
        top().expects = top().in_from;
      } else if (text_.is(i, ";")) {
        levels_.assign(1, {true, false, false});
      } else if (text_[i].kind == TokenKind::word && keyword(i, expected)) {
        continue;
      } else if (expected && is_name(text_[i])) {
        while (text_.is(i + 1, ".") && i + 2 < text_.size() && is_name(text_[i + 2])) i += 2;
        found.push_back(i);
      }
    }
    return found;
  }

 private:
  struct Level {
    bool query = false;    ///< FROM starts a list of tables here
    bool in_from = false;  ///< a comma leads to another table
    bool expects = false;  ///< the next name is a table's
  };
  Level& top() { return levels_.back(); }

  /// UPDATE OR IGNORE t, UPDATE LOW_PRIORITY t, FROM LATERAL (…): not yet the table.
  bool is_modifier(std::size_t i) const {
    const bool more = i + 1 < text_.size() && (is_name(text_[i + 1]) || text_.is(i + 1, "("));
    if (!more || i == 0) return false;
    if (text_.is_any(i - 1, {"or"})) return true;
    if (text_.is_any(i, {"lateral"})) return true;
    return text_.is_any(i - 1, {"update"}) &&
           text_.is_any(i, {"or", "ignore", "low_priority", "only"}) &&
           !text_.is_any(i + 1, {"set"});
  }

  /// Takes note of a keyword; false for any other word.
  bool keyword(std::size_t i, bool expected) {
    const bool after_dot = i > 0 && text_.is(i - 1, ".");
    if (after_dot) return false;
    if (expected && is_modifier(i)) {
      top().expects = true;
      return true;
    }
    if (text_.is_any(i, {"select", "delete", "insert", "replace", "with"})) {
      if (text_.is(i + 1, "(") && text_.is_any(i, {"replace", "insert"})) return false;
      top() = {true, false, false};
      return true;
    }
    if (text_.is_any(i, {"from"})) {
      const bool distinct_from = i > 0 && text_.is_any(i - 1, {"distinct"});
      if (top().query && !distinct_from) top() = {true, true, true};
      return true;
    }
    if (text_.is_any(i, {"join", "straight_join"})) {
      top() = {true, true, true};
      return true;
    }
    if (text_.is_any(i, {"into", "references", "table"})) {
      top().expects = true;
      return true;
    }
    if (text_.is_any(i, {"update"})) {
      // … ON DUPLICATE KEY UPDATE column = …
      const bool on_duplicate = i > 0 && text_.is_any(i - 1, {"key"});
      top().in_from = top().expects = !on_duplicate;
      return true;
    }
    if (text_.is_any(i, {"on"})) {
      top().in_from = top().in_from && !trigger_head_;
      top().expects = std::exchange(trigger_head_, false);
      return true;
    }
    if (text_.is_any(i, {"begin"})) {
      levels_.assign(1, {true, false, false});
      return true;
    }
    if (text_.is_any(
            i, {"where", "set", "group", "order", "having", "limit", "values", "union", "except",
                "intersect", "window", "returning", "using", "of", "when", "for", "end"})) {
      // In `a JOIN b USING (x), c` the comma leads on to another table.
      if (!text_.is_any(i, {"using"})) top().in_from = false;
      return true;
    }
    return false;
  }

  const Text& text_;
  std::vector<Level> levels_;
  bool trigger_head_;  ///< the first ON names the trigger's table
};

/// Words that end a table's name in a FROM list, so that they are not its alias.
bool follows_table(const Text& text, std::size_t i) {
  return text.is_any(i, {"where",  "join",   "on",      "set",       "left",      "right",
                         "inner",  "cross",  "natural", "order",     "group",     "limit",
                         "union",  "using",  "values",  "having",    "begin",     "for",
                         "when",   "select", "default", "indexed",   "not",       "window",
                         "force",  "use",    "ignore",  "partition", "outer",     "full",
                         "except", "end",    "after",   "intersect", "returning", "straight_join"});
}

/// Where the alias of the table whose name ends at `i` stands.
std::optional<std::size_t> alias_at(const Text& text, std::size_t i) {
  const std::size_t next = text.is_any(i + 1, {"as"}) ? i + 2 : i + 1;
  if (next >= text.size() || !is_name(text[next]) || follows_table(text, next)) return {};
  return next;
}

std::vector<std::size_t> table_uses(const Text& text, std::string_view table) {
  std::vector<std::size_t> uses;
  bool is_alias = false;
  for (const std::size_t i : TablePositions(text).find()) {
    if (text.named(i, table)) uses.push_back(i);
    const auto alias = alias_at(text, i);
    is_alias = is_alias || (alias && text.named(*alias, table));
  }
  // What stands before a dot is then another table's alias.
  if (uses.empty() && is_alias) return uses;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // As a qualifier: t.column, or main.t.column.
    const bool after_dot = i > 0 && text.is(i - 1, ".");
    const bool inner = after_dot && !(text.is(i + 1, "."));
    if (text.named(i, table) && text.is(i + 1, ".") && !inner &&
        std::find(uses.begin(), uses.end(), i) == uses.end()) {
      uses.push_back(i);
    }
  }
  return uses;
}

/// Whether the column name at `i` stands in the list of `BEFORE UPDATE OF a, b ON t`.
bool in_update_of(const Text& text, std::size_t i) {
  while (i >= 2 && text.is(i - 1, ",") && is_name(text[i - 2])) i -= 2;
  return i >= 2 && text.is_any(i - 1, {"of"}) && text.is_any(i - 2, {"update"});
}

/// Words that neither database takes for a column's name without quotes.
bool is_reserved(const Text& text, std::size_t i) {
  return text.is_any(
      i, {"add",        "all",     "alter",  "and",      "as",    "between", "case",   "check",
          "create",     "default", "delete", "distinct", "drop",  "else",    "exists", "foreign",
          "from",       "group",   "having", "in",       "index", "insert",  "into",   "is",
          "join",       "limit",   "not",    "null",     "on",    "or",      "order",  "primary",
          "references", "select",  "set",    "table",    "then",  "to",      "union",  "unique",
          "update",     "using",   "values", "when",     "where"});
}

/// Words behind which an expression begins, and not an alias of one.
bool expects_operand(const Text& text, std::size_t i) {
  return is_reserved(text, i) ? !text.is_any(i, {"null", "default"})
                              : text.is_any(i, {"like",
                                                "ilike",
                                                "glob",
                                                "regexp",
                                                "rlike",
                                                "match",
                                                "escape",
                                                "div",
                                                "mod",
                                                "xor",
                                                "binary",
                                                "interval",
                                                "by",
                                                "of",
                                                "for",
                                                "both",
                                                "leading",
                                                "trailing",
                                                "do",
                                                "return",
                                                "returns",
                                                "if",
                                                "elseif",
                                                "while",
                                                "until",
                                                "offset",
                                                "filter",
                                                "separator",
                                                "recursive",
                                                "range",
                                                "rows",
                                                "preceding",
                                                "returning",
                                                "call",
                                                "straight_join",
                                                "distinctrow",
                                                "sql_calc_found_rows",
                                                "high_priority"});
}

/// Whether the word or name at `i` stands where an expression has a value, and not an operator, a
/// keyword or an alias.
bool is_operand(const Text& text, std::size_t i) {
  const bool next_is_name =
      i + 1 < text.size() && text[i + 1].kind == TokenKind::word &&
      !text.is_any(i + 1, {"is", "in", "between", "like", "glob", "and", "or", "not", "collate",
                           "isnull", "notnull", "regexp", "rlike", "match", "div", "mod", "xor"});
  // AFTER INSERT, WITH x, REPLACE INTO, but: after > 5
  if (i == 0 || text.is(i - 1, ";")) return !next_is_name;
  const Token& before = text[i - 1];
  switch (before.kind) {
    case TokenKind::word:
      return expects_operand(text, i - 1) && !(i > 1 && text.is(i - 2, "."));
    case TokenKind::symbol:
      return before.text != ")";
    case TokenKind::quoted_name:
    case TokenKind::string:
    case TokenKind::number:
    case TokenKind::comment:
    case TokenKind::space:
      break;
  }
  return false;
}

std::vector<std::size_t> column_uses(const Text& text, const ColumnUse& use) {
  std::vector<std::size_t> uses;
  const std::vector<std::size_t> tables = TablePositions(text).find();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!text.named(i, use.column)) continue;
    if (text.is(i + 1, ".")) continue;  // a qualifier
    if (i > 0 && text.is(i - 1, ".")) {
      const bool is_table = std::find(tables.begin(), tables.end(), i) != tables.end();
      if (!is_table && i > 1 && is_name(text[i - 2]) &&
          use.qualifiers.count(text::lower(identifier(text[i - 2]))) != 0) {
        uses.push_back(i);
      }
      continue;
    }
    // A function, a type or alias, a collation, a table.
    if (text[i].kind == TokenKind::word && (text.is(i + 1, "(") || is_reserved(text, i))) continue;
    if (i > 0 && text.is_any(i - 1, {"as", "collate"})) continue;
    if (std::find(tables.begin(), tables.end(), i) != tables.end()) continue;
    if (in_update_of(text, i)) {
      if (use.update_of) uses.push_back(i);
    } else if (use.bare && is_operand(text, i)) {
      uses.push_back(i);
    }
  }
  return uses;
}

std::set<std::string> aliases(const Text& text, std::string_view table) {
  std::set<std::string> names;
  for (const std::size_t i : TablePositions(text).find()) {
    if (!text.named(i, table)) continue;
    if (const auto alias = alias_at(text, i)) names.insert(text::lower(identifier(text[*alias])));
  }
  return names;
}

/// Whether it is worth looking for `name` in `sql`: a quick look that never misses a use. Inside
/// quotes a quote stands twice, so names with quotes in them are always worth it.
bool may_mention(std::string_view sql, std::string_view name) {
  if (name.find_first_of("`\"") != std::string_view::npos) return true;
  const auto same = [](char a, char b) {
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return fold(a) == fold(b);
  };
  return std::search(sql.begin(), sql.end(), name.begin(), name.end(), same) != sql.end();
}

/// Calls `visit(text, dialect)` for each of the texts that is there.
template <class SqlText, class Visit>
void for_each_text(SqlText& sql, Visit visit) {
  if (!sql.any.empty()) visit(sql.any, std::optional<DialectKind>());
  if (!sql.mariadb.empty()) visit(sql.mariadb, std::optional(DialectKind::mariadb));
  if (!sql.sqlite.empty()) visit(sql.sqlite, std::optional(DialectKind::sqlite));
}

}  // namespace

std::set<std::string> tables_in(const schema::SqlText& sql) {
  std::set<std::string> names;
  for_each_text(sql, [&](const std::string& one, std::optional<DialectKind> dialect) {
    const Text text(one, dialect);
    for (const std::size_t i : TablePositions(text).find()) {
      names.insert(text::lower(identifier(text[i])));
    }
  });
  return names;
}

std::set<std::string> qualifiers_of(const schema::SqlText& sql, std::string_view table) {
  std::set<std::string> names = {text::lower(table)};
  for_each_text(sql, [&](const std::string& one, std::optional<DialectKind> dialect) {
    names.merge(aliases(Text(one, dialect), table));
  });
  return names;
}

bool may_mention(const schema::SqlText& sql, std::string_view name) {
  return may_mention(sql.any, name) || may_mention(sql.mariadb, name) ||
         may_mention(sql.sqlite, name);
}

bool mentions_column(const schema::SqlText& sql, const ColumnUse& use) {
  bool found = false;
  for_each_text(sql, [&](const std::string& one, std::optional<DialectKind> dialect) {
    found =
        found || (may_mention(one, use.column) && !column_uses(Text(one, dialect), use).empty());
  });
  return found;
}

bool has_name(const schema::SqlText& sql, std::string_view name) {
  bool found = false;
  for_each_text(sql, [&](const std::string& one, std::optional<DialectKind> dialect) {
    if (found || !may_mention(one, name)) return;
    const std::vector<Token> tokens = tokenize(one, dialect);
    found = std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
      return is_name(token) && text::equals_ignoring_case(identifier(token), name);
    });
  });
  return found;
}

bool selects_all(const schema::SqlText& sql) {
  bool found = false;
  for_each_text(sql, [&](const std::string& one, std::optional<DialectKind> dialect) {
    found = found || selects_all(one, dialect);
  });
  return found;
}

bool selects_all(std::string_view sql, std::optional<DialectKind> dialect) {
  const Token* previous = nullptr;
  const std::vector<Token> tokens = tokenize(sql, dialect);
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::space || token.kind == TokenKind::comment) continue;
    if (previous != nullptr && token.kind == TokenKind::symbol && token.text == "*") {
      const bool begins = is_word(*previous, "select") || is_word(*previous, "distinct") ||
                          is_word(*previous, "all");
      const bool follows =
          previous->kind == TokenKind::symbol && (previous->text == "." || previous->text == ",");
      if (begins || follows) return true;
    }
    previous = &token;
  }
  return false;
}

bool mentions_any(const schema::SqlText& sql, std::string_view table,
                  const std::set<std::string>& columns) {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return mentions_column(sql, {column, {text::lower(table)}, true, false});
  });
}

std::string rename_table(std::string_view sql, std::optional<DialectKind> dialect,
                         std::string_view from, std::string_view to) {
  if (!may_mention(sql, from)) return std::string(sql);
  const Text text(sql, dialect);
  return text.replaced(table_uses(text, from), to);
}

std::string rename_column(std::string_view sql, std::optional<DialectKind> dialect,
                          const ColumnUse& use, std::string_view to) {
  if (!may_mention(sql, use.column)) return std::string(sql);
  const Text text(sql, dialect);
  return text.replaced(column_uses(text, use), to);
}

schema::SqlText rename_table(schema::SqlText sql, std::string_view from, std::string_view to) {
  for_each_text(sql, [&](std::string& one, std::optional<DialectKind> dialect) {
    one = rename_table(one, dialect, from, to);
  });
  return sql;
}

schema::SqlText rename_column(schema::SqlText sql, const ColumnUse& use, std::string_view to) {
  for_each_text(sql, [&](std::string& one, std::optional<DialectKind> dialect) {
    one = rename_column(one, dialect, use, to);
  });
  return sql;
}

}  // namespace dbmig::ops
