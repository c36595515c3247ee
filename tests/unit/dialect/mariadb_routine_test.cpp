// Views, triggers and stored programs as statements.
#include <gtest/gtest.h>

#include "dialect/dialect.hpp"
#include "dialect/mariadb/routine.hpp"
#include "ops/operation.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using ops::Operation;
using schema::RoutineKind;

const Dialect& mariadb() {
  return dialect(DialectKind::mariadb);
}

schema::Routine routine(RoutineKind kind, std::string sql) {
  schema::Routine out;
  out.kind = kind;
  out.name = "r";
  out.sql = std::move(sql);
  return out;
}

std::string canonical(RoutineKind kind, std::string sql) {
  return canonical_routine(routine(kind, std::move(sql))).sql;
}

TEST(MariadbRoutine, AReplacementIsOneStatementOverBothOperations) {
  schema::Schema before;
  schema::View view;
  view.name = "v";
  view.sql.any = "select 1 as a";
  before.views["v"] = view;
  before.routines[{RoutineKind::procedure, "r"}] = routine(RoutineKind::procedure, "() select 1");
  schema::View other = view;
  other.mariadb.algorithm = "merge";
  other.mariadb.definer = "it's@h";
  other.mariadb.security = "invoker";
  other.mariadb.check_option = "local";
  schema::Routine procedure = routine(RoutineKind::procedure, "() select 2");
  procedure.mariadb.sql_mode = "ANSI_QUOTES";
  const auto statements =
      mariadb().plan(before,
                     std::vector<Operation>{ops::DropView{"v"}, ops::CreateView{other},
                                            ops::DropRoutine{RoutineKind::procedure, "r"},
                                            ops::CreateRoutine{procedure}},
                     {});
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_EQ(statements[0].sql,
            "CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`it's`@`h` SQL SECURITY INVOKER VIEW `v` AS "
            "select 1 as a WITH LOCAL CHECK OPTION");
  EXPECT_EQ(statements[0].first_operation, 0U);
  EXPECT_EQ(statements[0].last_operation, 1U);
  EXPECT_EQ(statements[1].sql,
            "SET STATEMENT sql_mode='ANSI_QUOTES' FOR EXECUTE IMMEDIATE 'CREATE OR REPLACE "
            "PROCEDURE `r` () select 2'");
  EXPECT_EQ(statements[1].first_operation, 2U);
  EXPECT_EQ(statements[1].last_operation, 3U);
}

TEST(MariadbRoutine, AMeaningOfBackslashIsSettledBeforeTheStatementIsRead) {
  schema::Routine program = routine(RoutineKind::procedure, "() select '\\'");
  program.mariadb.sql_mode = "NO_BACKSLASH_ESCAPES";
  EXPECT_EQ(create_routine(program, false),
            "SET STATEMENT sql_mode='NO_BACKSLASH_ESCAPES' FOR EXECUTE IMMEDIATE 'CREATE PROCEDURE "
            "`r` () select ''\\\\'''");
}

TEST(MariadbRoutine, AnAggregateFunctionIsKnownByItsBody) {
  const std::string sql = "(x int) returns int begin fetch group next row; return 1; end";
  EXPECT_TRUE(create_routine(routine(RoutineKind::function, sql), false)
                  .starts_with("CREATE AGGREGATE FUNCTION `r` "));
}

TEST(MariadbRoutine, DefinersLoseTheirQuotes) {
  EXPECT_EQ(canonical_definer("`a b`@`%`"), "a b@%");
  EXPECT_EQ(canonical_definer("'a'@localhost"), "a@localhost");
  EXPECT_EQ(canonical_definer("CURRENT_USER()"), "");
}

TEST(MariadbRoutine, ASequenceSaysAllItHas) {
  EXPECT_EQ(canonical(RoutineKind::sequence, ""),
            "start with 1 minvalue 1 maxvalue 9223372036854775806 increment by 1 cache 1000 "
            "nocycle");
  EXPECT_EQ(canonical(RoutineKind::sequence, "increment by -1 no cache cycle engine=InnoDB"),
            "start with -1 minvalue -9223372036854775807 maxvalue -1 increment by -1 nocache "
            "cycle");
}

TEST(MariadbRoutine, HeadsHaveOneSpelling) {
  const std::string function =
      canonical(RoutineKind::function,
                "(a int) RETURNS int(11)\n    DETERMINISTIC\n    COMMENT 'c'\nreturn 1");
  EXPECT_EQ(canonical(RoutineKind::function,
                      "( a INT ) comment \"c\" deterministic returns int return 1;"),
            canonical(RoutineKind::function,
                      "( a INT ) comment \"c\" deterministic returns int return 1"));
  EXPECT_EQ(canonical(RoutineKind::function,
                      "( a INT ) returns int comment \"c\" deterministic contains sql return 1;"),
            function);
  EXPECT_EQ(canonical(RoutineKind::function, function), function);
  const std::string event = canonical(RoutineKind::event,
                                      "ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON "
                                      "COMPLETION NOT PRESERVE ENABLE DO x");
  EXPECT_EQ(
      canonical(RoutineKind::event, "on schedule  every 1 day starts '2030-01-01 00:00:00' do x;"),
      event);
  EXPECT_EQ(reconciled_routine(RoutineKind::event, event, "on schedule every 1 day do x"),
            "on schedule every 1 day do x");
  EXPECT_NE(reconciled_routine(RoutineKind::event, event, "on schedule every 2 day do x"),
            "on schedule every 2 day do x");
}

TEST(MariadbRoutine, WhatCannotBeReadStaysAsItIs) {
  EXPECT_EQ(canonical(RoutineKind::procedure, " () select '\\' "), "() select '\\'");
  EXPECT_EQ(canonical(RoutineKind::event, "whenever"), "whenever");
}

}  // namespace
}  // namespace dbmig::dialect::mariadb
