// An import that commits as it goes, killed and resumed: the table and the rejected records end as
// those of an import that nobody disturbed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>

#include "backend/backend.hpp"
#include "cli/harness.hpp"
#include "fault/proxy.hpp"
#include "fault/server.hpp"
#include "fault/way.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"

namespace dbmig::fault {
namespace {

using test::Process;
using test::Result;

/// Tables, files and the command line of an import.
struct Scenario {
  std::string name;
  std::vector<std::string> tables;  ///< their SQL, `{key}` standing for a numbered primary key
  std::vector<std::string> arguments;
  /// What must be as after an undisturbed run; ordered.
  std::vector<std::string> queries;
  std::vector<std::string> rejects;  ///< files
};

constexpr const char* kNumbered = "SELECT id, n, name FROM t ORDER BY id";

std::vector<Scenario> scenarios() {
  const std::string table = "CREATE TABLE t ({key}, n INT UNIQUE, name VARCHAR(40) NOT NULL)";
  std::vector<Scenario> all;
  all.push_back({"plain", {table}, {"rows.csv", "--table", "t"}, {kNumbered}, {}});
  all.push_back({"rejects",
                 {table},
                 {"bad.csv", "twice.csv", "--table", "t", "--on-error", "reject", "--rejects",
                  "rejected.csv"},
                 {kNumbered},
                 {"rejected.csv"}});
  all.push_back({"files",
                 {table, "CREATE TABLE child (n INT, t INT, FOREIGN KEY (t) REFERENCES t (n))"},
                 {"child.csv.gz", "t.csv"},
                 {"SELECT id, n, name FROM t ORDER BY id", "SELECT n, t FROM child ORDER BY n"},
                 {}});
  for (const char* how : {"skip", "update", "replace"}) {
    all.push_back({std::string("duplicates_") + how,
                   {"CREATE TABLE t (n INT PRIMARY KEY, name VARCHAR(40) NOT NULL, other INT)",
                    "INSERT INTO t VALUES (7, 'old', 1), (12, 'old', 2)"},
                   {"twice.csv", "--table", "t", "--on-duplicate", how},
                   {"SELECT n, name, other FROM t ORDER BY n"},
                   {}});
  }
  all.push_back({"circles",
                 {"CREATE TABLE t (n INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES "
                  "t (n))"},
                 {"tree.csv", "--table", "t"},
                 {"SELECT n, parent FROM t ORDER BY n"},
                 {}});
  return all;
}

void write_files(const test::Folder& folder) {
  std::string rows = "n,name\n";
  std::string bad = "n,name\n";
  std::string twice = "n,name\n";
  std::string child = "n,t\n";
  std::string parent = "n,name\n";
  std::string tree = "n,parent\n";
  for (int i = 0; i < 64; ++i) {
    const std::string n = std::to_string(i);
    rows += n + ",\"na\nme " + n + "\"\n";
    bad += (i % 9 == 4 ? "x" : i % 11 == 5 ? std::to_string(i - 1) : n) + ",name " + n + "\n";
    twice += std::to_string(i * 7 % 40) + ",name " + n + "\n";
    child += n + "," + std::to_string(i % 20) + "\n";
    if (i < 20) parent += n + ",parent\n";
    // The first half refers upwards, the second half to rows that come later.
    tree += n + "," + (i == 0 ? "" : std::to_string(i < 32 ? i - 1 : (i + 1) % 64)) + "\n";
  }
  folder.write("rows.csv", rows);
  folder.write("bad.csv", bad);
  folder.write("twice.csv", twice);
  folder.write("t.csv", parent);
  folder.write("tree.csv", tree);
  folder.write("child.csv", child);
  test::shell("gzip -f child.csv", folder.path());
}

/// A scenario on a database of its own.
class ImportGround {
 public:
  ImportGround(Scenario scenario, DialectKind kind, Url server = {})
      : scenario_(std::move(scenario)), kind_(kind), server_(std::move(server)) {
    write_files(folder_);
    url_ = server_;
    if (kind_ == DialectKind::mariadb) {
      url_.database = "dbmig_import_" + std::to_string(::getpid());
    } else {
      url_.database = (folder_.path() / "app.db").string();
    }
  }
  ~ImportGround() {
    if (kind_ != DialectKind::mariadb) return;
    try {
      backend::connect(server_)->execute("DROP DATABASE IF EXISTS " + url_.database);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
  ImportGround(const ImportGround&) = delete;
  ImportGround& operator=(const ImportGround&) = delete;

  /// The tables as they are before.
  void reset() {
    for (const std::string& name : folder_.files(folder_.path())) {
      if (name.starts_with("app.db") || name.starts_with("rejected")) {
        std::filesystem::remove(folder_.path() / name);
      }
    }
    if (kind_ == DialectKind::mariadb) {
      const auto server = backend::connect(server_);
      server->execute("DROP DATABASE IF EXISTS " + url_.database);
      server->execute("CREATE DATABASE " + url_.database);
    }
    const auto connection = backend::connect(url_, {.create = true});
    const std::string key = kind_ == DialectKind::mariadb ? "id INTEGER AUTO_INCREMENT PRIMARY KEY"
                                                          : "id INTEGER PRIMARY KEY AUTOINCREMENT";
    for (std::string sql : scenario_.tables) {
      const std::size_t at = sql.find("{key}");
      if (at != std::string::npos) sql.replace(at, 5, key);
      connection->execute(sql);
    }
  }

  /// `ranks` 0: without mpirun.
  std::vector<std::string> command(int ranks, const std::vector<std::string>& more,
                                   const Url& url) const {
    std::vector<std::string> words;
    if (ranks > 0) words = {"mpirun", "--oversubscribe", "-n", std::to_string(ranks)};
    words.insert(words.end(), {test::dbmig_binary().string(), "import", "--url", to_text(url),
                               "--chunk-size", "300"});
    words.insert(words.end(), scenario_.arguments.begin(), scenario_.arguments.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::vector<std::string> command(int ranks, const std::vector<std::string>& more) const {
    return command(ranks, more, url_);
  }
  Process::Options options() const {
    Process::Options options;
    options.directory = folder_.path();
    for (const char* name : {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"}) {
      options.environment[name] = "1";
    }
    return options;
  }

  /// Everything that is to be as after an undisturbed run.
  std::string outcome() {
    std::string text;
    const auto connection = backend::connect(url_);
    for (const std::string& query : scenario_.queries) {
      for (const auto& row : connection->query(query).rows) {
        for (const auto& value : row) text += value.value_or("NULL") + "|";
        text += "\n";
      }
    }
    for (const std::string& file : scenario_.rejects) text += folder_.read(file);
    return text;
  }

  /// Runs it to its end, as a person does who comes back after the accident.
  Result resume(int ranks) const {
    return test::run(command(ranks, {"--commit-every", "5", "--resume"}), options());
  }
  void expect_nothing_left() const {
    for (const std::string& name : folder_.files(folder_.path())) {
      EXPECT_FALSE(name.ends_with(".tmp")) << name;
    }
  }

  const std::filesystem::path& path() const { return folder_.path(); }
  const Url& url() const { return url_; }

 private:
  static std::string to_text(const Url& url) {
    if (url.parameters.count("socket") == 0) return "sqlite:///" + url.database;
    return "mariadb://root@localhost/" + url.database + "?socket=" + url.parameters.at("socket");
  }

  Scenario scenario_;
  DialectKind kind_;
  Url server_;
  Url url_;
  test::Folder folder_;
};

/// All points with DBMIG_FAULT, few without.
bool thorough() {
  return std::getenv("DBMIG_FAULT") != nullptr;
}

/// Killed at the points that `kill` knows, and resumed: `kill(ranks, n, moment, more)` runs the
/// import with `more` arguments and kills it at point n; false when it ended by itself. `n` 0 never
/// kills, after which `count()` is the number of points.
struct Killer {
  std::function<bool(int ranks, std::size_t n, Moment moment, const std::vector<std::string>& more)>
      kill;
  std::function<std::size_t()> count;
  std::function<void()> after = [] {};
};

void expect_every_end_is_the_same(ImportGround& ground, const Killer& killer, std::size_t points,
                                  const std::string& name) {
  const std::vector<std::string> every = {"--commit-every", "5"};
  ground.reset();
  ASSERT_FALSE(killer.kill(0, 0, Moment::before, every));
  const std::string expected = ground.outcome();
  const std::size_t count = killer.count();
  ASSERT_GT(count, 5U);
  std::mt19937 random(static_cast<unsigned>(count));
  const std::size_t step = thorough() ? 1 : std::max<std::size_t>(1, count / points);
  std::size_t tried = 0;
  for (std::size_t n = 1 + random() % step; n <= count; n += step) {
    const auto moment = static_cast<Moment>(random() % 3);
    ground.reset();
    const bool killed = killer.kill(0, n, moment, every);
    killer.after();
    ++tried;
    // Every third one is killed again on its way.
    if (killed && random() % 3 == 0) {
      killer.kill(0, 1 + random() % count, Moment::before, {"--commit-every", "5", "--resume"});
      killer.after();
    }
    const Result result = ground.resume(tried == 1 ? 2 : 0);
    ASSERT_EQ(result.code, 0) << name << ", killed at " << n << " of " << count << " "
                              << to_string(moment) << "\n"
                              << result;
    ASSERT_EQ(ground.outcome(), expected)
        << name << ", killed at " << n << " of " << count << " " << to_string(moment);
    ground.expect_nothing_left();
  }
  std::printf("%s: killed at %zu of %zu points\n", name.c_str(), tried, count);
}

class ImportOnSqlite : public testing::TestWithParam<Scenario> {};

TEST_P(ImportOnSqlite, IsResumedWhereverItWasKilled) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer wants to be loaded before anything else";
#endif
  ImportGround ground(GetParam(), DialectKind::sqlite);
  const auto kill = [&](int ranks, std::size_t n, Moment moment,
                        const std::vector<std::string>& more) {
    Process::Options options = ground.options();
    options.environment["LD_PRELOAD"] = DBMIG_FAULT_SHIM;
    // The database with its journal, and rejected records.
    options.environment["DBMIG_FAULT_FILE"] =
        (ground.path() / (GetParam().rejects.empty() || n % 2 == 0 ? "app.db" : "")).string();
    options.environment["DBMIG_FAULT_AT"] = std::to_string(n);
    options.environment["DBMIG_FAULT_MOMENT"] = to_string(moment);
    options.environment["DBMIG_FAULT_COUNT"] = (ground.path() / "count").string();
    const Result result = test::run(ground.command(ranks, more), options);
    EXPECT_TRUE(result.signal != 0 || result.code == 0) << result;
    return result.signal == SIGKILL;
  };
  const auto count = [&] {
    std::size_t number = 0;
    std::ifstream(ground.path() / "count") >> number;
    return number;
  };
  expect_every_end_is_the_same(ground, {.kill = kill, .count = count}, 3, GetParam().name);
}

/// Where databases can be made, by a unix socket: the proxy needs one.
std::optional<Url> server_with_socket() {
  std::optional<Url> server = test::mariadb_url();
  if (!server || server->parameters.count("socket") == 0) return std::nullopt;
  server->database.clear();
  return server;
}
constexpr const char* kNoSocket =
    "the proxy needs the server's unix socket in DBMIG_TEST_MARIADB_URL";

class ImportOnMariadb : public testing::TestWithParam<Scenario> {};

/// Kills by `act` at the nth command that goes to the server.
class AtCommand {
 public:
  AtCommand(ImportGround& ground, std::function<void(Process&)> act)
      : ground_(ground),
        act_(std::move(act)),
        socket_(ground.path() / "proxy.sock"),
        proxy_(socket_, ground.url().parameters.at("socket")) {}

  bool kill(int ranks, std::size_t n, Moment moment, const std::vector<std::string>& more) {
    Url by_proxy = ground_.url();
    by_proxy.parameters["socket"] = socket_.string();
    Process* program = nullptr;
    if (n == 0) {
      proxy_.watch();
    } else {
      proxy_.arm(n, moment, [&] { act_(*program); });
    }
    Process own(ground_.command(ranks, more, by_proxy), ground_.options());
    program = &own;
    const Result result = own.wait();
    EXPECT_TRUE(proxy_.struck() || result.code == 0) << result;
    return proxy_.struck();
  }
  std::size_t count() const { return proxy_.count(); }

 private:
  ImportGround& ground_;
  std::function<void(Process&)> act_;
  std::filesystem::path socket_;
  Proxy proxy_;
};

TEST_P(ImportOnMariadb, IsResumedWhereverItWasKilled) {
  const auto server = server_with_socket();
  if (!server) GTEST_SKIP() << kNoSocket;
  ImportGround ground(GetParam(), DialectKind::mariadb, *server);
  ground.reset();
  AtCommand way(ground, [](Process& program) { program.send(SIGKILL); });
  const auto kill = [&](int ranks, std::size_t n, Moment moment,
                        const std::vector<std::string>& more) {
    return way.kill(ranks, n, moment, more);
  };
  expect_every_end_is_the_same(ground, {.kill = kill, .count = [&] { return way.count(); }}, 4,
                               GetParam().name);
}

std::string name_of_scenario(const testing::TestParamInfo<Scenario>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ImportOnSqlite, testing::ValuesIn(scenarios()),
                         name_of_scenario);
INSTANTIATE_TEST_SUITE_P(Scenarios, ImportOnMariadb, testing::ValuesIn(scenarios()),
                         name_of_scenario);

TEST(ImportItsServer, MayBeKilledAtAnyMoment) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const Server server;
  ImportGround ground(scenarios().front(), DialectKind::mariadb, server.url());
  ground.reset();
  AtCommand way(ground, [&](Process&) { server.kill(); });
  bool struck = false;
  const auto kill = [&](int ranks, std::size_t n, Moment moment,
                        const std::vector<std::string>& more) {
    return struck = way.kill(ranks, n, moment, more);
  };
  expect_every_end_is_the_same(ground,
                               {.kill = kill,
                                .count = [&] { return way.count(); },
                                .after =
                                    [&] {
                                      if (std::exchange(struck, false)) server.start();
                                    }},
                               2, "server");
}

/// Several writers: all rows or none, whatever is killed when, and nothing left that holds locks.
class WritersGround {
 public:
  explicit WritersGround(const Url& server)
      : ground_({"writers",
                 {"CREATE TABLE t (n INT PRIMARY KEY, name VARCHAR(40) NOT NULL)"},
                 {"rows.csv", "--table", "t"},
                 {"SELECT count(*) FROM t"},
                 {}},
                DialectKind::mariadb, server) {}

  /// At the end of the import everything is a different case; before, one row is as another.
  std::vector<std::size_t> points(std::size_t count) const {
    std::vector<std::size_t> all;
    const std::size_t close = thorough() ? 40 : 14;
    std::mt19937 random(static_cast<unsigned>(count));
    for (std::size_t n = 1; n <= count; ++n) {
      if (n + close > count || random() % (thorough() ? 4 : 40) == 0) all.push_back(n);
    }
    return all;
  }

  void expect_all_or_nothing(const std::string& where) {
    const Result recovered =
        test::run({test::dbmig_binary().string(), "import", "--recover", "--url",
                   "mariadb://root@localhost/" + ground_.url().database +
                       "?socket=" + ground_.url().parameters.at("socket")},
                  ground_.options());
    ASSERT_EQ(recovered.code, 0) << recovered << where;
    const std::string rows = ground_.outcome();
    ASSERT_TRUE(rows == "0|\n" || rows == "64|\n") << rows << where;
    ++(rows == "0|\n" ? nothing_ : all_);
    const auto connection = backend::connect(ground_.url());
    for (const auto& row : connection->query("XA RECOVER").rows) {
      ASSERT_FALSE(row.at(3).value_or("").starts_with("dbmig-")) << where;
    }
    // Whatever it was, the table is free.
    connection->execute("DELETE FROM t");
    ASSERT_EQ(test::run(ground_.command(0, {"--writers", "3"}), ground_.options()).code, 0);
    ASSERT_EQ(ground_.outcome(), "64|\n") << where;
  }

  ImportGround& ground() { return ground_; }
  std::size_t nothing() const { return nothing_; }
  std::size_t all() const { return all_; }

 private:
  ImportGround ground_;
  std::size_t nothing_ = 0;
  std::size_t all_ = 0;
};

/// `step`: how many moments further the next try is.
void besiege_writers(const Url& server_url, const std::function<void(Process&)>& act,
                     const std::function<void()>& after, std::size_t step = 1) {
  WritersGround writers(server_url);
  ImportGround& ground = writers.ground();
  ground.reset();
  AtCommand way(ground, act);
  const std::vector<std::string> more = {"--writers", "3"};
  ASSERT_FALSE(way.kill(0, 0, Moment::before, more));
  std::mt19937 random(3);
  std::size_t index = 0;
  for (const std::size_t n : writers.points(way.count())) {
    if (index++ % step != 0) continue;
    const auto moment = static_cast<Moment>(random() % 3);
    ground.reset();
    if (way.kill(0, n, moment, more)) after();
    ASSERT_NO_FATAL_FAILURE(writers.expect_all_or_nothing("killed at " + std::to_string(n) + " " +
                                                          std::string(to_string(moment))));
  }
  EXPECT_GT(writers.nothing() + writers.all(), 0U);
  if (step == 1) {
    EXPECT_GT(writers.nothing(), 0U);
    EXPECT_GT(writers.all(), 0U);
  }
  std::printf("writers: %zu ended with nothing, %zu with all\n", writers.nothing(), writers.all());
}

TEST(ImportOfSeveralWriters, IsAllOrNothingWheneverItIsKilled) {
  const auto server = server_with_socket();
  if (!server) GTEST_SKIP() << kNoSocket;
  besiege_writers(
      *server, [](Process& program) { program.send(SIGKILL); }, [] {});
}

TEST(ImportItsServer, MayBeKilledWhileSeveralWritersCommit) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const Server server;
  constexpr std::size_t kStep = 6;  // a restart takes seconds
  besiege_writers(
      server.url(), [&](Process&) { server.kill(); }, [&] { server.start(); },
      thorough() ? 1 : kStep);
}

/// A rank or the root of a job, at some moment.
TEST(ImportJob, IsResumedWithAnotherNumberOfRanks) {
  Scenario scenario = scenarios().front();
  ImportGround ground(scenario, DialectKind::sqlite);
  std::string rows = "n,name\n";
  for (int i = 0; i < 20000; ++i) rows += std::to_string(i) + ",name\n";
  std::ofstream(ground.path() / "rows.csv") << rows;
  ground.reset();
  const std::vector<std::string> every = {"--commit-every", "200"};
  ASSERT_EQ(test::run(ground.command(0, every), ground.options()).code, 0);
  const std::string expected = ground.outcome();
  std::mt19937 random(7);
  std::size_t interrupted = 0;
  const std::uint64_t tries = thorough() ? 60 : 2;
  for (std::uint64_t i = 0; i < tries; ++i) {
    ground.reset();
    const std::size_t ranks = std::vector<std::size_t>{2, 1, 4, 3}[i % 4];
    // The ranks write down who they are; one of them is killed a little later.
    std::ofstream(ground.path() / "rank.sh")
        << "echo $$ > pid.$OMPI_COMM_WORLD_RANK\nexec \"$@\"\n";
    std::string words;
    for (const std::string& word : ground.command(0, every)) words += " '" + word + "'";
    const std::string script =
        "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\nrm -f pid.*\n"
        "timeout 60 mpirun --oversubscribe -n " +
        std::to_string(ranks) + " bash rank.sh" + words +
        " > job.log 2>&1 &\n"
        "while [ ! -f pid." +
        std::to_string(random() % ranks) +
        " ]; do sleep 0.01; done\n"
        "sleep 0." +
        std::to_string(200 + random() % 500) + "; kill -9 $(cat pid." +
        std::to_string(random() % ranks) + ") 2>/dev/null\nwait %1\nexit $?\n";
    const Result killed = test::shell(script, ground.path());
    if (killed.code != 0) ++interrupted;
    std::vector<std::string> resumed = every;
    resumed.emplace_back("--resume");
    const Result result =
        test::run(ground.command(static_cast<int>((ranks + i) % 4), resumed), ground.options());
    ASSERT_EQ(result.code, 0) << result;
    ASSERT_EQ(ground.outcome(), expected) << "try " << i;
  }
  std::printf("%zu of %zu jobs were interrupted\n", interrupted, static_cast<std::size_t>(tries));
}

}  // namespace
}  // namespace dbmig::fault
