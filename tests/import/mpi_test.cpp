// `dbmig import` as users run it: under mpirun, on both databases, with ranks that fail and die.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "import/import_job.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST_P(Import, GivesTheSameTableOnAnyNumberOfRanks) {
  write_rows("t.csv", 5000);
  std::string expected;
  // 0: without mpirun.
  for (const int ranks : {0, 1, 2, 3, 4}) {
    sql("DELETE FROM t WHERE n >= 0");
    sql(on_mariadb() ? "ALTER TABLE t AUTO_INCREMENT = 2" : "UPDATE sqlite_sequence SET seq = 1");
    const Result result = import(ranks, {"t.csv", "--chunk-size", "20000"});
    ASSERT_EQ(result.code, 0) << result;
    EXPECT_EQ(count(result.out, "Imported 5000 rows into 't' from t.csv"), 1) << result;
    EXPECT_THAT(result.err, Not(HasSubstr("error")));
    ASSERT_EQ(sql("SELECT count(*), min(id), max(id), min(n), max(n) FROM t"),
              "5001|1|5001|-1|4999\n");
    if (expected.empty()) expected = checksum();
    ASSERT_EQ(checksum(), expected) << ranks << " ranks";
  }
}

TEST_P(Import, ABadRowInTheLastChunkLeavesTheTableAsItWas) {
  const std::size_t line = write_rows("t.csv", 3000, "70000000000,x,1,\nnot a number,x,1,\n");
  const std::string place =
      "t.csv:" + std::to_string(line) + ": column 'n' (field 1): '70000000000'";
  // SQLite's int holds it: there the next record is the first bad one.
  const std::string message =
      on_mariadb() ? place
                   : "t.csv:" + std::to_string(line + 1) + ": column 'n' (field 1): 'not a number'";
  for (int ranks = 1; ranks <= 4; ++ranks) {
    const Result result = import(ranks, {"t.csv", "--chunk-size", "10000"});
    EXPECT_EQ(result.code, 1) << result;
    EXPECT_EQ(count(result.err, "error:"), 1) << result;
    EXPECT_THAT(result.err, HasSubstr(message)) << result;
    EXPECT_EQ(result.out, "");
    expect_untouched();
  }
}

TEST_P(Import, ADuplicateKeyNamesItsLineAndLeavesTheTableAsItWas) {
  const std::size_t line = write_rows("t.csv", 3000, "1234,again,1,\n");
  for (const int ranks : {0, 3}) {
    const Result result = import(ranks, {"t.csv", "--chunk-size", "10000"});
    EXPECT_EQ(result.code, 1) << result;
    EXPECT_EQ(count(result.err, "error:"), 1) << result;
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("t.csv:" + std::to_string(line)),
                      HasSubstr("the record '1234,again,1,' has the same n as line 2470;")));
    expect_untouched();
  }
}

/// Through MPI's own collective operations.
TEST_P(Import, RepeatedKeysAreTheSameOnAnyNumberOfRanks) {
  const std::size_t line = write_rows("t.csv", 3000, "1234,x,1,\n5,x,1,\n1234,y,2,\n");
  for (const int ranks : {0, 2, 4}) {
    const Result result = import(ranks, {"t.csv", "--dry-run", "--chunk-size", "3000", "--json"});
    EXPECT_EQ(result.code, 1) << result;
    const auto keys = result.json().at("repeated_keys");
    ASSERT_EQ(keys.size(), 1U) << result;
    EXPECT_EQ(keys[0].at("columns"), std::vector<std::string>{"n"});
    EXPECT_EQ(keys[0].at("values"), 2);
    EXPECT_EQ(keys[0].at("records"), 3);
    ASSERT_EQ(keys[0].at("examples").size(), 3U);
    const std::size_t first[] = {2 + 2 * 1234, 2 + 2 * 5, 2 + 2 * 1234};
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(keys[0].at("examples")[i].at("line"), line + i);
      EXPECT_EQ(keys[0].at("examples")[i].at("first_line"), first[i]);
    }
  }
}

TEST_P(Import, RejectsGoToTheFileAndTheRestGetsIn) {
  project.write("t.csv",
                "n,name,price,day\n1,a,1.5,2024-01-31\n2,b,1.555,\n3,c,1,2024-02-30\n1,dup,1,\n"
                "4,,1,\n5,\"e\ne\",5.25,\n6,f\n7,g,7,\n");
  std::string rejects;
  for (const int ranks : {0, 2, 4}) {
    sql("DELETE FROM t WHERE n >= 0");
    const Result result =
        import(ranks, {"t.csv", "--on-error", "reject", "--chunk-size", "12", "--json"});
    ASSERT_EQ(result.code, 0) << result;
    EXPECT_EQ(result.json().at("rows"), 3);
    EXPECT_EQ(result.json().at("rejected"), 5);
    EXPECT_EQ(result.json().at("ranks"), std::max(ranks, 1));
    EXPECT_EQ(result.json().at("files").at(0).at("rejects"), "t.rejects.csv");
    EXPECT_EQ(sql("SELECT n FROM t ORDER BY n"), "-1\n1\n5\n7\n");
    const std::string written = project.read("t.rejects.csv");
    EXPECT_THAT(written, AllOf(HasSubstr("dbmig_file,dbmig_line,dbmig_reason,n,name,price,day\n"),
                               HasSubstr("\"t.csv\",3,"), HasSubstr(",2,b,1.555,\n"),
                               HasSubstr("\"t.csv\",5,"), HasSubstr(",1,dup,1,\n"),
                               HasSubstr("\"t.csv\",9,"), HasSubstr(",6,f\n")));
    if (rejects.empty()) rejects = written;
    EXPECT_EQ(written, rejects) << ranks << " ranks";
  }
}

/// Lines are counted on from the record asked for before; what the converter refuses and what the
/// database refuses is asked for in turns.
TEST_P(Import, EachRecordOfAFileThatIsImportedTwiceHasItsLine) {
  std::string rows = "n,name,price,day\n";
  std::vector<std::string> lines;
  int line = 2;
  for (int n = 1; n <= 600; ++n) {
    const bool is_long = n % 3 == 0;
    rows += fmt::format("{}{},\"a{}b\",1,\n", n, n % 50 == 0 ? "x" : "", is_long ? "\n" : "");
    lines.push_back(fmt::format("\"t.csv\",{},", line));
    line += is_long ? 2 : 1;
  }
  project.write("t.csv", rows);
  import(0, {"t.csv", "--on-error", "reject"});
  for (const int ranks : {0, 2}) {
    EXPECT_EQ(import(ranks, {"t.csv", "--on-error", "reject"}).code, 1);
    const std::string written = project.read("t.rejects.csv");
    std::size_t at = 0;
    for (const std::string& one : lines) {
      at = written.find(one, at);
      ASSERT_NE(at, std::string::npos) << one;
    }
  }
}

TEST_P(Import, StandardInputWorksUnderMpirunToo) {
  write_rows("t.csv", 100);
  const std::string flags = " import - --table t --url '" + url + "' < t.csv";
  const std::string prefix =
      "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; timeout 60 ";
  for (const std::string launcher : {"", "mpirun --oversubscribe -n 3 "}) {
    sql("DELETE FROM t WHERE n >= 0");
    const Result result =
        shell(prefix + launcher + dbmig_binary().string() + flags, project.path());
    EXPECT_EQ(result.code, 0) << result;
    EXPECT_EQ(sql("SELECT count(*) FROM t"), "101\n");
  }
}

/// Whatever fails before the first chunk: one message, and no rank waits for another.
TEST_P(Import, EveryRankEndsWhenTheRootCannotStart) {
  project.write("t.csv", "n,name\n1,a\n");
  const std::string no_database =
      on_mariadb() ? url.substr(0, url.find('?')) + "_none" +
                         (url.find('?') == std::string::npos ? "" : url.substr(url.find('?')))
                   : "sqlite:///folder/that/is/not/there.db";
  const Result unreachable = import_into(no_database, 3, {"t.csv"});
  EXPECT_EQ(unreachable.code, 1) << unreachable;
  EXPECT_EQ(count(unreachable.err, "error:"), 1) << unreachable;
  const std::vector<std::vector<std::string>> cases = {
      {"none.csv", "--table", "t"},
      {"t.csv", "--table", "nope"},
      {"t.csv", "--columns", "n,name,nope"},
  };
  for (const auto& arguments : cases) {
    const Result result = import(3, arguments);
    EXPECT_EQ(result.code, 1) << result;
    EXPECT_EQ(count(result.err, "error:"), 1) << result;
    expect_untouched();
  }
  const Result usage = import(3, {"t.csv", "--delimiter", "::"});
  EXPECT_EQ(usage.code, 2) << usage;
  EXPECT_EQ(count(usage.err, "error:"), 1) << usage;
}

class ImportKilled : public Import {
 protected:
  /// Starts an import that is fed through a pipe, lets it work, kills the rank called `victim`.
  void kill_rank(const std::string& victim, int signal) {
    const std::string script =
        "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n"
        // Writes its process id down, then becomes dbmig.
        "cat > rank.sh <<'SH'\n"
        "echo $$ > pid.$OMPI_COMM_WORLD_RANK\n"
        "exec \"$@\"\n"
        "SH\n"
        "mkfifo feed\n"
        "(echo n,name; i=0; while [ $i -lt 20000 ]; do echo $i,name; i=$((i+1)); done; "
        " echo $$ > fed; while [ ! -f done ]; do sleep 0.05; done) > feed &\n"
        "timeout -k 5 " +
        std::string(kTimeLimit) + " mpirun --oversubscribe -n 3 bash rank.sh " +
        dbmig_binary().string() + " import feed --table t --chunk-size 2000 --url '" + url +
        "' &\n"
        "job=$!\n"
        "while [ ! -f fed ]; do sleep 0.05; done\n"
        "sleep 0.5\n"
        "kill -" +
        std::to_string(signal) + " $(cat pid." + victim +
        ")\n"
        "wait $job; code=$?\n"
        "touch done\n"
        // mpirun does not wait for those that it ends.
        "for rank in 0 1 2; do\n"
        "  for try in $(seq 100); do kill -0 $(cat pid.$rank) 2>/dev/null || continue 2; sleep "
        "0.1; "
        "done\n"
        "  echo ALIVE $rank\n"
        "done\n"
        "exit $code\n";
    const Result result = shell(script, project.path());
    EXPECT_NE(result.code, 0) << result;
    EXPECT_NE(result.code, kTimedOut) << "hangs: " << result;
    EXPECT_THAT(result.out, Not(HasSubstr("ALIVE")));
    EXPECT_THAT(result.out, Not(HasSubstr("Imported")));
    expect_untouched();
  }
};

TEST_P(ImportKilled, AKilledRankLeavesTheTableAsItWas) {
  kill_rank("2", SIGKILL);
}
TEST_P(ImportKilled, AKilledRootLeavesTheTableAsItWas) {
  kill_rank("0", SIGKILL);
}
TEST_P(ImportKilled, ATerminatedRankEndsThemAll) {
  kill_rank("1", SIGTERM);
}
TEST_P(ImportKilled, ATerminatedRootEndsThemAll) {
  kill_rank("0", SIGTERM);
}

TEST_P(Import, CtrlCWithoutMpirunRollsBackAndSaysSo) {
  const Result result = interrupt("", "", "TERM");
  EXPECT_EQ(result.code, 130) << result;
  EXPECT_THAT(result.out, HasSubstr("interrupted; nothing was imported"));
  expect_untouched();
}

/// The launcher passes it on as SIGTERM and ends with its own code.
/// From Open MPI 5 on mpirun, once it is interrupted, hands on nothing more of what its ranks say:
/// it asks them to end 250 ms later, and kills them after as long again. `-j` says it all the same.
TEST_P(Import, CtrlCOfMpirunRollsBackAndSaysSo) {
  const Result result = interrupt("mpirun --oversubscribe -n 2", "", "INT");
  EXPECT_NE(result.code, 0) << result;
  const Result version = shell("mpirun --version", project.path());
  const std::string name = "(Open MPI) ";
  const std::size_t at = version.out.find(name);
  ASSERT_NE(at, std::string::npos) << version;
  if (std::stoi(version.out.substr(at + name.size())) < 5) {
    EXPECT_THAT(result.out, HasSubstr("error: interrupted; nothing was imported"));
  }
  EXPECT_THAT(result.out, Not(HasSubstr("Imported")));
  expect_untouched();
}

/// Open MPI 4's mpirun says nothing of its own behind it; it ends with dbmig's exit code.
TEST_P(Import, WhatDbmigSaysIsLastUnderMpirunToo) {
  write_rows("t.csv", 300, "not a number,x,1,\n");
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string end;  ///< of what is on the screen
  };
  const std::vector<Case> cases = {
      {{"t.csv"}, 1, "or continue without such records with --on-error reject\n"},
      {{"none.csv", "--table", "t"}, 1, "error: the file none.csv does not exist\n"},
      {{"t.csv", "--delimiter", "::"}, 2, "or \\t for a tab\n"},
      {{"t.csv", "--nonsense"}, 2, "`dbmig import --help` lists them\n"},
      {{"t.csv", "--table", "t", "--on-duplicate", "replace", "-j", "7"},
       2,
       "leave one of them out\n"},
  };
  for (const Case& one : cases) {
    const Result result = import(2, one.arguments);
    EXPECT_EQ(result.code, one.code) << result;
    EXPECT_THAT(without_launchers(result.err), EndsWith(one.end)) << result;
    EXPECT_EQ(count(result.err, "error:"), 1) << result;
    expect_untouched();
  }
  const bool is_open_mpi_4 =
      shell("mpirun --version", project.path()).out.find("(Open MPI) 4") != std::string::npos;
  // Open MPI 5 hears nothing more of its ranks after Ctrl-C.
  if (is_open_mpi_4) {
    const Result stopped = interrupt("mpirun --oversubscribe -n 2", "", "INT");
    EXPECT_THAT(without_launchers(stopped.out),
                EndsWith("error: interrupted; nothing was imported\n"));
  }
  const Result alone =
      shell("cp " + dbmig_binary().string() +
                " . && OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun "
                "--oversubscribe -n 2 ./dbmig import t.csv --url '" +
                url + "'",
            project.path());
  EXPECT_EQ(alone.code, 1) << alone;
  EXPECT_THAT(without_launchers(alone.out), EndsWith("or run the command without mpirun\n"));
  expect_untouched();
}

/// MPI is for `import` under mpirun alone: everything else starts without it.
TEST_P(Import, DoesNotLoadMpiWithoutMpirun) {
  project.write("t.csv", "n,name\n1,a\n");
  const Result result =
      shell("LD_DEBUG=libs " + dbmig_binary().string() + " import t.csv --url '" + url + "'",
            project.path());
  EXPECT_EQ(result.code, 0) << result;
  EXPECT_THAT(result.out, HasSubstr("Imported 1 row"));
  EXPECT_THAT(result.out, Not(HasSubstr("libmpi")));
}

DBMIG_ON_EACH_DATABASE(Import);
DBMIG_ON_EACH_DATABASE(ImportKilled);

}  // namespace
}  // namespace dbmig::test
