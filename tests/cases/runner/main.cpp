// A program that finds its tests when it starts: a test for each case below tests/cases and each
// database that the case is for.
#include <gtest/gtest.h>

#include <cstdio>

#include "base/error.hpp"
#include "runner/case.hpp"
#include "runner/trial.hpp"
#include "support/mariadb.hpp"

namespace dbmig::cases {
namespace {

class CaseTest : public ::testing::Test {
 public:
  CaseTest(const Case& one, DialectKind kind) : case_(one), kind_(kind) {}

  void TestBody() override {
    if (kind_ == DialectKind::mariadb && !test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
    SCOPED_TRACE(case_.where + ": " + case_.title);
    try_case(case_, kind_);
  }

 private:
  const Case& case_;
  DialectKind kind_;
};

void add_tests(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
      if (!one.runs_on(kind)) continue;
      ::testing::RegisterTest(std::string(to_string(kind)).c_str(), one.name.c_str(), nullptr,
                              nullptr, __FILE__, __LINE__,
                              [&one, kind]() -> CaseTest* { return new CaseTest(one, kind); });
    }
  }
}

}  // namespace
}  // namespace dbmig::cases

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  try {
    const auto cases = dbmig::cases::load_cases(DBMIG_CASES_DIR);
    dbmig::cases::add_tests(cases);
    return RUN_ALL_TESTS();
  } catch (const dbmig::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
