// `dbmig serve` before it serves: what it refuses, and how it ends. The page itself is tried in a
// browser, see tests/browser.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;

class Serve : public testing::Test {
 protected:
  Serve() {
    project.start();
    project.model("tables:\n  t:\n    columns: {id: integer}\n    primary_key: [id]\n");
    project.expect(0, {"migrate", "-m", "t", "--no-proof"});
    project.expect(0, {"upgrade"});
  }
  Project project;
};

TEST_F(Serve, BeyondThisMachineItWantsAPassword) {
  project.environment["DBMIG_SERVE_PASSWORD"] = std::nullopt;
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "db.example.org"}) {
    EXPECT_THAT(project.expect(4, {"serve", "--port", "0", "--host", host}).err,
                HasSubstr("--password"))
        << host;
  }
  EXPECT_THAT(project.expect(4, {"serve", "--port", "0", "--origin", "https://db.example.org"}).err,
              HasSubstr("--password"));
  for (const char* origin : {"db.example.org", "https://db.example.org/", "ftp://x"}) {
    project.expect(2, {"serve", "--port", "0", "--password", "--origin", origin});
  }
  project.environment["DBMIG_SERVE_PASSWORD"] = "short";
  EXPECT_THAT(project.expect(2, {"serve", "--port", "0", "--password"}).err,
              HasSubstr("fewer than 8"));
}

TEST_F(Serve, EndsByItselfAndPrintsNoPassword) {
  project.environment["DBMIG_SERVE_PASSWORD"] = "correct horse";
  const Result result =
      project.expect(0, {"serve", "--port", "0", "--idle", "1", "--password", "--json"});
  const std::string url = result.json().at("url");
  EXPECT_TRUE(std::regex_match(url, std::regex(R"(http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{64})")))
      << url;
  EXPECT_EQ((result.out + result.err).find("correct horse"), std::string::npos);
  const Result again =
      project.expect(0, {"serve", "--port", "0", "--idle", "1", "--password", "--json"});
  EXPECT_NE(again.json().at("url"), url);
}

TEST_F(Serve, ADatabaseThatIsNotThereIsSaidAndNotMade) {
  EXPECT_THAT(project.expect(1, {"serve", "--port", "0", "--url", "sqlite:///missing.db"}).err,
              HasSubstr("does not exist; check the path"));
  EXPECT_FALSE(std::filesystem::exists(project.path() / "missing.db"));
  project.expect(4, {"serve", "--port", "0", "--url", "sqlite://"});
  project.environment["DBMIG_SERVE_PASSWORD"] = "correct horse";
  EXPECT_THAT(project.expect(1, {"serve", "--port", "0", "--host", "192.0.2.1", "--password"}).err,
              HasSubstr("cannot listen"));
}

}  // namespace
}  // namespace dbmig::test
