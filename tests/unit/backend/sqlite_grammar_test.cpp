// CREATE TABLE as anybody may write it: made-up statements that use the whole of SQLite's grammar,
// with what they mean known from their making and asked from SQLite's own pragmas.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "sqlite_facts.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig {
namespace {

using schema::Table;
using test::RandomSource;
using test::SqliteDatabase;

/// Writes random statements and notes what it meant by them.
class StatementMaker {
 public:
  explicit StatementMaker(std::uint64_t seed) : random_(seed) {}

  std::string make() {
    strict_ = random_.chance(15);
    without_rowid_ = random_.chance(15);
    wanted.name = "t" + std::to_string(random_.below(3));
    std::string sql = word("CREATE") + word("TABLE") + name(wanted.name) + gap() + "(";
    const int columns = random_.between(1, 5);
    for (int i = 0; i < columns; ++i) column_names_.push_back(fresh_name());
    for (int i = 0; i < columns; ++i) {
      if (i > 0) sql += "," + gap();
      sql += column(static_cast<std::size_t>(i));
    }
    const int constraints = random_.below(2) == 0 ? 0 : random_.between(1, 4);
    for (int i = 0; i < constraints; ++i) {
      // Between table constraints the comma may be missing.
      sql += (i == 0 || random_.chance(60) ? "," : " ") + gap() + table_constraint();
    }
    if (!keyed_ && without_rowid_) sql += ", PRIMARY KEY (" + key_list(1) + ")";
    sql += gap() + ")" + gap();
    std::vector<std::string> options;
    if (strict_) options.push_back(word("STRICT"));
    if (without_rowid_) options.push_back(word("WITHOUT") + word("ROWID"));
    if (random_.chance(50)) std::reverse(options.begin(), options.end());
    return sql + text::join(options, ",");
  }

  Table wanted;  ///< what the statement means, but for types and defaults

 private:
  std::string gap() {
    static const std::vector<std::string> kGaps = {
        " ", " ", " ", "\n", "\t ", " /* a, (b) 'c */ ", " -- it's )\n"};
    return random_.pick(kGaps);
  }

  std::string word(std::string keyword) {
    if (random_.chance(30)) keyword = text::lower(keyword);
    return keyword + gap();
  }

  std::string fresh_name() {
    static const std::vector<std::string> kNames = {
        "a",    "b",      "Total", "x y",   "order", "it's",     "say \"hi\"", "rowid",
        "key",  "desc",   "check", "größe", "a,b",   "c(d)",     "--",         "action",
        "temp", "always", "if",    "oid",   "null",  "generated"};
    std::string chosen;
    do {
      chosen = random_.pick(kNames);
    } while (!used_.insert(text::lower(chosen)).second);
    return chosen;
  }

  std::string name(const std::string& value) {
    static const std::set<std::string> kBare = {"a",     "b",  "Total", "größe", "action",
                                                "temp",  "if", "key",   "desc",  "oid",
                                                "rowid", "t0", "t1",    "t2"};
    switch (random_.below(kBare.count(value) != 0 ? 6 : 3)) {
      case 0:
        return text::quote(value, '"');
      case 1:
        return text::quote(value, '`');
      case 2:
        return "[" + value + "]";
      default:
        return value;
    }
  }

  std::string type() {
    static const std::vector<std::string> kStrict = {"INT",  "INTEGER", "REAL",
                                                     "TEXT", "BLOB",    "ANY"};
    static const std::vector<std::string> kFree = {"",
                                                   "INT",
                                                   "integer",
                                                   "VARCHAR(20)",
                                                   "NUMERIC (10, 2)",
                                                   "FOO",
                                                   "\"odd type\"",
                                                   "DATETIME",
                                                   "BIG INT UNSIGNED",
                                                   "double precision",
                                                   "[a b](3)",
                                                   "JSON",
                                                   "STRING",
                                                   "VARYING CHARACTER ( 255 )",
                                                   "BOOLEAN",
                                                   "DATE",
                                                   "NUM(+5, -3)",
                                                   "BLOB",
                                                   "CLOB",
                                                   "INTEGER",
                                                   "TEXT"};
    return random_.pick(strict_ ? kStrict : kFree);
  }

  std::string conflict(std::string& wish) {
    if (random_.chance(75)) return "";
    static const std::vector<std::string> kAlgorithms = {"ROLLBACK", "ABORT", "FAIL", "IGNORE",
                                                         "REPLACE"};
    const std::string algorithm = random_.pick(kAlgorithms);
    wish = text::lower(algorithm);
    return word("ON") + word("CONFLICT") + word(algorithm);
  }

  std::string constraint_name(std::string& wish) {
    if (random_.chance(60)) return "";
    wish = "con" + std::to_string(++constraints_);
    return word("CONSTRAINT") + name(wish) + gap();
  }

  std::string column(std::size_t index) {
    schema::Column column;
    column.name = column_names_[index];
    const std::string declared = type();
    std::string sql = name(column.name) + gap() + declared + gap();
    const bool generated = index > 0 && random_.chance(10);
    const bool autoincrement =
        !keyed_ && !without_rowid_ && declared == "INTEGER" && random_.chance(40);
    if (autoincrement) {
      std::string ignored;
      keyed_ = true;
      wanted.primary_key = schema::PrimaryKey{{}, {column.name}, {}};
      sql += constraint_name(ignored) + word("PRIMARY") + word("KEY") +
             (random_.chance(30) ? word("ASC") : "") + conflict(wanted.primary_key->on_conflict);
      if (random_.chance(50)) {
        sql += word("AUTOINCREMENT");
        column.autoincrement = true;
      }
    }
    const int count = random_.between(0, 4);
    for (int i = 0; i < count; ++i) sql += column_constraint(column, generated || autoincrement);
    if (generated) {
      column.generated = schema::Generated{{"1 + 2", {}, {}}, random_.chance(50)};
      if (random_.chance(50)) sql += word("GENERATED") + word("ALWAYS");
      sql += word("AS") + "( 1 + 2 )" + gap();
      if (column.generated->stored) {
        sql += word("STORED");
      } else if (random_.chance(50)) {
        sql += word("VIRTUAL");
      }
    }
    wanted.columns.push_back(column);
    return sql;
  }

  std::string column_constraint(schema::Column& column, bool no_default) {
    std::string wish;
    switch (random_.below(7)) {
      case 0:
        if (!column.nullable) return "";
        column.nullable = false;
        return constraint_name(wish) + word("NOT") + word("NULL") +
               conflict(column.sqlite.on_conflict);
      case 1:
        return column.nullable ? word("NULL") : "";
      case 2: {
        schema::Unique unique;
        std::string sql = constraint_name(unique.name) + word("UNIQUE");
        unique.columns = {column.name};
        sql += conflict(unique.on_conflict);
        wanted.uniques.push_back(unique);
        return sql;
      }
      case 3:
        return check();
      case 4:
        if (no_default || column.default_value) return "";
        column.default_value = schema::Default{};
        return word("DEFAULT") + default_value();
      case 5:
        return foreign_key({column.name}, true);
      default: {
        if (!column.sqlite.collation.empty()) return "";
        static const std::vector<std::string> kCollations = {"NOCASE", "RTRIM", "BINARY"};
        const std::string collation = random_.pick(kCollations);
        column.sqlite.collation = collation;
        return word("COLLATE") + name(collation) + gap();
      }
    }
  }

  std::string default_value() {
    static const std::vector<std::string> kDefaults = {
        "5",        "-5",           "+ 7",     "1.5e3",    "'it''s'",   "x'41'",
        "NULL",     "TRUE",         "(1 + 2)", "( 'a)' )", "bare_word", "\"quoted\"",
        "(((-3)))", "CURRENT_DATE", "0x10",    "(x'00')",  "''",        ".5"};
    return random_.pick(kDefaults) + gap();
  }

  std::string check() {
    schema::Check check;
    std::string sql = constraint_name(check.name) + word("CHECK") + "( ";
    check.sql.any = "1 <> ')'";
    wanted.checks.push_back(check);
    return sql + "1 <> ')' )" + gap();
  }

  std::string key_list(int most) {
    std::vector<std::string> names = column_names_;
    random_.shuffle(names);
    names.resize(std::min(names.size(), static_cast<std::size_t>(random_.between(1, most))));
    last_key_ = names;
    std::string sql;
    for (const std::string& column : names) {
      if (!sql.empty()) sql += "," + gap();
      sql += name(column) + gap() + (random_.chance(20) ? word("ASC") : "");
    }
    return sql;
  }

  std::string foreign_key(std::vector<std::string> columns, bool inline_form) {
    schema::ForeignKey key;
    std::string sql = constraint_name(key.name);
    if (!inline_form) sql += word("FOREIGN") + word("KEY") + "(" + name(columns[0]) + ")" + gap();
    key.columns = std::move(columns);
    key.referenced_table = "parent";
    sql += word("REFERENCES") + text::quote("parent", random_.chance(50) ? '"' : '`') + gap();
    if (random_.chance(50)) {
      key.referenced_columns = {"id"};
      sql += "( [id] )" + gap();
    }
    static const std::vector<std::pair<std::string, schema::ReferentialAction>> kActions = {
        {"SET NULL", schema::ReferentialAction::set_null},
        {"SET  DEFAULT", schema::ReferentialAction::set_default},
        {"CASCADE", schema::ReferentialAction::cascade},
        {"RESTRICT", schema::ReferentialAction::restrict},
        {"NO ACTION", schema::ReferentialAction::none}};
    if (random_.chance(40)) {
      const auto& action = random_.pick(kActions);
      sql += word("ON") + word("DELETE") + action.first + gap();
      key.on_delete = action.second;
    }
    if (random_.chance(20)) sql += word("MATCH") + word("FULL");
    if (random_.chance(30)) {
      const auto& action = random_.pick(kActions);
      sql += word("ON") + word("UPDATE") + action.first + gap();
      key.on_update = action.second;
    }
    if (random_.chance(30)) {
      const bool never = random_.chance(30);
      if (never) sql += word("NOT");
      sql += word("DEFERRABLE");
      if (random_.chance(70)) {
        const bool deferred = random_.chance(60);
        sql += word("INITIALLY") + word(deferred ? "DEFERRED" : "IMMEDIATE");
        key.deferrable = deferred && !never;
      }
    }
    wanted.foreign_keys.push_back(key);
    return sql;
  }

  std::string table_constraint() {
    switch (random_.below(4)) {
      case 0: {
        if (keyed_) return check();
        keyed_ = true;
        std::string ignored;
        std::string sql = constraint_name(ignored) + word("PRIMARY") + word("KEY") + "(" +
                          key_list(3) + ")" + gap();
        wanted.primary_key = schema::PrimaryKey{{}, last_key_, {}};
        return sql + conflict(wanted.primary_key->on_conflict);
      }
      case 1: {
        schema::Unique unique;
        std::string sql = constraint_name(unique.name) + word("UNIQUE") + "(" + key_list(3) + ")";
        unique.columns = last_key_;
        sql += gap() + conflict(unique.on_conflict);
        wanted.uniques.push_back(unique);
        return sql;
      }
      case 2:
        return check();
      default:
        return foreign_key({random_.pick(column_names_)}, false);
    }
  }

  RandomSource random_;
  bool strict_ = false;
  bool without_rowid_ = false;
  bool keyed_ = false;
  int constraints_ = 0;
  std::vector<std::string> column_names_;
  std::vector<std::string> last_key_;
  std::set<std::string> used_;
};

constexpr const char* kParentSql = "CREATE TABLE parent (id INTEGER PRIMARY KEY)";

/// Names, but for those that had to be made up.
template <class Items, class Describe>
std::multiset<std::string> list(const Items& items, Describe describe) {
  std::multiset<std::string> out;
  for (const auto& item : items) out.insert(describe(item));
  return out;
}

std::string meaning(const schema::Unique& unique) {
  return fmt::format("{} ({}) {}", unique.name, text::join(unique.columns, "|"),
                     unique.on_conflict);
}
std::string meaning(const schema::Check& check) {
  return fmt::format("{} {}", check.name, check.sql.any);
}
std::string meaning(const schema::ForeignKey& key) {
  return fmt::format("{} ({}) {} ({}) {} {} {}", key.name, text::join(key.columns, "|"),
                     key.referenced_table, text::join(key.referenced_columns, "|"),
                     to_string(key.on_delete), to_string(key.on_update), key.deferrable);
}

void expect_meaning(const Table& found, const Table& wanted, const std::string& sql) {
  const auto all = [](const auto& item) { return meaning(item); };
  EXPECT_EQ(list(found.uniques, all), list(wanted.uniques, all)) << sql;
  EXPECT_EQ(list(found.checks, all), list(wanted.checks, all)) << sql;
  EXPECT_EQ(list(found.foreign_keys, all), list(wanted.foreign_keys, all)) << sql;
  ASSERT_EQ(found.column_names(), wanted.column_names()) << sql;
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    const schema::Column& column = found.columns[i];
    const schema::Column& wish = wanted.columns[i];
    EXPECT_EQ(column.nullable || column.sqlite.null_key, wish.nullable) << sql;
    EXPECT_EQ(column.sqlite.on_conflict, wish.sqlite.on_conflict) << sql;
    EXPECT_EQ(column.autoincrement, wish.autoincrement) << sql;
    EXPECT_EQ(column.generated, wish.generated) << sql;
    EXPECT_EQ(column.default_value.has_value(), wish.default_value.has_value()) << sql;
    EXPECT_EQ(text::upper(column.sqlite.collation), wish.sqlite.collation) << sql;
  }
  if (wanted.primary_key) {
    ASSERT_TRUE(found.primary_key) << sql;
    EXPECT_EQ(found.primary_key->columns, wanted.primary_key->columns) << sql;
    EXPECT_EQ(found.primary_key->on_conflict, wanted.primary_key->on_conflict) << sql;
  }
}

TEST(SqliteGrammar, EveryStatementIsReadAndWrittenAgain) {
  int accepted = 0;
  for (std::uint64_t seed = 0; seed < test::property_seeds(300); ++seed) {
    StatementMaker maker(seed);
    const std::string sql = maker.make();
    SqliteDatabase database(true);
    database.run(kParentSql);
    try {
      database.connection().execute(sql);
    } catch (const Error&) {
      continue;  // a contradiction that SQLite refuses
    }
    ++accepted;
    const std::string table = maker.wanted.name;
    const auto stored = database.connection().query(
        "SELECT sql FROM sqlite_master WHERE name = '" + table + "'", {});
    const auto parsed = dialect::sqlite::parse_create_table(*stored.rows.at(0).at(0));
    for (const std::string& lost : parsed.lost) {
      EXPECT_TRUE(lost.starts_with("the name 'con")) << lost << "\n" << sql;
    }
    expect_meaning(parsed.table, maker.wanted, sql);

    const backend::Inspection found = database.connection().inspect({});
    for (const backend::Unsupported& lost : found.unsupported) {
      EXPECT_NE(lost.object.find("the name 'con"), std::string::npos) << lost.object << "\n" << sql;
    }
    SqliteDatabase copy(true);
    copy.migrate({}, test::creation(found.schema));
    EXPECT_EQ(schema::sorted(copy.inspect()), schema::sorted(found.schema)) << sql;
    EXPECT_EQ(test::facts(copy), test::facts(database))
        << "seed " << seed << "\n"
        << sql << "\n"
        << copy.rows("SELECT sql FROM sqlite_master WHERE name = '" + table + "'");
    if (HasFailure()) return;
  }
  EXPECT_GT(accepted, static_cast<int>(test::property_seeds(300) / 2));
}

}  // namespace
}  // namespace dbmig
