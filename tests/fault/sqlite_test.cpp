// The real program on SQLite, killed at every write to the database's file and its journal.

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "fault/program.hpp"
#include "fault/siege.hpp"

namespace dbmig::fault {
namespace {

class KilledAtWrite final : public Way {
 public:
  explicit KilledAtWrite(ProgramPlayground& playground) : playground_(playground) {}

  std::string name() const override { return "program killed"; }
  std::vector<Moment> moments() const override {
    return {Moment::before, Moment::during, Moment::after};
  }
  std::size_t count(const Trip& trip) override {
    EXPECT_EQ(run(trip, 0, Moment::before).code, 0);
    std::size_t count = 0;
    std::ifstream(playground_.path() / "count") >> count;
    return count;
  }
  bool strike(const Trip& trip, std::size_t n, Moment moment) override {
    const test::Result result = run(trip, n, moment);
    if (result.signal == SIGKILL) return true;
    EXPECT_EQ(result.code, 0) << result;
    return false;
  }

 private:
  test::Result run(const Trip& trip, std::size_t n, Moment moment) const {
    test::Process::Options options = playground_.options();
    options.environment["LD_PRELOAD"] = DBMIG_FAULT_SHIM;
    options.environment["DBMIG_FAULT_FILE"] = playground_.url().database;
    options.environment["DBMIG_FAULT_AT"] = std::to_string(n);
    options.environment["DBMIG_FAULT_MOMENT"] = to_string(moment);
    options.environment["DBMIG_FAULT_COUNT"] = playground_.path() / "count";
    return test::run(ProgramPlayground::command(trip, playground_.url()), options);
  }

  ProgramPlayground& playground_;
};

class SqliteProgram : public testing::TestWithParam<History> {};

TEST_P(SqliteProgram, SurvivesItsOwnEnd) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer wants to be loaded before anything else";
#endif
  ProgramPlayground playground(GetParam(), DialectKind::sqlite);
  playground.reset();
  KilledAtWrite way(playground);
  besiege(playground, way, GetParam().name, kBase, "head", DialectKind::sqlite, {2});
}

std::string name_of_history(const testing::TestParamInfo<History>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Histories, SqliteProgram, testing::ValuesIn(histories()), name_of_history);

}  // namespace
}  // namespace dbmig::fault
