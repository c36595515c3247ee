// README: "Wherever SQL stands, {mariadb: …, sqlite: …} gives each database its own", beside the
// other keys of the thing or below its `sql:`.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "yaml/model.hpp"
#include "yaml/revision.hpp"

namespace dbmig::yaml {
namespace {

/// SQL stands at @ in each.
constexpr const char* kModels[] = {
    "tables: {t: {columns: {a: {type: integer, generated: @}}}}",
    "tables: {t: {columns: {a: {type: integer, generated: {sql: @}}}}}",
    "tables: {t: {columns: {a: {type: integer, generated: {sql: @, stored: true}}}}}",
    "tables: {t: {columns: {a: {type: integer, default: {sql: @}}}}}",
    "tables: {t: {columns: {a: integer}, checks: {c: @}}}",
    "tables: {t: {columns: {a: integer}, checks: {c: {sql: @}}}}",
    "tables: {t: {columns: {a: integer}, checks: [@]}}",
    "tables: {t: {columns: {a: integer}, indexes: {i: {columns: [a], where: @}}}}",
    "tables: {t: {columns: {a: integer}, indexes: {i: {columns: [a], where: {sql: @}}}}}",
    "views: {v: @}",
    "views: {v: {sql: @}}",
    "tables: {t: {columns: {a: integer}}}\ntriggers: {x: {table: t, sql: @}}",
};

constexpr const char* kOperations[] = {
    "create_table: {t: {columns: {a: {type: integer, generated: @}}, checks: {c: @}}}",
    "add_column: {table: t, name: a, type: integer, generated: @}",
    "add_column: {table: t, name: a, type: integer, default: {sql: @}}",
    "alter_column: {table: t, name: a, generated: @}",
    "alter_column: {table: t, name: a, generated: {sql: @, stored: true}}",
    "alter_column: {table: t, name: a, default: {sql: @}}",
    "create_check_constraint: {table: t, name: c, sql: @}",
    "create_index: {table: t, name: i, columns: [a], where: @}",
    "create_view: {name: v, sql: @}",
    "create_trigger: {name: x, table: t, sql: @}",
    "execute: @",
    "execute: {sql: @}",
    "execute: {sql: @, undo: none}",
    "execute: {sql: UPDATE t SET a = 1, undo: @}",
    "execute: {sql: UPDATE t SET a = 1, undo: {sql: @}}",
    "execute: {sql: @, state: [{create_view: {name: v, sql: @}}]}",
};

std::string with(const char* place, const std::string& sql) {
  return text::replace_all(place, "@", sql);
}

schema::Schema model(const std::string& text) {
  return parse_model({{"m.yaml", text}}).schema;
}

std::vector<ops::Operation> operations(const std::string& one) {
  return parse_revision("revision: aaaa\nparents: []\nmessage: m\nupgrade:\n  - " + one + "\n",
                        "r.yaml")
      .upgrade;
}

/// What is read of `place` is one thing per database, in either spelling, and not another's.
template <class Read>
void expect_per_database(const char* place, const Read& read) {
  SCOPED_TRACE(place);
  try {
    const auto plain = read(with(place, "{sqlite: a + 1, mariadb: a + 2}"));
    EXPECT_EQ(read(with(place, "{sql: {sqlite: a + 1, mariadb: a + 2}}")), plain);
    EXPECT_NE(read(with(place, "{sqlite: a + 1, mariadb: a + 3}")), plain);
    EXPECT_NE(read(with(place, "{sqlite: a + 3, mariadb: a + 2}")), plain);
    EXPECT_NE(read(with(place, "a + 1")), plain);
  } catch (const Error& error) {
    ADD_FAILURE() << error.what();
  }
}

TEST(SqlPerDatabase, IsReadWhereverSqlStandsInAModel) {
  for (const char* place : kModels) expect_per_database(place, model);
}

TEST(SqlPerDatabase, IsReadWhereverSqlStandsInARevision) {
  for (const char* place : kOperations) expect_per_database(place, operations);
}

TEST(SqlPerDatabase, WhatOneDatabaseAloneHasTakesItsOwnSql) {
  const auto event = [](const std::string& sql) {
    return model("events: {e: {sql: " + sql + "}}").routines;
  };
  EXPECT_EQ(event("{mariadb: ON SCHEDULE EVERY 1 DAY DO SELECT 1}"),
            event("ON SCHEDULE EVERY 1 DAY DO SELECT 1"));
  EXPECT_THROW(event("{sqlite: SELECT 1}"), Error);
  const auto index = [](const std::string& sql) {
    return model("tables: {t: {columns: {a: text}, only: sqlite, indexes: {i: {columns: [{expr: " +
                 sql + "}]}}}}")
        .tables;
  };
  EXPECT_EQ(index("{sqlite: lower(a)}"), index("lower(a)"));
  EXPECT_THROW(index("{mariadb: lower(a)}"), Error);
}

TEST(SqlPerDatabase, IsSaidInOnePlace) {
  try {
    model("views: {v: {sql: {sqlite: SELECT 1, mariadb: SELECT 2}, sqlite: SELECT 3}}");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "m.yaml:1:65: view 'v' has 'sqlite' in addition to an 'sql' that already "
                 "has the SQL for each database; write only sql: {mariadb: …, sqlite: …}");
  }
}

}  // namespace
}  // namespace dbmig::yaml
