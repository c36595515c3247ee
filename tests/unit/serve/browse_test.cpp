// Reading a table page by page: whatever the values, the order and the filter, the pages together
// are the rows that one query in that order gives, each once.

#include "serve/browse.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::serve {
namespace {

constexpr std::chrono::milliseconds kTime{5000};
constexpr std::size_t kRows = 23;

/// All pages of a table, row by row as JSON.
std::vector<std::string> paged(backend::ReadOnlyConnection& database, const schema::Schema& schema,
                               RowsWanted wanted) {
  std::vector<std::string> rows;
  for (int page = 0; page < 100; ++page) {
    const Json answer = rows_json(database, schema, wanted, kTime);
    for (const Json& row : answer["rows"]) rows.push_back(row.dump());
    if (answer["next"].is_null()) return rows;
    // As it goes through an address.
    wanted.after = Json::parse(answer["next"].dump());
  }
  ADD_FAILURE() << "the pages do not end";
  return rows;
}

/// Each table has a key of another kind, and a column `v` of few values and NULL.
struct Case {
  std::string create;
  std::vector<std::string> values;  ///< SQL, of `v`
  std::string key;                  ///< SQL with {} for the number of the row
};

void check_law(const Url& url, const std::vector<Case>& cases) {
  const auto maker = backend::connect(url, {.create = true});
  for (const Case& one : cases) maker->execute(one.create);
  std::size_t number = 0;
  for (const Case& one : cases) {
    const std::string table = fmt::format("t{}", number++);
    std::mt19937_64 random(number);
    for (std::size_t i = 0; i < kRows; ++i) {
      maker->execute(fmt::format("INSERT INTO {} (a, v) VALUES ({}, {})", table,
                                 fmt::format(fmt::runtime(one.key), (i * 7) % kRows),
                                 one.values[random() % one.values.size()]));
    }
  }
  const auto database = backend::connect_read_only(url);
  const schema::Schema schema =
      database->connection().inspect({.tables = {}, .include_own = false}).schema;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    RowsWanted wanted;
    wanted.table = fmt::format("t{}", i);
    for (const char* sort : {"", "v", "a"}) {
      for (const bool descending : {false, true}) {
        wanted.sort = sort;
        wanted.descending = descending;
        wanted.limit = 500;
        const std::vector<std::string> whole = paged(*database, schema, wanted);
        EXPECT_EQ(whole.size(), kRows) << cases[i].create;
        for (const std::size_t limit : {1U, 2U, 7U, 22U, 23U}) {
          wanted.limit = limit;
          EXPECT_EQ(paged(*database, schema, wanted), whole)
              << cases[i].create << " by '" << sort << "' " << descending << ", " << limit;
        }
      }
    }
  }
}

TEST(Browse, PagesOfSqliteAreTheRows) {
  test::TempDir folder;
  const std::vector<std::string> mixed = {"NULL",
                                          "1",
                                          "'1'",
                                          "1.5",
                                          "x'00ff'",
                                          "'ä''\"<b>'",
                                          "''",
                                          "-9e999",
                                          "'a' || char(0) || 'b'",
                                          "9223372036854775807"};
  check_law(Url::parse("sqlite:///" + (folder.path() / "a.db").string()),
            {{"CREATE TABLE t0 (a INTEGER PRIMARY KEY, v)", mixed, "{}"},
             {"CREATE TABLE t1 (a TEXT PRIMARY KEY, v TEXT COLLATE NOCASE)",
              {"NULL", "'x'", "'X'", "'y'"},
              "'k{}'"},
             {"CREATE TABLE t2 (a TEXT, v BLOB, PRIMARY KEY (v, a)) WITHOUT ROWID",
              {"x'00'", "x'01'", "'t'"},
              "'k{}'"},
             {"CREATE TABLE t3 (a REAL, v INTEGER)", {"NULL", "0", "1"}, "{}.25"},
             {"CREATE TABLE t4 (a INTEGER, v TEXT, rowid TEXT)", {"NULL", "'x'"}, "{}"}});
}

class BrowseMariadb : public test::MariadbTest {};

TEST_F(BrowseMariadb, PagesAreTheRows) {
  test::MariadbDatabase made;
  check_law(
      made.url(),
      {{"CREATE TABLE t0 (a INT PRIMARY KEY, v VARCHAR(20))",
        {"NULL", "'x'", "'X'", "'ä'", "''"},
        "{}"},
       {"CREATE TABLE t1 (a VARCHAR(20) PRIMARY KEY, v DECIMAL(40,10))",
        {"NULL", "12345678901234567890.0000000001", "12345678901234567890.0000000002", "-1"},
        "'k{}'"},
       {"CREATE TABLE t2 (a BIGINT UNSIGNED, v ENUM('z','a','m') NOT NULL, PRIMARY KEY (v, a))",
        {"'z'", "'a'", "'m'"},
        "18446744073709551000 + {}"},
       {"CREATE TABLE t3 (a BINARY(4), v DATETIME(6), UNIQUE (a))",
        {"NULL", "'2020-01-01 00:00:00.000001'", "'2020-01-01 00:00:00.000002'"},
        "LPAD({}, 4, '0')"},
       {"CREATE TABLE t4 (a BINARY(4) NOT NULL, v FLOAT, UNIQUE (a))",
        {"NULL", "0.1", "0.2", "1e30"},
        "LPAD({}, 4, '0')"},
       {"CREATE TABLE t5 (a DATE NOT NULL, v BIT(9), UNIQUE (a))",
        {"NULL", "b'1'", "b'100000000'"},
        "'2020-01-01' + INTERVAL {} DAY"},
       {"CREATE TABLE t6 (a TIME NOT NULL PRIMARY KEY, v DOUBLE)",
        {"NULL", "0.1", "1e300", "-0.1"},
        "SEC_TO_TIME({} * 3601)"}});
}

class BrowseSqlite : public testing::Test {
 protected:
  BrowseSqlite() : url_(Url::parse("sqlite:///" + (folder_.path() / "a.db").string())) {
    const auto made = backend::connect(url_, {.create = true});
    made->execute(
        "CREATE TABLE \"<script>\" (id INTEGER PRIMARY KEY, \"a'\"\"--\" TEXT, n INTEGER)");
    made->execute(
        "INSERT INTO \"<script>\" VALUES (1, '50% off', 5), (2, '</script>', 50), (3, 'a_b', "
        "NULL)");
    made->execute("CREATE VIEW v AS SELECT n FROM \"<script>\"");
    made->execute("CREATE TABLE big (id INTEGER PRIMARY KEY, t, b)");
    made->execute(
        "INSERT INTO big VALUES (1, replace(hex(zeroblob(50000)), '0', 'ä'), zeroblob(70000))");
    database_ = backend::connect_read_only(url_);
    schema_ = database_->connection().inspect({.tables = {}, .include_own = false}).schema;
  }
  std::size_t fit(std::vector<Filter> filters) {
    return rows_json(*database_, schema_, {.table = "<script>", .filters = std::move(filters)},
                     kTime)["rows"]
        .size();
  }
  test::TempDir folder_;
  Url url_;
  std::unique_ptr<backend::ReadOnlyConnection> database_;
  schema::Schema schema_;
};

TEST_F(BrowseSqlite, FiltersCompareAndNamesAndValuesAreOnlyText) {
  const std::string odd = "a'\"--";
  EXPECT_EQ(fit({{odd, "=", "</script>"}}), 1U);
  EXPECT_EQ(fit({{odd, "contains", "%"}}), 1U) << "% is a character";
  EXPECT_EQ(fit({{odd, "contains", "_"}}), 1U) << "_ is a character";
  EXPECT_EQ(fit({{odd, "starts", "50"}}), 1U);
  EXPECT_EQ(fit({{odd, "=", "' OR 1=1 --"}}), 0U);
  EXPECT_EQ(fit({{"n", "<=", "5"}}), 1U) << "numbers are compared as numbers";
  EXPECT_EQ(fit({{"n", ">", "6"}, {"id", "!=", "3"}}), 1U);
  EXPECT_EQ(fit({{"n", "null", ""}}), 1U);
  EXPECT_EQ(fit({{"n", "not null", ""}}), 2U);
  for (const char* number : {"5", " 5 ", "+5", "-5", ".5", "5e2", "0.5"}) {
    EXPECT_NO_THROW(fit({{"n", "=", number}})) << number;
  }
  for (const char* other : {"abc", "", "+", "--5", "5x", "inf", "nan", "0x1", "1,5", "5 6"}) {
    EXPECT_THROW(fit({{"n", "=", other}}), Error) << other;
  }
  EXPECT_THROW(fit({{"n", "= 1 OR 1", "1"}}), Error);
  EXPECT_THROW(fit({{"nothing", "=", "1"}}), Error);
  EXPECT_THROW(fit({{"n) OR (1", "=", "1"}}), Error);
}

TEST_F(BrowseSqlite, UnknownTablesColumnsAndPlacesAreErrors) {
  const auto rows = [&](RowsWanted wanted) { rows_json(*database_, schema_, wanted, kTime); };
  EXPECT_THROW(rows({.table = "nothing"}), Error);
  EXPECT_THROW(rows({.table = "big; DROP TABLE big"}), Error);
  EXPECT_THROW(rows({.table = "big", .sort = "nothing"}), Error);
  for (const char* place :
       {"[]", "[1]", "{}", "\"x\"", "7", "[[\"i\"]]", "[[\"i\",\"x\"]]", "[[\"q\",\"1\"]]",
        "[[\"b\",\"0\"]]", "[[\"i\",\"1\"],[\"i\",\"1\"]]"}) {
    EXPECT_THROW(rows({.table = "big", .after = Json::parse(place)}), Error) << place;
  }
}

TEST_F(BrowseSqlite, LongValuesAreCutAndFetchedWhole) {
  const Json page = rows_json(*database_, schema_, {.table = "big"}, kTime);
  const Json& text = page["rows"][0][1];
  EXPECT_EQ(text[0], "t");
  EXPECT_LT(text[1].get<std::string>().size(), 1000U);
  EXPECT_EQ(text[2], 100000);
  const Json& bytes = page["rows"][0][2];
  EXPECT_EQ(bytes[0], "b");
  EXPECT_EQ(bytes[2], 70000);
  const BoundQuery query =
      value_query(database_->connection().dialect(), schema_, "big", "b", page["keys"][0]);
  const auto source = database_->read(query.sql, query.values.cells(), kTime, 1);
  std::vector<backend::Cell> row;
  ASSERT_TRUE(source->next(row));
  EXPECT_EQ(row[0].bytes.size(), 70000U);
}

TEST_F(BrowseSqlite, AViewIsReadByItsNumberOfRows) {
  EXPECT_EQ(paged(*database_, schema_, {.table = "v", .limit = 2}).size(), 3U);
}

TEST(Values, NoPasswordIsShown) {
  const std::string hash = "*" + std::string(40, 'A');
  EXPECT_EQ(without_passwords("GRANT ALL ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '" + hash + "'"),
            "GRANT ALL ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '***'");
  for (const char* statement :
       {"CREATE USER a IDENTIFIED BY 'secret'", "SET PASSWORD FOR 'a'@'%' = PASSWORD('secret')",
        "set password = \"secret\"", "CHANGE MASTER TO MASTER_PASSWORD='secret'",
        "alter user a identified via ed25519 using 'secret'",
        "ALTER USER a IDENTIFIED VIA unix_socket OR ed25519 USING 'it''s secret'",
        "CREATE USER a IDENTIFIED BY 'half of it, secret"}) {
    EXPECT_EQ(without_passwords(statement).find("secret"), std::string::npos) << statement;
  }
  EXPECT_EQ(without_passwords("SELECT 'x' FROM t WHERE a = 'b'"),
            "SELECT 'x' FROM t WHERE a = 'b'");
  EXPECT_EQ(without_passwords("x " + hash + " y"), "x *** y");
}

}  // namespace
}  // namespace dbmig::serve
