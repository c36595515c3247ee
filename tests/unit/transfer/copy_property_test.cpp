// Properties of copies over generated schemas and rows: every type, keys of every kind, tables that
// refer to themselves and in circles. What both databases hold comes back as it was; between two
// SQLite databases everything does, whatever the column says.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>

#include "backend/sqlite/connection.hpp"
#include "diff/diff.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "transfer/check_rows.hpp"
#include "transfer/copy.hpp"
#include "transfer/translate.hpp"

namespace dbmig::test {
namespace {

class Nobody final : public EventSink {
 public:
  void on(const Event&) override {}
};

std::atomic<bool> running{false};

std::unique_ptr<backend::Connection> sqlite_memory() {
  auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  // Rows are written in any order, as an application's old ones may be.
  database->execute("PRAGMA foreign_keys = OFF");
  return database;
}

/// Tables and rows of a SQLite database, as statements.
class RandomDatabase {
 public:
  RandomDatabase(std::uint64_t seed, bool any_value)
      : random_(static_cast<unsigned>(seed)), any_value_(any_value) {
    const std::size_t count = 1 + random_() % 3;
    for (std::size_t i = 0; i < count; ++i) keys_.push_back(random_() % 6);
    for (std::size_t i = 0; i < count; ++i) add_table(i, count);
  }

  std::vector<std::string> tables;
  std::vector<std::string> rows;
  std::vector<std::string> names;

  void make(backend::Connection& database, bool with_rows) const {
    for (const std::string& sql : tables) database.execute(sql);
    if (!with_rows) return;
    for (const std::string& sql : rows) database.execute(sql);
  }

 private:
  struct Type {
    const char* name;
    std::string (RandomDatabase::*value)();
  };

  std::string whole(std::int64_t most) {
    const auto value = static_cast<std::int64_t>(random_() % 4294967296ULL) % (most + 1);
    return std::to_string(value);
  }
  std::string small() { return (random_() % 2 == 0 ? "-" : "") + whole(32767); }
  std::string medium() { return (random_() % 2 == 0 ? "-" : "") + whole(2147483647); }
  std::string large() {
    static const char* const kValues[] = {"9223372036854775807", "-9223372036854775807", "0",
                                          "9007199254740993"};
    return kValues[random_() % 4];
  }
  std::string natural() { return whole(4294967295LL); }
  std::string decimal() { return fmt::format("'{}.{:03}'", random_() % 1000000, random_() % 1000); }
  std::string real() {
    return fmt::format("{}.{}e{}", random_() % 1000, random_() % 100000, random_() % 40);
  }
  std::string flag() { return std::to_string(random_() % 2); }
  std::string text() {
    static const char* const kParts[] = {"a", "Ñ", "😀",  "''", "\\", "\n", "\t",
                                         " ", "0", "\r", "%",  "\"", "`",  "NULL"};
    std::string out = "'";
    for (std::size_t n = random_() % 7; n > 0; --n) out += kParts[random_() % 14];
    return out + "'";
  }
  std::string letters() { return fmt::format("'k{}'", random_() % 1000); }
  std::string bytes() {
    std::string out = "X'";
    for (std::size_t n = random_() % 6; n > 0; --n) out += fmt::format("{:02X}", random_() % 4);
    return out + "'";
  }
  std::string date() {
    return fmt::format("'19{:02}-0{}-1{}'", random_() % 100, 1 + random_() % 9, random_() % 10);
  }
  std::string moment() {
    return fmt::format("'20{:02}-0{}-1{} 0{}:11:22.{:06}'", random_() % 100, 1 + random_() % 9,
                       random_() % 10, random_() % 10, random_() % 1000000);
  }
  std::string clock() { return fmt::format("'12:34:56.{:03}'", random_() % 1000); }
  std::string json() { return fmt::format("'{{\"k\": [{}, null]}}'", random_() % 100); }
  /// Whatever SQLite takes, against the type, too.
  std::string anything() {
    static const char* const kValues[] = {"'words'", "X'00FF'", "1.5", "-7", "''", "'12'", "1e300"};
    return kValues[random_() % 7];
  }

  static const std::vector<Type>& types() {
    using R = RandomDatabase;
    static const std::vector<Type> kTypes = {{"SMALLINT", &R::small},
                                             {"INTEGER", &R::medium},
                                             {"BIGINT", &R::large},
                                             {"INT UNSIGNED", &R::natural},
                                             {"DECIMAL(12,3)", &R::decimal},
                                             {"DOUBLE", &R::real},
                                             {"BOOLEAN", &R::flag},
                                             {"VARCHAR(30)", &R::text},
                                             {"CHAR(9)", &R::letters},
                                             {"TEXT", &R::text},
                                             {"BLOB", &R::bytes},
                                             {"VARBINARY(20)", &R::bytes},
                                             {"DATE", &R::date},
                                             {"DATETIME(6)", &R::moment},
                                             {"TIME(3)", &R::clock},
                                             {"JSON", &R::json},
                                             {"BIGINT UNSIGNED", &R::natural}};
    return kTypes;
  }

  /// The key's columns of table `i`, as definitions and as names.
  std::string key_columns(std::size_t i) const {
    return keys_[i] >= 4 ? "a INTEGER NOT NULL, b VARCHAR(9) NOT NULL, "
                         : (keys_[i] == 3 ? "a VARCHAR(9) NOT NULL, " : "");
  }
  bool is_pair(std::size_t i) const { return keys_[i] >= 4; }
  bool is_number(std::size_t i) const { return keys_[i] == 1 || keys_[i] == 2; }

  std::string key_values(std::size_t i, std::size_t row) const {
    if (is_pair(i)) return fmt::format("{}, 'k{}', ", row * 3, row);
    if (keys_[i] == 3) return fmt::format("'k{}', ", row);
    return is_number(i) ? fmt::format("{}, ", row * 7 + 1) : "";
  }

  void add_table(std::size_t i, std::size_t count) {
    const std::string name = fmt::format("t{}", i);
    names.push_back(name);
    std::string sql = fmt::format("CREATE TABLE {} (", name);
    if (keys_[i] == 1) sql += "a INTEGER PRIMARY KEY, ";
    if (keys_[i] == 2) sql += "a INTEGER PRIMARY KEY AUTOINCREMENT, ";
    sql += key_columns(i);
    std::vector<const Type*> columns;
    for (std::size_t n = 1 + random_() % 6; n > 0; --n) {
      columns.push_back(&types()[random_() % types().size()]);
      sql += fmt::format("c{} {}, ", columns.size(), columns.back()->name);
    }
    // To the next table, to the first from the last, to itself when there is one.
    const std::size_t parent = (i + 1) % count;
    std::string reference = "ref INTEGER";
    std::string foreign;
    if (is_pair(parent)) {
      reference = "ref INTEGER, ref2 VARCHAR(9)";
      foreign = fmt::format(", FOREIGN KEY (ref, ref2) REFERENCES t{} (a, b)", parent);
    } else if (keys_[parent] != 0) {
      if (keys_[parent] == 3) reference = "ref VARCHAR(9)";
      foreign = fmt::format(", FOREIGN KEY (ref) REFERENCES t{} (a)", parent);
    }
    sql += reference;
    if (is_pair(i)) sql += ", PRIMARY KEY (b, a)";
    if (keys_[i] == 3) sql += ", PRIMARY KEY (a)";
    // The parent's key in the order of its columns.
    if (is_pair(parent)) {
      foreign = fmt::format(", FOREIGN KEY (ref2, ref) REFERENCES t{} (b, a)", parent);
    }
    sql += foreign + ")";
    if (keys_[i] == 5) sql += " WITHOUT ROWID";
    tables.push_back(sql);
    for (std::size_t row = 0; row < kRows; ++row) add_row(i, row, columns, parent);
  }

  void add_row(std::size_t i, std::size_t row, const std::vector<const Type*>& columns,
               std::size_t parent) {
    std::string values = key_values(i, row);
    for (const Type* type : columns) {
      std::string value = (this->*type->value)();
      if (any_value_ && random_() % 3 == 0) value = anything();
      if (random_() % 5 == 0) value = "NULL";
      values += value + ", ";
    }
    const std::size_t other = random_() % kRows;
    const bool has_parent = random_() % 3 != 0 && keys_[parent] != 0;
    if (is_pair(parent)) {
      values += has_parent ? fmt::format("{}, 'k{}'", other * 3, other) : "NULL, NULL";
    } else if (keys_[parent] == 3) {
      values += has_parent ? fmt::format("'k{}'", other) : "NULL";
    } else {
      values += has_parent ? std::to_string(other * 7 + 1) : "NULL";
    }
    rows.push_back(fmt::format("INSERT INTO t{} VALUES ({})", i, values));
  }

  static constexpr std::size_t kRows = 12;
  std::mt19937 random_;
  bool any_value_;
  std::vector<std::size_t> keys_;  ///< no key, rowid, numbered, text, pair, pair without rowid
};

std::string content(backend::Connection& database, const RandomDatabase& made) {
  std::string out;
  for (const std::string& table : made.names) {
    std::vector<std::string> lines;
    std::string columns;
    for (const auto& column :
         database.query(fmt::format("SELECT name FROM pragma_table_info('{}')", table)).rows) {
      columns += fmt::format("{}quote(\"{}\")", columns.empty() ? "" : " || '|' || ", *column[0]);
    }
    for (const auto& row :
         database.query(fmt::format("SELECT {} FROM {} ORDER BY 1", columns, table)).rows) {
      out += table + ": " + row[0].value_or("") + "\n";
    }
  }
  return out;
}

void copy_all(backend::Connection& from, backend::Connection& to) {
  Nobody events;
  for (const auto& table : transfer::copy_rows(from, to, {}, events, running)) {
    EXPECT_TRUE(table.is_same()) << table.table;
  }
}

TEST(CopyProperty, BetweenSqliteDatabasesEverythingIsTheSame) {
  for (std::uint64_t seed = 1; seed <= property_seeds(60); ++seed) {
    const RandomDatabase made(seed, true);
    const auto source = sqlite_memory();
    made.make(*source, true);
    const auto target = sqlite_memory();
    made.make(*target, false);
    SCOPED_TRACE(fmt::format("seed {}: {}", seed, made.tables.front()));
    Nobody events;
    EXPECT_TRUE(transfer::check_rows(*source, target->canonical(target->inspect({}).schema),
                                     DialectKind::sqlite, {}, events, running)
                    .empty());
    ASSERT_NO_THROW(copy_all(*source, *target));
    ASSERT_EQ(content(*target, made), content(*source, made));
  }
}

class CopyPropertyOnMariadb : public MariadbTest {};

TEST_F(CopyPropertyOnMariadb, ThereAndBackIsTheIdentity) {
  for (std::uint64_t seed = 1; seed <= property_seeds(12); ++seed) {
    const RandomDatabase made(seed, false);
    const auto source = sqlite_memory();
    made.make(*source, true);
    MariadbDatabase middle;
    SCOPED_TRACE(fmt::format("seed {}: {}", seed, made.tables.front()));
    const schema::Schema tables =
        transfer::translate(source->inspect({}).schema, DialectKind::sqlite, DialectKind::mariadb)
            .tables;
    for (const auto& statement :
         middle.connection().dialect().plan({}, diff::diff({}, tables).operations, {})) {
      middle.connection().execute(statement.sql);
    }
    Nobody events;
    for (const auto& problem : transfer::check_rows(*source, middle.connection().canonical(tables),
                                                    DialectKind::mariadb, {}, events, running)) {
      ADD_FAILURE() << problem.what.column << " " << problem.what.reason;
    }
    ASSERT_NO_THROW(copy_all(*source, middle.connection()));
    const auto back = sqlite_memory();
    made.make(*back, false);
    ASSERT_NO_THROW(copy_all(middle.connection(), *back));
    ASSERT_EQ(content(*back, made), content(*source, made));
  }
}

/// A type that is named as the remedy holds every value that was counted, and all that the column
/// held before; there is one for whatever is no blob, be it a day that is none or no finite number.
TEST(CopyProperty, WiderTypesHoldEveryValue) {
  std::mt19937 random(7);
  const std::vector<std::string> types = {
      "SMALLINT", "INTEGER", "DECIMAL(5,1)", "VARCHAR(4)",   "DATE",       "DATETIME",
      "TIME",     "BOOLEAN", "CHAR(3)",      "VARBINARY(2)", "TIMESTAMP",  "TINYTEXT",
      "DOUBLE",   "FLOAT",   "YEAR",         "BIGINT",       "DATETIME(3)"};
  const std::vector<std::string> values = {"70000",
                                           "-3000000000",
                                           "12.25",
                                           "'a text of some length ñ'",
                                           "'2024-01-01 10:00:00.123456'",
                                           "'2024-01-01'",
                                           "'10:00:00.5'",
                                           "5",
                                           "X'0011223344'",
                                           "NULL",
                                           "'2024-01-01 10:00:00'",
                                           "''",
                                           "'0000-00-00'",
                                           "'2024-00-10'",
                                           "'0000-00-00 00:00:00.5'",
                                           "'900:00:00'",
                                           "9e999",
                                           "-9e999",
                                           "1.5e-7",
                                           "1e300",
                                           "1800"};
  std::size_t remedied = 0;
  for (std::uint64_t seed = 1; seed <= property_seeds(150); ++seed) {
    const auto source = sqlite_memory();
    source->execute(fmt::format("CREATE TABLE t (id INTEGER PRIMARY KEY, c {})",
                                types[random() % types.size()]));
    bool has_blob = false;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      const std::string& value = values[random() % values.size()];
      has_blob = has_blob || value.starts_with("X");
      source->execute(fmt::format("INSERT INTO t (c) VALUES ({})", value));
    }
    Nobody events;
    schema::Schema tables =
        transfer::translate(source->inspect({}).schema, DialectKind::sqlite, DialectKind::mariadb)
            .tables;
    const dialect::Dialect& mariadb = dialect::dialect(DialectKind::mariadb);
    const auto problems = transfer::check_rows(*source, mariadb.canonical(tables),
                                               DialectKind::mariadb, {}, events, running);
    if (!has_blob) {
      for (const auto& problem : transfer::without_remedy(problems)) {
        ADD_FAILURE() << "seed " << seed << ": " << problem.what.examples.front() << " "
                      << problem.what.reason;
      }
    }
    if (problems.empty() || !transfer::without_remedy(problems).empty()) continue;
    ++remedied;
    tables = transfer::widened(tables, problems);
    for (const auto& left : transfer::check_rows(*source, mariadb.canonical(tables),
                                                 DialectKind::mariadb, {}, events, running)) {
      ADD_FAILURE() << "seed " << seed << ": " << problems.front().remedy() << ": "
                    << left.what.reason;
    }
  }
  EXPECT_GT(remedied, test::property_seeds(150) / 10);
}

}  // namespace
}  // namespace dbmig::test
