// Events that the server removes by itself when their time is past.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kModel = R"(
tables:
  t: {columns: {id: integer, a: integer}, primary_key: [id]}
events:
  once: ON SCHEDULE AT '2020-01-01 00:00:00' + INTERVAL 1 DAY DO DELETE FROM t
  soon: ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 1 MICROSECOND DO DELETE FROM t
  until: ON SCHEDULE EVERY 1 DAY STARTS '2019-01-01 00:00:00' ENDS '2020-01-01 00:00:00' DO DELETE FROM t
  always: ON SCHEDULE EVERY 1 DAY STARTS '2019-01-01 00:00:00' DISABLE DO DELETE FROM t
  kept: ON SCHEDULE AT '2020-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE DO DELETE FROM t
  later: ON SCHEDULE AT '2037-01-01 00:00:00' DISABLE DO DELETE FROM t
)";

TEST(PastEvents, AreNoDifferenceAndDoNotStandInTheWay) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase server;
  const Project project;
  project.write("dbmig.yaml",
                "database: " + text::quote(server.url(), '"') + "\ndialects: [mariadb]\n");
  project.write("schemas/m.yaml", kModel);
  project.expect(0, {"migrate", "-m", "one"});
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  for (const char* event : {"once", "soon", "until"}) {
    mariadb_sql(std::string("DROP EVENT IF EXISTS ") + event, server.name());
  }
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  project.write("schemas/m.yaml", text::replace_all(kModel, "a: integer", "a: bigint"));
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "two"}).err, HasSubstr("Proved on"));
  project.expect(0, {"upgrade"});
  project.expect(0, {"downgrade", "base"});
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  for (const char* event : {"always", "kept", "later"}) {
    mariadb_sql(std::string("DROP EVENT ") + event, server.name());
    EXPECT_THAT(project.expect(3, {"check"}).out,
                HasSubstr(std::string("event '") + event + "' differs from the revisions"))
        << event;
  }
}

}  // namespace
}  // namespace dbmig::test
