// What a dialect says becomes of values, against what the database makes of them.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "dialect/row_rules.hpp"
#include "ops/apply.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using schema::Column;
using schema::Table;

class ConversionProperty : public RunTest {
 protected:
  static Column column(const std::string& type) {
    Column out;
    // "type @collation"
    const auto at = type.find(" @");
    out.name = "c";
    out.type = schema::parse_type(type.substr(0, at));
    if (at != std::string::npos) {
      out.sqlite.collation = type.substr(at + 2);
      out.mariadb.collation = type.substr(at + 2);
      out.mariadb.charset = out.mariadb.collation.substr(0, out.mariadb.collation.find('_'));
    }
    return out;
  }

  Table table(const std::string& type) const {
    Table out;
    out.name = "t";
    Column id;
    id.name = "id";
    id.type = schema::parse_type("integer");
    id.nullable = false;
    out.columns = {id, column(type)};
    out.primary_key = schema::PrimaryKey{"pk", {"id"}, {}};
    if (!is_sqlite()) out.mariadb.charset = "utf8mb4";
    if (!is_sqlite()) out.mariadb.collation = "utf8mb4_general_ci";
    return out;
  }

  void run(const schema::Schema& before, const ops::Operation& operation) {
    for (const auto& statement : connection_->dialect().plan(before, {&operation, 1}, {})) {
      connection_->execute(statement.sql);
    }
  }

  std::string held() {
    return is_sqlite() ? "typeof(v) || ' ' || quote(v)" : "CONCAT(HEX(v), ' ', v)";
  }

  /// What all rows hold of `sql`, by id.
  std::vector<std::string> rows(const std::string& sql, const std::string& where) {
    std::vector<std::string> out;
    const backend::Rows found = connection_->query(
        fmt::format("SELECT id, {} FROM (SELECT id, {} AS v FROM t{}) AS s ORDER BY id", held(),
                    sql, where.empty() ? "" : " WHERE " + where));
    for (const auto& row : found.rows) out.push_back(*row[0] + ": " + row[1].value_or("NULL"));
    return out;
  }

  /// What `key` makes of the rows: how many are alike under the column's own collation.
  std::string alike(const std::string& sql, const std::string& where) {
    return scalar(fmt::format(
        "SELECT COUNT(*) FROM (SELECT id, {0} AS v FROM t{1}) AS a JOIN (SELECT id, {0} AS v FROM "
        "t{1}) AS b ON a.v = b.v",
        sql, where.empty() ? "" : " WHERE " + where));
  }

  /// How many of `values` (SQL) could be compared.
  std::size_t expect_same(const std::string& from, const std::string& to,
                          const std::vector<std::string>& values) {
    SCOPED_TRACE(from + " to " + to);
    schema::Schema before;
    before.tables.emplace("t", table(from));
    const Table after = table(to);
    connection_->execute("DROP TABLE IF EXISTS t");
    run({}, ops::CreateTable{before.table("t")});
    for (std::size_t i = 0; i < values.size(); ++i) {
      try {
        connection_->execute(fmt::format("INSERT INTO t VALUES ({}, {})", i, values[i]));
      } catch (const Error&) {
        // Not a value of this type.
      }
    }
    const dialect::Dialect& own = connection_->dialect();
    const Table& old = before.table("t");
    const auto said = dialect::row_rules(GetParam())
                          .conversion(own.quote_identifier("c"), {old, old.columns[1]},
                                      {after, after.columns[1]});
    if (!said) return 0;
    const std::string invalid_casts = own.invalid_casts("c", old.columns[1].type_on(GetParam()),
                                                        after.columns[1].type_on(GetParam()));
    for (const std::string& condition : {invalid_casts, said->unwritable}) {
      if (!condition.empty()) {
        connection_->execute("DELETE FROM t WHERE COALESCE(" + condition + ", 0)");
      }
    }
    const std::vector<std::string> expected = rows(said->value, {});
    const std::string pairs = alike(said->value, {});
    std::vector<std::string> in_expressions;
    if (!said->in_expressions.empty()) {
      in_expressions = rows(said->in_expressions, said->expressible);
    }
    ops::AlterColumn alter;
    alter.table = "t";
    alter.name = "c";
    alter.type = after.columns[1].type;
    alter.sqlite = after.columns[1].sqlite;
    alter.mariadb = after.columns[1].mariadb;
    try {
      run(before, alter);
    } catch (const Error& error) {
      ADD_FAILURE() << error.message() << "; the rows that do not fit are gone by then";
      return 0;
    }
    const std::vector<std::string> live = rows("c", {});
    EXPECT_EQ(live, expected) << said->value;
    EXPECT_EQ(scalar("SELECT COUNT(*) FROM t AS a JOIN t AS b ON a.c = b.c"), pairs) << said->value;
    std::size_t right = 0;
    for (const std::string& row : in_expressions) {
      const bool is_there = std::find(live.begin(), live.end(), row) != live.end();
      EXPECT_TRUE(is_there) << row << ' ' << said->in_expressions;
      right += is_there ? 1 : 0;
    }
    return live.size() + right;
  }

  void expect_all(const std::vector<std::string>& types, const std::vector<std::string>& values,
                  std::size_t at_least) {
    std::size_t compared = 0;
    for (const std::string& from : types) {
      for (const std::string& to : types) {
        if (from != to) compared += expect_same(from, to, values);
      }
    }
    EXPECT_GE(compared, at_least);
  }
};

class ConversionPropertyOnSqlite : public ConversionProperty {};
class ConversionPropertyOnMariadb : public ConversionProperty {};

TEST_P(ConversionPropertyOnSqlite, OfAffinitiesAndCollations) {
  expect_all({"integer", "decimal(9,2)", "double", "text", "varchar(19)", "blob", "date",
              "text @NOCASE", "text @RTRIM", "blob @NOCASE", "integer @NOCASE"},
             {"1",
              "'1'",
              "'01'",
              "' 1 '",
              "1.0",
              "1.5",
              "'1.5'",
              "'1.50'",
              "'1e2'",
              "'abc'",
              "'ABC'",
              "'abc  '",
              "''",
              "x'31'",
              "x'616263'",
              "NULL",
              "9223372036854775807",
              "'9223372036854775808'",
              "1e300",
              "'2001-02-03'",
              "'5 x'",
              "0.1",
              "-0.0",
              "'-0'"},
             4730);
}

TEST_P(ConversionPropertyOnMariadb, OfItsTypes) {
  expect_all({"tinyint",
              "integer unsigned",
              "bigint",
              "decimal(9,2)",
              "decimal(12,0)",
              "double",
              "float",
              "char(20)",
              "varchar(20)",
              "varchar(40) @utf8mb4_bin",
              "varchar(20) @latin1_swedish_ci",
              "text",
              "varbinary(40)",
              "binary(20)",
              "date",
              "datetime",
              "datetime(3)",
              "timestamp",
              "time",
              "enum('a','b','5')",
              "set('a','b','5')",
              "year",
              "bit(9)",
              "boolean",
              "smallint",
              "bigint unsigned",
              "decimal(5,3)",
              "varchar(3)",
              "varchar(3) @latin1_swedish_ci",
              "tinytext",
              "blob",
              "time(2)"},
             {"1",
              "'1'",
              "'01'",
              "' 1 '",
              "1.0",
              "1.5",
              "'1.5'",
              "'1.50'",
              "'abc'",
              "'ABC'",
              "'abc  '",
              "'a'",
              "'A'",
              "'b,a'",
              "''",
              "NULL",
              "2001",
              "20010203",
              "'2001-02-03'",
              "'2001-2-3'",
              "'2001-02-03 04:05:06'",
              "'2001-02-03 04:05:06.5'",
              "'04:05:06'",
              "'é'",
              "'名前'",
              "-7",
              "255",
              "5"},
             13000);
}

INSTANTIATE_TEST_SUITE_P(Databases, ConversionPropertyOnSqlite,
                         ::testing::Values(DialectKind::sqlite), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Databases, ConversionPropertyOnMariadb,
                         ::testing::Values(DialectKind::mariadb), name_of_kind);

}  // namespace
}  // namespace dbmig::run
