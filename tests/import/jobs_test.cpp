// `dbmig import -j N`, which starts mpirun itself: the same job, whatever becomes of its ranks.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

#include "import/import_job.hpp"

namespace dbmig::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// `-j` starts mpirun with what it needs, also as root, with more ranks than cores.
class ImportJobs : public Import {
 protected:
  void SetUp() override {
    Import::SetUp();
    project.environment["OMPI_ALLOW_RUN_AS_ROOT"] = std::nullopt;
    project.environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = std::nullopt;
  }
};

TEST_P(ImportJobs, GivesTheSameTableAsOneRank) {
  write_rows("t.csv", 2000);
  std::string expected;
  for (const std::string ranks : {"1", "2", "4"}) {
    sql("DELETE FROM t WHERE n >= 0");
    sql(on_mariadb() ? "ALTER TABLE t AUTO_INCREMENT = 2" : "UPDATE sqlite_sequence SET seq = 1");
    const Result result = import(0, {"t.csv", "--chunk-size", "20000", "-j", ranks, "--json"});
    ASSERT_EQ(result.code, 0) << result;
    EXPECT_EQ(result.json().at("rows"), 2000);
    EXPECT_EQ(result.json().at("ranks"), std::stoi(ranks));
    if (expected.empty()) expected = checksum();
    ASSERT_EQ(checksum(), expected) << ranks << " ranks";
  }
}

TEST_P(ImportJobs, ReadStandardInputAndKeepTheWordsOfTheCommandLine) {
  const Result result = shell("printf 'n;name\\n7;a b\\n8;$x\\n' | " + dbmig_binary().string() +
                                  " import - --table t --delimiter ';' --null '$x' -j2 "
                                  "--on-error reject --rejects 're jects' --url '" +
                                  url + "'",
                              project.path());
  EXPECT_EQ(result.code, 0) << result;
  EXPECT_EQ(sql("SELECT n, name FROM t WHERE n > 0"), "7|a b\n");
  EXPECT_TRUE(std::filesystem::exists(project.path() / "re jects"));
}

/// The ranks read the words of the command line where the user typed them.
TEST_P(ImportJobs, WorkInAFolderThatTheCommandLineNames) {
  project.write("below/t.csv", "n,name\n7,a\n");
  const std::string there = on_mariadb() ? url : "sqlite:///../app.db";
  const Result result =
      shell(dbmig_binary().string() + " -C below import t.csv -j 2 --url '" + there + "'",
            project.path());
  EXPECT_EQ(result.code, 0) << result;
  EXPECT_EQ(sql("SELECT n, name FROM t WHERE n > 0"), "7|a\n");
}

/// What dbmig says is the last thing on the screen.
TEST_P(ImportJobs, AMistakeIsOneMessageWithoutTheLaunchers) {
  write_rows("t.csv", 500, "not a number,x,1,\n");
  const Result result = import(0, {"t.csv", "-j", "2", "--chunk-size", "5000"});
  EXPECT_EQ(result.code, 1) << result;
  EXPECT_EQ(count(result.err, "error:"), 1) << result;
  EXPECT_THAT(result.err, Not(HasSubstr("mpirun")));
  EXPECT_THAT(result.err, Not(HasSubstr("prterun")));
  expect_untouched();

  for (const char* name : {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"}) {
    project.environment[name] = "1";
  }
  const Result two = import(3, {"t.csv", "-j", "2"});
  EXPECT_EQ(two.code, 2) << two;
  EXPECT_EQ(count(two.err, "mpirun started 3 ranks, and -j asks for 2"), 1) << two;

  const Result none =
      shell("PATH= " + dbmig_binary().string() + " import t.csv -j 2 --url '" + url + "'",
            project.path());
  EXPECT_EQ(none.code, 1) << none;
  EXPECT_THAT(none.out, HasSubstr("mpirun, which is not installed"));
  expect_untouched();
}

TEST_P(ImportJobs, CtrlCEndsWith130) {
  const Result result = interrupt("", "-j 2", "INT");
  EXPECT_EQ(result.code, 130) << result;
  EXPECT_THAT(result.out, EndsWith("error: interrupted; nothing was imported\n"));
  expect_untouched();
}

/// Of a rank that dies somebody has to speak, last and once.
TEST_P(ImportJobs, AKilledRankIsNamedAtTheEnd) {
  for (const std::string victim : {"head", "tail"}) {
    const Result result = shell(
        "rm -f feed fed done; mkfifo feed\n"
        "(printf 'n,name\\n'; seq 20000 | sed 's/$/,name/'; touch fed; "
        " while [ ! -f done ]; do sleep 0.05; done) > feed &\n" +
            dbmig_binary().string() + " import feed --table t --chunk-size 2000 -j 3 --url '" +
            url +
            "' &\n"
            "job=$!\n"
            "while [ ! -f fed ]; do sleep 0.05; done\n"
            "sleep 0.5; kill -9 $(pgrep -P $(pgrep -P $job) | sort -n | " +
            victim +
            " -1); wait $job; code=$?\n"
            "touch done; exit $code\n",
        project.path());
    EXPECT_EQ(result.code, 1) << result;
    EXPECT_THAT(result.out, HasSubstr("error: a rank was killed: Killed"));
    EXPECT_THAT(result.out, EndsWith("`dmesg` says so\n"));
    EXPECT_THAT(result.out, Not(HasSubstr("Imported")));
    expect_untouched();
  }
}

/// With an mpirun in front of the real one, which makes of its ranks what `script` says, in the
/// shell: `$rank` is the rank, "$@" what it shall run. Most of the time is spent waiting, and which
/// database it is makes no difference.
class ImportStarts : public ImportJobs {
 protected:
  Result import_with(const std::string& script, const std::string& environment) const {
    project.write("rank.sh", "rank=$OMPI_COMM_WORLD_RANK; echo $$ > pid.$rank\n" + script);
    return with_mpirun("PATH=${PATH#*:} exec mpirun $1 $2 bash rank.sh \"${@:3}\"\n", environment);
  }
  Result with_mpirun(const std::string& script, const std::string& environment) const {
    return shell("mkdir -p bin; cat > bin/mpirun.openmpi <<'SH'\n#!/bin/bash\n" + script +
                     "SH\nchmod +x bin/mpirun.openmpi\n"
                     "export PATH=$PWD/bin:$PATH; " +
                     environment + " timeout -k 1 50 " + dbmig_binary().string() +
                     " import t.csv -j 3 --chunk-size 1000 --url '" + url + "'",
                 project.path());
  }
  /// Nothing of the job is left, nor of its rows.
  void expect_ended(const Result& result) const {
    EXPECT_EQ(result.code, 1) << result;
    EXPECT_EQ(count(result.out, "error:"), 1) << result;
    EXPECT_THAT(result.out, Not(HasSubstr("Imported")));
    EXPECT_EQ(shell("for file in pid.*; do grep -s '^State:.[^ZX]' /proc/$(cat $file)/status; done",
                    project.path())
                  .out,
              "");
    expect_untouched();
  }
};

TEST_P(ImportStarts, ARankThatDoesNotStartIsWaitedForUntilTheLimit) {
  write_rows("t.csv", 3000);
  const Result none =
      import_with("test $rank != 0 || exec sleep 1000\nexec \"$@\"\n", "DBMIG_START_TIMEOUT=2");
  EXPECT_THAT(none.out,
              HasSubstr("error: the ranks have not started within 2 s: rank 0 is missing; all"));
  EXPECT_THAT(none.out, EndsWith("DBMIG_START_TIMEOUT=SECONDS waits longer, 0 forever\n"));
  expect_ended(none);
  // mpirun lets a stopped rank go on before it ends it, so the job may come to its end after all:
  // then that is what is said, and the exit code.
  const Result late =
      import_with("test $rank != 2 || kill -STOP $$\nexec \"$@\"\n", "DBMIG_START_TIMEOUT=2");
  const bool is_done = late.code == 0;
  EXPECT_THAT(late.out, is_done
                            ? HasSubstr("Imported 3000 rows")
                            : HasSubstr("within 2 s: rank 2 is missing; all have been stopped"));
  EXPECT_THAT(late.out, Not(HasSubstr(is_done ? "error:" : "Imported")));
  EXPECT_EQ(sql("SELECT count(*) FROM t"), is_done ? "3001\n" : "1\n") << late;
  const Result usage = with_mpirun("exit 1\n", "DBMIG_START_TIMEOUT=soon");
  EXPECT_EQ(usage.code, 2) << usage;
  EXPECT_THAT(usage.out, HasSubstr("DBMIG_START_TIMEOUT is 'soon'"));
}

/// In the middle of its work, while the root has what it is to hand out.
TEST_P(ImportStarts, ARankThatIsStoppedIsWaitedForUntilTheLimit) {
  write_rows("t.csv", 300000);
  const auto stopped = [&](const std::string& environment) {
    return import_with(
        "if [ $rank = 1 ]; then pid=$$; (while ! grep -qs libmpi /proc/$pid/maps; do sleep 0.02; "
        "done; sleep 0.15; kill -STOP $pid) & fi\nexec \"$@\"\n",
        environment);
  };
  const Result limited = stopped("DBMIG_RANK_TIMEOUT=2");
  EXPECT_THAT(limited.out, HasSubstr("rank 1 has not answered for 2 s: it is stopped, or waits"));
  EXPECT_THAT(without_launchers(limited.out),
              EndsWith("DBMIG_RANK_TIMEOUT=SECONDS to wait longer, 0 to wait forever\n"));
  expect_ended(limited);
}

/// The root does not wait for MPI's start; what it sends until then is kept.
TEST_P(ImportStarts, ARankThatIsStoppedBeforeMpiStartsIsWaitedForUntilTheLimit) {
  write_rows("t.csv", 300000);
  const Result result = import_with("test $rank != 1 || kill -STOP $$\nexec \"$@\"\n",
                                    "DBMIG_START_TIMEOUT=0 DBMIG_RANK_TIMEOUT=2");
  EXPECT_THAT(result.out, HasSubstr("rank 1 has not answered for 2 s: it is stopped, or waits"));
  EXPECT_THAT(without_launchers(result.out),
              EndsWith("DBMIG_RANK_TIMEOUT=SECONDS to wait longer, 0 to wait forever\n"));
  expect_ended(result);
}

/// In some of these moments mpirun itself does not end any more.
TEST_P(ImportStarts, ARankKilledWhileItStartsEndsTheJob) {
  write_rows("t.csv", 3000);
  for (const std::string victim : {"0", "1"}) {
    for (const std::string seconds : {"0", "0.03", "0.06", "0.09"}) {
      const Result result =
          import_with("if [ $rank = " + victim + " ]; then (sleep " + seconds +
                          "; kill -9 $$) & fi\ntest $rank = 2 && sleep 0.5\nexec \"$@\"\n",
                      "");
      EXPECT_NE(result.code, kTimedOut) << result;
      EXPECT_THAT(result.out, HasSubstr("what was not committed is rolled back")) << result;
      expect_ended(result);
    }
  }
}

/// Jobs whose ranks have done their work.
class ImportEnds : public ImportStarts {};

/// What the ranks have done is done, whatever becomes of mpirun.
TEST_P(ImportEnds, AnMpirunThatDoesNotEndIsEnded) {
  write_rows("t.csv", 30);
  const Result result =
      with_mpirun("PATH=${PATH#*:}; mpirun \"$@\"; while :; do sleep 1; done\n", "");
  EXPECT_EQ(result.code, 0) << result;
  EXPECT_THAT(result.out, HasSubstr("Imported 30 rows"));
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "31\n");
}

/// Jobs of three ranks that import 30 rows.
class ImportCommits : public ImportEnds {
 protected:
  void SetUp() override {
    ImportEnds::SetUp();
    if (IsSkipped()) return;
    write_rows("t.csv", 30);
    project.write("rank.sh", "echo $$ > pid.$OMPI_COMM_WORLD_RANK\nexec \"$@\"\n");
    import_ = dbmig_binary().string() + " import t.csv --url '" + url + "'";
    job_ = "PATH=$PWD/bin:$PATH timeout -k 1 40 " + import_ + " -j 3";
  }

  /// Runs `job`, and `script` while its root waits to commit: the other ranks have done their part.
  Result run_while_committing(const std::string& job, const std::string& script) const {
    const std::string file = url.substr(std::string("sqlite:///").size());
    return shell(
        "mkdir -p bin; cat > bin/mpirun.openmpi <<'SH'\n#!/bin/bash\n"
        "PATH=${PATH#*:} exec mpirun $1 $2 bash rank.sh \"${@:3}\"\nSH\n"
        "chmod +x bin/mpirun.openmpi; rm -f pid.* release\n"
        "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 DBMIG_RANK_TIMEOUT=2\n"
        // Who reads keeps the root from its COMMIT.
        "(echo 'BEGIN; SELECT count(*) FROM t;'; while [ ! -f release ]; do sleep 0.05; done) |"
        " sqlite3 '" +
            file + "' >/dev/null &\nsleep 0.3; (" + job +
            ") & job=$!\n"
            "for i in $(seq 200); do [ -s '" +
            file + "-journal' ] && break; sleep 0.05; done\nsleep 1; " + script +
            "\nwait $job; code=$?; touch release\n"
            "grep -s '^State:.[^ZX]' /proc/$(cat pid.1)/status && echo 'rank 1 is left'\n"
            "exit $code\n",
        project.path());
  }

  std::string import_;
  std::string job_;  ///< with -j
};

/// The rows are committed, and ranks wait for each other to end MPI.
TEST_P(ImportCommits, ARankThatIsStoppedDoesNotKeepTheJob) {
  for (const std::string& job :
       {"timeout -k 1 40 mpirun --oversubscribe -n 3 bash rank.sh " + import_, job_}) {
    sql("DELETE FROM t WHERE n >= 0");
    const Result result = run_while_committing(job, "kill -STOP $(cat pid.1); touch release");
    EXPECT_EQ(result.code, 0) << job << result;
    EXPECT_THAT(result.out, HasSubstr("Imported 30 rows"));
    EXPECT_THAT(without_launchers(result.out),
                EndsWith("another rank has not ended for 2 s: it is stopped, and the job ends "
                         "without it; the result above still holds\n"));
    EXPECT_EQ(sql("SELECT count(*) FROM t"), "31\n");
  }
}

/// mpirun then stops the root as Ctrl-C would.
TEST_P(ImportCommits, ARankThatIsKilledIsNamed) {
  const Result result = run_while_committing(job_, "kill -KILL $(cat pid.1)");
  EXPECT_EQ(result.code, 1) << result;
  EXPECT_THAT(result.out, HasSubstr("error: a rank was killed: Killed"));
  expect_untouched();
}

DBMIG_ON_EACH_DATABASE(ImportJobs);
INSTANTIATE_TEST_SUITE_P(Databases, ImportStarts, testing::Values(DialectKind::sqlite),
                         database_name);
INSTANTIATE_TEST_SUITE_P(Databases, ImportEnds, testing::Values(DialectKind::sqlite),
                         database_name);
INSTANTIATE_TEST_SUITE_P(Databases, ImportCommits, testing::Values(DialectKind::sqlite),
                         database_name);

}  // namespace
}  // namespace dbmig::test
