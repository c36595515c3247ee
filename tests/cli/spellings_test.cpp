// Schedules of events and partition clauses as people spell them: the server computes what it is
// told and words it anew, which is no difference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iterator>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;

constexpr const char* kSchedules[] = {
    R"(EVERY '1:30' HOUR_MINUTE)",
    R"(EVERY 1 WEEK)",
    R"(EVERY '1' DAY)",
    R"(EVERY '2 10' DAY_HOUR)",
    R"(EVERY '1:30:15' HOUR_SECOND)",
    R"(EVERY '1-6' YEAR_MONTH)",
    R"(EVERY (1+1) DAY)",
    R"(EVERY 1.5 HOUR)",
    R"(EVERY '1.30' HOUR_MINUTE)",
    R"(EVERY '0:90' HOUR_MINUTE)",
    R"(EVERY 130 HOUR_MINUTE)",
    R"(EVERY '30' HOUR_MINUTE)",
    R"(EVERY 0x02 DAY)",
    R"(EVERY 1 SQL_TSI_WEEK)",
    R"(every '1/30' hour_minute)",
    R"(EVERY 1 DAY STARTS TIMESTAMP(CURRENT_DATE) ON COMPLETION NOT PRESERVE ENABLE)",
    R"(EVERY 1 DAY ENDS CURRENT_TIMESTAMP + INTERVAL 1 YEAR ON COMPLETION PRESERVE DISABLE COMMENT 'x')"};

constexpr const char* kPartitions[] = {
    R"(PARTITION BY RANGE (YEAR(d)) SUBPARTITION BY HASH (TO_DAYS(d)) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (1990), PARTITION p1 VALUES LESS THAN MAXVALUE))",
    R"(PARTITION BY RANGE (YEAR(d)) SUBPARTITION BY HASH (id) (PARTITION p0 VALUES LESS THAN (1990) (SUBPARTITION s0, SUBPARTITION s1), PARTITION p1 VALUES LESS THAN MAXVALUE (SUBPARTITION s2 COMMENT = 'x', SUBPARTITION s3)))",
    R"(PARTITION BY RANGE(YEAR(d)) SUBPARTITION BY LINEAR KEY(id) SUBPARTITIONS 3 (PARTITION p0 VALUES LESS THAN (1990)))",
    R"(partition by linear hash (id) partitions 4)",
    R"(PARTITION BY KEY ALGORITHM=2 (id) PARTITIONS 2)",
    R"(PARTITION BY HASH (id) PARTITIONS 2 (PARTITION a, PARTITION b))",
    R"(PARTITION BY LIST (id) (PARTITION a VALUES IN (1,2), PARTITION b VALUES IN (3, NULL)))",
    R"(PARTITION BY LIST (id) (PARTITION a VALUES IN (1,2), PARTITION b DEFAULT))",
    R"(PARTITION BY LIST COLUMNS (s) (PARTITION a VALUES IN ('x'), PARTITION b VALUES IN ("y",'é','😀')))",
    R"(PARTITION BY RANGE COLUMNS (d, id) (PARTITION a VALUES LESS THAN ('2020-01-01', 5), PARTITION b VALUES LESS THAN (MAXVALUE, MAXVALUE)))",
    R"(PARTITION BY RANGE COLUMNS (d) (PARTITION a VALUES LESS THAN (DATE '2020-01-01')))",
    R"(PARTITION BY RANGE (TO_DAYS(d)) (PARTITION a VALUES LESS THAN (TO_DAYS('2020-01-01')), PARTITION b VALUES LESS THAN (1000*1000)))",
    R"(PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (10) MAX_ROWS=100 MIN_ROWS 3 COMMENT='x' ENGINE InnoDB))",
    R"(PARTITION BY RANGE (id DIV 10) (PARTITION a VALUES LESS THAN (-5), PARTITION b VALUES LESS THAN (+5)))",
    R"(PARTITION BY HASH (MOD(id,4)))",
    R"(PARTITION BY HASH (id % 4))",
    R"(PARTITION BY HASH (day(d)))",
    R"(PARTITION BY HASH ((id)))"};

std::string quoted(const std::string& sql) {
  return text::quote(text::replace_all(sql, "\\", "\\\\"), '\'');
}

TEST(Spellings, OfSchedulesAndPartitionsAreNoDifference) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase database;
  Project project;
  project.start(database.url());
  project.write("dbmig.yaml", "database: " + text::quote(database.url(), '"') + "\nscratch: " +
                                  text::quote(std::getenv("DBMIG_TEST_MARIADB_URL"), '"') +
                                  "\ndialects: [mariadb]\n");
  std::string model = "events:\n";
  for (std::size_t i = 0; i < std::size(kSchedules); ++i) {
    model += "  e" + std::to_string(i) + ": " +
             quoted("ON SCHEDULE " + std::string(kSchedules[i]) + " DO SELECT 1") + "\n";
  }
  model += "tables:\n";
  for (std::size_t i = 0; i < std::size(kPartitions); ++i) {
    model += "  t" + std::to_string(i) +
             ":\n    columns: {id: {type: integer, nullable: false}, d: {type: date, nullable: "
             "false}, s: {type: varchar(20), nullable: false}}\n    mariadb: {partition: " +
             quoted(kPartitions[i]) + "}\n";
  }
  project.model(model);
  project.migrate("aaaaaaaaaaaa", "all of them");
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
  project.expect(0, {"downgrade", "--allow-destructive"});
}

}  // namespace
}  // namespace dbmig::test
