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

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// A job of MPI that has not ended after this long hangs.
constexpr const char* kTimeLimit = "60";
/// `timeout`'s exit code when the time is over.
constexpr int kTimedOut = 124;

class Import : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1";
    project.environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
    sql(on_mariadb() ? "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, n INT UNIQUE, "
                       "name VARCHAR(40) NOT NULL, price DECIMAL(10,2), day DATE)"
                     : "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT UNIQUE, "
                       "name VARCHAR(40) NOT NULL, price DECIMAL(10,2), day DATE)");
    sql("INSERT INTO t (n, name) VALUES (-1, 'was here')");
  }

  /// The command line of `dbmig import` on `ranks` ranks.
  std::vector<std::string> command(int ranks, std::vector<std::string> arguments) const {
    std::vector<std::string> words = {"timeout", "-k", "5", kTimeLimit};
    if (ranks > 0) {
      words.insert(words.end(), {"mpirun", "--oversubscribe", "-n", std::to_string(ranks)});
    }
    words.insert(words.end(), {dbmig_binary().string(), "import", "--url", url});
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  /// Another database than the test's.
  Result import_into(const std::string& other, int ranks, std::vector<std::string> arguments) {
    const std::string own = std::exchange(url, other);
    Result result = import(ranks, std::move(arguments));
    url = own;
    return result;
  }

  /// `launcher dbmig import … arguments` that is sent `signal` when it has read what there is of a
  /// pipe that stays open.
  Result interrupt(const std::string& launcher, const std::string& arguments,
                   const std::string& signal) const {
    const std::string as_root =
        launcher.empty() ? ""
                         : "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n";
    return shell(as_root +
                     "mkfifo feed\n"
                     "(printf 'n,name\\n'; seq 20000 | sed 's/$/,name/'; touch fed; "
                     " while [ ! -f done ]; do sleep 0.05; done) > feed &\n" +
                     launcher + ' ' + dbmig_binary().string() +
                     " import feed --table t --chunk-size 2000 " + arguments + " --url '" + url +
                     "' &\n"
                     "job=$!\n"
                     "while [ ! -f fed ]; do sleep 0.05; done\n"
                     "sleep 0.5; kill -" +
                     signal +
                     " $job; wait $job; code=$?\n"
                     "touch done; exit $code\n",
                 project.path());
  }

  Result import(int ranks, std::vector<std::string> arguments) const {
    return run(command(ranks, std::move(arguments)), project.options());
  }

  /// `rows` rows, quoted, with line ends inside and texts of several lengths; the number of the
  /// line at which the last one starts.
  std::size_t write_rows(const std::string& name, int rows, const std::string& last = {}) const {
    std::string csv = "n,name,price,day\n";
    for (int i = 0; i < rows; ++i) {
      csv += std::to_string(i) + ",\"na,me\n" + std::to_string(i * 7) + "\"," +
             std::to_string(i % 1000) + ".5" + std::to_string(i % 10) + "," +
             (i % 3 == 0 ? "" : "2024-02-29") + "\n";
    }
    project.write(name, csv + last);
    return 2 + 2 * static_cast<std::size_t>(rows);
  }

  void expect_untouched() const { EXPECT_EQ(sql("SELECT n, name FROM t"), "-1|was here\n"); }

  std::string checksum() const {
    const std::string line = "CONCAT_WS('|', id, n, name, price, day)";
    if (on_mariadb()) return sql("SELECT MD5(GROUP_CONCAT(" + line + " ORDER BY id)) FROM t");
    return sql("SELECT id, n, name, price, day FROM t ORDER BY id");
  }
};

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

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

/// What dbmig cannot keep mpirun from saying, cut off: Open MPI 5 when a rank ends the job; and now
/// and then libevent in mpirun when a rank closes its end of a pipe at that moment.
std::string without_launchers(const std::string& screen) {
  std::string text = screen;
  const std::size_t said = text.find("prterun has exited due to process rank");
  if (said != std::string::npos) text.erase(text.rfind("\n---", said) + 1);
  constexpr std::string_view kLibevent = "[warn] Epoll ";
  for (std::size_t at = text.find(kLibevent); at != std::string::npos; at = text.find(kLibevent)) {
    text.erase(at, text.find('\n', at) + 1 - at);
  }
  return text;
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
/// shell: `$rank` is the rank, "$@" what it shall run.
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
  EXPECT_THAT(limited.out,
              EndsWith("DBMIG_RANK_TIMEOUT=SECONDS to wait longer, 0 to wait forever\n"));
  expect_ended(limited);
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

/// Which database it is makes no difference, and it takes ten seconds.
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
DBMIG_ON_EACH_DATABASE(ImportJobs);
DBMIG_ON_EACH_DATABASE(ImportStarts);
INSTANTIATE_TEST_SUITE_P(Databases, ImportEnds, testing::Values(DialectKind::sqlite),
                         database_name);
INSTANTIATE_TEST_SUITE_P(Databases, ImportCommits, testing::Values(DialectKind::sqlite),
                         database_name);

}  // namespace
}  // namespace dbmig::test
