#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/canonical.hpp"
#include "dialect/sqlite/cursor.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/value_check.hpp"
#include "dialect/sqlite/written.hpp"

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
    finish_keys();
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
    declared_.push_back(type_text());
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

  // A name on what the model gives no name to.
  void lose_name(const std::string& name, std::string_view what) {
    if (name.empty()) return;
    lose(fmt::format("the name '{}' of the {} of '{}'", name, what, table().columns.back().name));
  }

  // Any number of words and quoted words up to the first that starts a constraint, then up to two
  // numbers in parentheses: as it stands there, which is what PRAGMA table_xinfo gives.
  std::string type_text() {
    const std::size_t start = cursor_.mark();
    while (const Token* token = cursor_.peek()) {
      if (!token->can_be_name() || starts_column_constraint(*token)) break;
      cursor_.next();
    }
    if (cursor_.mark() != start && cursor_.is_symbol('(')) cursor_.parenthesised();
    return cursor_.text_since(start);
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
      lose_name(name, "default");
      column.default_value = default_value();
    } else if (cursor_.accept("NOT", "NULL")) {
      lose_name(name, "NOT NULL");
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
    std::vector<schema::KeyPart> parts;
    if (!cursor_.accept("ASC") && cursor_.accept("DESC")) parts.push_back({0, true, {}});
    inline_key_ = true;
    table().primary_key =
        schema::PrimaryKey{std::move(name), {column.name}, conflict_clause(), std::move(parts)};
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

  // The SQL as it stands there, which is what PRAGMA table_xinfo gives; what it means, the type
  // decides later.
  Default default_value() {
    Default value;
    value.kind = Default::Kind::sql;
    if (cursor_.is_symbol('(')) {
      value.sql.any = cursor_.parenthesised();
      return value;
    }
    const std::size_t start = cursor_.mark();
    if (cursor_.is_symbol('+') || cursor_.is_symbol('-')) cursor_.next();
    cursor_.next();
    value.sql.any = cursor_.text_since(start);
    return value;
  }

  // ON CONFLICT …, in lower case.
  std::string conflict_clause() {
    if (!cursor_.accept("ON", "CONFLICT")) return {};
    return text::lower(cursor_.name());
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
      std::vector<schema::KeyPart> parts;
      const std::vector<std::string> columns = key_columns(parts);
      table().primary_key =
          schema::PrimaryKey{std::move(name), columns, conflict_clause(), std::move(parts)};
    } else if (cursor_.accept("UNIQUE")) {
      std::vector<schema::KeyPart> parts;
      const std::vector<std::string> columns = key_columns(parts);
      table().uniques.push_back({std::move(name), columns, conflict_clause(), std::move(parts)});
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
  std::vector<std::string> key_columns(std::vector<schema::KeyPart>& parts) {
    std::vector<std::string> columns;
    for (const std::string& text : cursor_.list()) {
      Cursor part(text);
      schema::KeyPart how;
      columns.push_back(part.name());
      if (part.accept("COLLATE")) how.collation = part.name();
      how.descending = !part.accept("ASC") && part.accept("DESC");
      if (part.accept("AUTOINCREMENT")) autoincrement_ = columns.back();
      parts.push_back(std::move(how));
    }
    drop_plain(parts);
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
    const bool strict = table().sqlite.strict;
    for (std::size_t i = 0; i < declared_.size(); ++i) {
      Column& column = table().columns[i];
      const bool key = is_rowid_key(table(), column.name);
      if (text::equals_ignoring_case(column.name, autoincrement_)) column.autoincrement = true;
      TypeReading reading =
          key ? read_key_type(declared_[i], strict) : read_type(declared_[i], strict);
      column.type = std::move(reading.type);
      const std::string own = column.autoincrement ? "INTEGER" : declared_type(column.type, strict);
      // The same words in other letters or with other blanks declare the same known type.
      const bool same = column.type.kind == schema::TypeKind::native
                            ? own == declared_[i]
                            : same_words(own, declared_[i]);
      if (!same) column.sqlite.type = native_type(declared_[i]);
      take_values(i);
      if (column.default_value) {
        column.default_value = default_as_written(column.default_value->sql.any, column, table());
      }
    }
    table().checks.erase(std::remove_if(table().checks.begin(), table().checks.end(),
                                        [](const schema::Check& c) { return c.sql.empty(); }),
                         table().checks.end());
  }

  // Names as the table itself spells them, and what only SQLite's text has of the keys.
  void finish_keys() {
    match_names(table());
    if (!table().primary_key) return;
    const std::vector<std::string>& columns = table().primary_key->columns;
    for (const std::string& name : columns) {
      Column* column = table().find_column(name);
      if (column == nullptr || !column->nullable) continue;
      column->nullable = false;
      column->sqlite.null_key = true;
    }
    // DESC makes no difference to the rowid, but where it stands at the column it makes no rowid.
    const auto at = table().find_column(columns.front()) - table().columns.data();
    if (!inline_key_ && is_rowid_key(table(), columns.front()) &&
        text::equals_ignoring_case(declared_[static_cast<std::size_t>(at)], "INTEGER")) {
      table().primary_key->parts.clear();
    }
  }

  // The unnamed check of an enum or set becomes the type's values again.
  void take_values(std::size_t index) {
    Column& column = table().columns[index];
    const bool strict = table().sqlite.strict;
    const std::string& declared = declared_[index];
    const bool may_have =
        strict ? declared == "TEXT" : declared == "ENUM_TEXT" || declared == "SET_TEXT";
    for (std::size_t i = 0; may_have && i < check_columns_.size(); ++i) {
      schema::Check& check = table().checks[i];
      if (check_columns_[i] != index || !check.name.empty()) continue;
      const auto type = read_value_check(column.name, check.sql.any);
      if (!type || declared_type(*type, strict) != declared) continue;
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
  bool inline_key_ = false;                 ///< PRIMARY KEY stands at its column
};

}  // namespace

ParsedTable parse_create_table(std::string_view sql) {
  return TableParser(sql).run();
}

}  // namespace dbmig::dialect::sqlite
