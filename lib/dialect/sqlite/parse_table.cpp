#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/cursor.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/value_check.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Column;
using schema::Default;
using schema::ForeignKey;
using schema::ReferentialAction;

/// Reads a CREATE TABLE statement as SQLite's grammar does.
class TableParser {
 public:
  explicit TableParser(std::string_view sql) : cursor_(sql) {}

  ParsedTable run() {
    cursor_.expect("CREATE");
    if (!cursor_.accept("TEMP")) cursor_.accept("TEMPORARY");
    cursor_.expect("TABLE");
    if (cursor_.accept("IF", "NOT")) cursor_.expect("EXISTS");
    table().name = cursor_.qualified_name();
    cursor_.expect_symbol('(');
    do {
      if (starts_table_constraint()) {
        table_constraints();
        break;
      }
      column();
    } while (cursor_.accept_symbol(','));
    cursor_.expect_symbol(')');
    table_options();
    give_types();
    return std::move(parsed_);
  }

 private:
  schema::Table& table() { return parsed_.table; }

  void lose(std::string clause) { parsed_.lost.push_back(std::move(clause)); }

  bool starts_table_constraint() const {
    constexpr std::array<std::string_view, 5> kStarts = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK",
                                                         "FOREIGN"};
    return std::any_of(kStarts.begin(), kStarts.end(),
                       [this](std::string_view word) { return cursor_.is(word); });
  }

  // --- columns ---------------------------------------------------------------------------------

  void column() {
    Column column;
    column.name = cursor_.name();
    declared_.push_back(type_words());
    table().columns.push_back(std::move(column));
    std::string name;
    while (!cursor_.at_end() && !cursor_.is_symbol(',') && !cursor_.is_symbol(')')) {
      if (cursor_.accept("CONSTRAINT")) {
        name = cursor_.name();
      } else {
        column_constraint(std::exchange(name, {}));
      }
    }
  }

  // Any number of words and quoted words up to the first that starts a constraint, then up to two
  // numbers in parentheses.
  std::string type_words() {
    std::string type;
    while (const Token* token = cursor_.peek()) {
      if (!token->can_be_name() || starts_column_constraint(*token)) break;
      if (!type.empty()) type += ' ';
      type += cursor_.name();
    }
    if (!type.empty() && cursor_.is_symbol('(')) type += "(" + cursor_.parenthesised() + ")";
    return type;
  }

  bool starts_column_constraint(const Token& token) const {
    // GENERATED and ALWAYS can be part of a type's name, unless AS follows.
    if (token.is_word("GENERATED")) return cursor_.is("ALWAYS", 1) && cursor_.is("AS", 2);
    constexpr std::array<std::string_view, 11> kReserved = {
        "CONSTRAINT", "DEFAULT", "NULL",    "NOT", "ON",        "PRIMARY",
        "UNIQUE",     "CHECK",   "COLLATE", "AS",  "REFERENCES"};
    return token.is_word("DEFERRABLE") ||
           std::any_of(kReserved.begin(), kReserved.end(),
                       [&](std::string_view word) { return token.is_word(word); });
  }

  void column_constraint(std::string name) {
    Column& column = table().columns.back();
    if (cursor_.accept("DEFAULT")) {
      column.default_value = default_value();
    } else if (cursor_.accept("NOT", "NULL")) {
      column.nullable = false;
      column.sqlite.on_conflict = conflict_clause();
    } else if (cursor_.accept("NULL")) {
      conflict_clause();
    } else if (cursor_.accept("PRIMARY", "KEY")) {
      inline_primary_key(column, std::move(name));
    } else if (cursor_.accept("UNIQUE")) {
      table().uniques.push_back({std::move(name), {column.name}, conflict_clause()});
    } else if (cursor_.accept("CHECK")) {
      check(std::move(name), table().columns.size() - 1);
    } else if (cursor_.is("REFERENCES")) {
      references(std::move(name), {column.name});
    } else if (cursor_.is("DEFERRABLE") || cursor_.is("NOT")) {
      if (table().foreign_keys.empty()) {
        deferrable();
      } else {
        table().foreign_keys.back().deferrable = deferrable();
      }
    } else if (cursor_.accept("COLLATE")) {
      column.sqlite.collation = cursor_.name();
    } else {
      generated(column);
    }
  }

  void inline_primary_key(Column& column, std::string name) {
    if (!cursor_.accept("ASC") && cursor_.accept("DESC")) {
      lose(fmt::format("DESC of the primary key '{}'", column.name));
      descending_key_ = true;
    }
    schema::PrimaryKey key{std::move(name), {column.name}, conflict_clause()};
    table().primary_key = std::move(key);
    if (cursor_.accept("AUTOINCREMENT")) column.autoincrement = true;
  }

  void generated(Column& column) {
    if (cursor_.accept("GENERATED")) cursor_.expect("ALWAYS");
    cursor_.expect("AS");
    schema::Generated generated;
    generated.sql.any = cursor_.parenthesised();
    if (cursor_.accept("STORED")) {
      generated.stored = true;
    } else {
      cursor_.accept("VIRTUAL");
    }
    column.generated = std::move(generated);
  }

  Default default_value() {
    Default value;
    value.kind = Default::Kind::sql;
    if (cursor_.is_symbol('(')) {
      value.sql.any = cursor_.parenthesised();
      return value;
    }
    if (cursor_.is_symbol('+') || cursor_.is_symbol('-')) value.sql.any = cursor_.next().text;
    const Token& token = cursor_.next();
    // DEFAULT foo and DEFAULT "foo" are texts; the words that are values are left to the caller.
    constexpr std::array<std::string_view, 6> kValues = {
        "NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"};
    const bool is_value = std::any_of(kValues.begin(), kValues.end(),
                                      [&](std::string_view word) { return token.is_word(word); });
    if (token.can_be_name() && !is_value) {
      value.kind = Default::Kind::string;
      value.literal = token.value();
    } else {
      value.sql.any += token.text;
    }
    return value;
  }

  // ON CONFLICT …, in lower case; ABORT is what happens without one.
  std::string conflict_clause() {
    if (!cursor_.accept("ON", "CONFLICT")) return {};
    const std::string algorithm = text::lower(cursor_.name());
    return algorithm == "abort" ? std::string() : algorithm;
  }

  // --- table constraints -----------------------------------------------------------------------

  // The commas between them are optional.
  void table_constraints() {
    std::string name;
    while (!cursor_.at_end() && !cursor_.is_symbol(')')) {
      if (cursor_.accept("CONSTRAINT")) {
        name = cursor_.name();
      } else if (cursor_.accept_symbol(',')) {
        name.clear();
      } else {
        table_constraint(std::exchange(name, {}));
      }
    }
  }

  void table_constraint(std::string name) {
    if (cursor_.accept("PRIMARY", "KEY")) {
      const std::vector<std::string> columns = key_columns("primary key");
      table().primary_key = schema::PrimaryKey{std::move(name), columns, conflict_clause()};
    } else if (cursor_.accept("UNIQUE")) {
      const std::vector<std::string> columns = key_columns("unique constraint");
      table().uniques.push_back({std::move(name), columns, conflict_clause()});
    } else if (cursor_.accept("CHECK")) {
      check(std::move(name), kNoColumn);
      conflict_clause();  // accepted and ignored by SQLite
    } else {
      cursor_.expect("FOREIGN");
      cursor_.expect("KEY");
      references(std::move(name), plain_columns());
    }
  }

  // (a COLLATE x DESC, …); the last of a primary key may say AUTOINCREMENT.
  std::vector<std::string> key_columns(std::string_view what) {
    std::vector<std::string> columns;
    for (const std::string& text : cursor_.list()) {
      Cursor part(text);
      columns.push_back(part.name());
      if (part.accept("COLLATE")) {
        lose(fmt::format("COLLATE {} of '{}' in the {}", part.name(), columns.back(), what));
      }
      if (!part.accept("ASC") && part.accept("DESC")) {
        lose(fmt::format("DESC of '{}' in the {}", columns.back(), what));
      }
      if (part.accept("AUTOINCREMENT")) autoincrement_ = columns.back();
    }
    return columns;
  }

  std::vector<std::string> plain_columns() {
    std::vector<std::string> columns;
    for (const std::string& text : cursor_.list()) columns.push_back(Cursor(text).name());
    return columns;
  }

  void check(std::string name, std::size_t column) {
    schema::Check check;
    check.name = std::move(name);
    check.sql.any = cursor_.parenthesised();
    table().checks.push_back(std::move(check));
    check_columns_.push_back(column);
  }

  void references(std::string name, std::vector<std::string> columns) {
    ForeignKey key;
    key.name = std::move(name);
    key.columns = std::move(columns);
    cursor_.expect("REFERENCES");
    key.referenced_table = cursor_.name();
    if (cursor_.is_symbol('(')) key.referenced_columns = plain_columns();
    while (true) {
      if (cursor_.accept("ON", "DELETE")) {
        key.on_delete = action();
      } else if (cursor_.accept("ON", "UPDATE")) {
        key.on_update = action();
      } else if (cursor_.accept("ON", "INSERT")) {
        action();  // accepted and ignored by SQLite, as is MATCH
      } else if (cursor_.accept("MATCH")) {
        cursor_.name();
      } else {
        break;
      }
    }
    if (cursor_.is("DEFERRABLE") || (cursor_.is("NOT") && cursor_.is("DEFERRABLE", 1))) {
      key.deferrable = deferrable();
    }
    table().foreign_keys.push_back(std::move(key));
  }

  ReferentialAction action() {
    if (cursor_.accept("SET", "NULL")) return ReferentialAction::set_null;
    if (cursor_.accept("SET", "DEFAULT")) return ReferentialAction::set_default;
    if (cursor_.accept("CASCADE")) return ReferentialAction::cascade;
    if (cursor_.accept("RESTRICT")) return ReferentialAction::restrict;
    if (!cursor_.accept("NO", "ACTION")) cursor_.fail("CASCADE");
    return ReferentialAction::none;
  }

  // Whether the key is checked at commit: only DEFERRABLE INITIALLY DEFERRED is.
  bool deferrable() {
    const bool never = cursor_.accept("NOT");
    cursor_.expect("DEFERRABLE");
    if (!cursor_.accept("INITIALLY")) return false;
    if (cursor_.accept("DEFERRED")) return !never;
    cursor_.expect("IMMEDIATE");
    return false;
  }

  // --- the whole -------------------------------------------------------------------------------

  void table_options() {
    while (!cursor_.at_end() && !cursor_.is_symbol(';')) {
      if (cursor_.accept("WITHOUT")) {
        cursor_.expect("ROWID");
        table().sqlite.without_rowid = true;
      } else if (cursor_.accept("STRICT")) {
        table().sqlite.strict = true;
      } else {
        cursor_.expect_symbol(',');
      }
    }
  }

  // Types come last: STRICT, which changes what they mean, stands at the end of the statement.
  void give_types() {
    for (std::size_t i = 0; i < declared_.size(); ++i) {
      Column& column = table().columns[i];
      const bool key = is_rowid_key(table(), column.name);
      // A descending INTEGER key is not the rowid, and is written so that it will not become it.
      if (key && descending_key_) declared_[i] = "INT";
      TypeReading reading = key ? read_key_type(declared_[i], table().sqlite.strict)
                                : read_type(declared_[i], table().sqlite.strict);
      column.type = std::move(reading.type);
      column.sqlite.type = std::move(reading.own);
      take_values(i);
      convert_default(column, declared_[i]);
      if (text::equals_ignoring_case(column.name, autoincrement_)) column.autoincrement = true;
    }
    table().checks.erase(std::remove_if(table().checks.begin(), table().checks.end(),
                                        [](const schema::Check& c) { return c.sql.empty(); }),
                         table().checks.end());
  }

  // A number on a text column is what SQLite makes a text of: DEFAULT 1e3 is '1000.0'.
  void convert_default(Column& column, const std::string& declared) {
    if (!column.default_value || affinity(declared) != Affinity::text) return;
    const auto text = text_of_number(column.default_value->sql.any);
    if (!text) return;
    column.default_value = Default{Default::Kind::string, *text, {}};
  }

  // The unnamed check of an enum or set becomes the type's values again.
  void take_values(std::size_t index) {
    Column& column = table().columns[index];
    const bool strict = table().sqlite.strict;
    const std::string declared = text::upper(declared_[index]);
    const bool may_have =
        strict ? declared == "TEXT" : declared == "ENUM_TEXT" || declared == "SET_TEXT";
    for (std::size_t i = 0; may_have && i < check_columns_.size(); ++i) {
      schema::Check& check = table().checks[i];
      if (check_columns_[i] != index || !check.name.empty()) continue;
      const auto type = read_value_check(column.name, check.sql.any);
      if (!type || (!strict && declared_type(*type, false) != declared)) continue;
      column.type = *type;
      column.sqlite.type.reset();
      check.sql = {};
      return;
    }
  }

  static constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);

  Cursor cursor_;
  ParsedTable parsed_;
  std::vector<std::string> declared_;
  std::vector<std::size_t> check_columns_;  ///< of table.checks: the column, or kNoColumn
  std::string autoincrement_;               ///< the column that PRIMARY KEY (x AUTOINCREMENT) names
  bool descending_key_ = false;
};

}  // namespace

ParsedTable parse_create_table(std::string_view sql) {
  return TableParser(sql).run();
}

}  // namespace dbmig::dialect::sqlite
