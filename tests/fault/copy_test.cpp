// A copy whose server is killed, whose target's disk is full, or that is interrupted: the target is
// empty or as it was before, or --resume finishes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "cli/harness.hpp"
#include "fault/server.hpp"
#include "support/mariadb.hpp"

namespace dbmig::fault {
namespace {

using test::Process;
using test::Result;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Matcher;
using ::testing::Not;

/// 30,000 rows in a table and its child; another one has no key.
constexpr const char* kRows =
    "CREATE TABLE user (id INTEGER PRIMARY KEY, email VARCHAR(60) UNIQUE, score DOUBLE);"
    "CREATE TABLE post (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES user (id), "
    "body TEXT);"
    "CREATE TABLE log (post INTEGER);"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
    "INSERT INTO user SELECT i, 'u' || i || '@example.org', i / 7.0 FROM n;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
    "INSERT INTO post SELECT i, 1 + i % 10000, 'text ñ😀 ' || i FROM n;"
    "INSERT INTO log SELECT id FROM post WHERE id % 4 = 0;";

class CopyPlace {
 public:
  CopyPlace() {
    folder.write("app.sql", kRows);
    EXPECT_EQ(test::shell("sqlite3 app.db < app.sql", folder.path()).code, 0);
  }

  static std::vector<std::string> command(const std::string& from, const std::string& to, int ranks,
                                          const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {test::dbmig_binary(), "copy", from, to};
    if (ranks > 1) words.insert(words.end(), {"-j", std::to_string(ranks)});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Process::Options options() const {
    return {folder.path(),
            {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
             {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
             {"OMPI_MCA_rmaps_base_oversubscribe", "1"}},
            {}};
  }
  Result copy(const std::string& from, const std::string& to, int ranks,
              const std::vector<std::string>& more = {}) const {
    return test::run(command(from, to, ranks, more), options());
  }
  /// The same command, or with --resume where the rows are there already; both sides are the same
  /// then.
  void expect_copied_after_all(const std::string& from, const std::string& to, int ranks) const {
    Result again = copy(from, to, ranks);
    if (again.code == 4) {
      EXPECT_THAT(again.err, HasSubstr("--resume"));
      again = copy(from, to, ranks, {"--resume"});
    }
    EXPECT_EQ(again.code, 0) << again.out << again.err;
    const Result same = test::run({test::dbmig_binary(), "diff", "--data", from, to}, options());
    EXPECT_EQ(same.code, 0) << same.out << same.err;
    EXPECT_THAT(same.out, HasSubstr("20000 rows"));
  }

  test::Folder folder;
};

/// Rows of the tables that are there, "" for none.
std::string rows_on(const Url& url) {
  const auto database = backend::connect(url);
  std::string found;
  for (const auto& table : database->query("SHOW TABLES").rows) {
    const std::string name = table.at(0).value_or("");
    if (name == "dbmig_copy") continue;
    found += database->query("SELECT count(*) FROM `" + name + "`").rows.at(0).at(0).value_or("");
    found += " ";
  }
  return found;
}

void expect_one_clear_sentence(const Result& killed, const char* side) {
  EXPECT_EQ(killed.code, 1) << killed.out;
  EXPECT_THAT(killed.err, HasSubstr(std::string("error: the connection to ") + side + " was lost"));
  EXPECT_THAT(killed.err, HasSubstr("run the command again"));
  EXPECT_THAT(killed.err, Not(HasSubstr("MariaDB error 0")));
  EXPECT_THAT(killed.err, Not(HasSubstr("WARN")));
}

TEST(CopyItsServer, MayBeKilledWhereTheRowsGo) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const Server server;
  const CopyPlace place;
  Url url = server.url();
  for (const int ranks : {1, 2}) {
    for (const char* moment : {"[dbmig.database]", "'user': 10000 rows", "'log': 5000 rows"}) {
      SCOPED_TRACE(std::string(moment) + ", ranks: " + std::to_string(ranks));
      backend::connect(server.url())->execute("CREATE OR REPLACE DATABASE shop");
      url.database = "shop";
      Process process(CopyPlace::command("sqlite:///app.db", url.redacted(), ranks),
                      place.options());
      ASSERT_TRUE(process.wait_for_stderr(moment));
      server.kill();
      const Result killed = process.wait();
      server.start();
      // Right after the first moment the connection is being made, or asked its first questions.
      const bool was_lost =
          killed.err.find("error: the connection to the target was lost") != std::string::npos;
      if (std::string(moment) == "[dbmig.database]" && killed.code != 0 && !was_lost) {
        EXPECT_EQ(killed.code, 1) << killed.err;
        EXPECT_THAT(killed.err, AllOf(HasSubstr("error: "), HasSubstr("(MariaDB error 20")));
      } else if (killed.code != 0) {
        expect_one_clear_sentence(killed, "the target");
      }
      EXPECT_THAT(rows_on(url), AnyOf("", "0 ", "0 0 ", "0 0 0 ", "5000 20000 10000 "));
      place.expect_copied_after_all("sqlite:///app.db", url.redacted(), ranks);
    }
  }
}

TEST(CopyItsServer, MayBeKilledWhereTheRowsComeFrom) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const Server server;
  const CopyPlace place;
  Url url = server.url();
  backend::connect(url)->execute("CREATE DATABASE shop CHARACTER SET utf8mb4");
  url.database = "shop";
  ASSERT_EQ(place.copy("sqlite:///app.db", url.redacted(), 1).code, 0);
  for (const int ranks : {1, 2}) {
    for (const char* moment : {"[dbmig.database]", "'user': 10000 rows"}) {
      SCOPED_TRACE(std::string(moment) + ", ranks: " + std::to_string(ranks));
      const std::filesystem::path back = place.folder.path() / "back.db";
      std::filesystem::remove(back);
      Process process(CopyPlace::command(url.redacted(), "sqlite:///back.db", ranks),
                      place.options());
      ASSERT_TRUE(process.wait_for_stderr(moment));
      server.kill();
      const Result killed = process.wait();
      server.start();
      if (killed.code != 0) {
        expect_one_clear_sentence(killed, "the source");
        EXPECT_FALSE(std::filesystem::exists(back));
      }
      place.expect_copied_after_all(url.redacted(), "sqlite:///back.db", ranks);
    }
  }
}

/// What a TIMESTAMP is does not depend on the time zones of the servers that it passes.
TEST(CopyItsServer, MayHaveAnotherTimeZone) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const Server server;
  const CopyPlace place;
  Url from = server.url();
  Url to = server.url();
  Url back = server.url();
  const auto zone = [&](const std::string& name) {
    backend::connect(server.url())->execute("SET GLOBAL time_zone = '" + name + "'");
  };
  zone("-03:30");
  for (const auto& [url, name] :
       {std::pair(&from, "a"), std::pair(&to, "b"), std::pair(&back, "c")}) {
    backend::connect(server.url())->execute(std::string("CREATE DATABASE ") + name);
    url->database = name;
  }
  const auto moments = [](const Url& url) {
    const auto database = backend::connect(url);
    database->execute("SET time_zone = '+00:00'");
    std::string out;
    for (const auto& row : database->query("SELECT at, local FROM m ORDER BY id").rows) {
      out += row[0].value_or("NULL") + "|" + row[1].value_or("NULL") + "\n";
    }
    return out;
  };
  {
    const auto source = backend::connect(from);
    source->execute("CREATE TABLE m (id INT PRIMARY KEY, at TIMESTAMP(3) NULL, local DATETIME)");
    source->execute("SET time_zone = '+00:00'");
    source->execute(
        "INSERT INTO m VALUES (1, '2024-10-27 00:30:00.5', '2024-10-27 02:30:00'), (2, "
        "'2038-01-19 03:14:07.999', NULL), (3, NULL, NULL)");
  }
  const std::string expected =
      "2024-10-27 00:30:00.500|2024-10-27 02:30:00\n2038-01-19 03:14:07.999|NULL\nNULL|NULL\n";
  ASSERT_EQ(moments(from), expected);
  for (const int ranks : {1, 2}) {
    const std::string file = "m" + std::to_string(ranks) + ".db";
    const Result copied = place.copy(from.redacted(), "sqlite:///" + file, ranks);
    EXPECT_EQ(copied.code, 0) << copied.err;
    EXPECT_THAT(copied.err, HasSubstr("'m.at': TIMESTAMP values are in UTC on SQLite"));
    EXPECT_EQ(test::shell("sqlite3 " + file + " 'SELECT at, local FROM m WHERE id = 1'",
                          place.folder.path())
                  .out,
              "2024-10-27 00:30:00.500|2024-10-27 02:30:00\n");
  }
  EXPECT_EQ(place.copy(from.redacted(), to.redacted(), 2).code, 0);
  const auto dbmig = [&](std::vector<std::string> words) {
    words.insert(words.begin(), test::dbmig_binary());
    return test::run(words, place.options());
  };
  for (const char* file : {"m.sql", "m.csv", "m.tsv.gz", "m.jsonl"}) {
    EXPECT_EQ(dbmig({"--url", from.redacted(), "export", "m", "-o", file}).code, 0);
  }
  zone("+05:45");
  // The file beside each says the zone. Two writers are two connections.
  const std::vector<std::vector<std::string>> imports = {
      {"m.csv"}, {"m.tsv.gz", "--writers", "2"}, {"m.jsonl", "-j", "2"}};
  for (std::vector<std::string> words : imports) {
    SCOPED_TRACE(words.front());
    backend::connect(to)->execute("DELETE FROM m");
    words.insert(words.begin(), {"--url", to.redacted(), "import"});
    const Result imported = dbmig(words);
    EXPECT_EQ(imported.code, 0) << imported.err;
    EXPECT_EQ(moments(to), expected);
  }
  EXPECT_EQ(place.copy("sqlite:///m2.db", back.redacted(), 1).code, 0);
  EXPECT_EQ(moments(to), expected);
  EXPECT_EQ(moments(back), expected);
  EXPECT_EQ(dbmig({"diff", "--data", "sqlite:///m2.db", back.redacted(), "-j", "2"}).code, 0);
  EXPECT_THAT(place.folder.read("m.sql"), testing::AllOf(HasSubstr("SET time_zone = '+00:00';"),
                                                         HasSubstr("'2024-10-27 00:30:00.500'")));
}

TEST(Copy, ToAFullDiskLeavesNothing) {
  if (test::shell("unshare --mount true", "/").code != 0) {
    GTEST_SKIP() << "needs the right to mount a file system";
  }
  const CopyPlace place;
  for (const char* ranks : {"", " -j 2"}) {
    const Result full = test::shell(
        "unshare --mount bash -c 'mkdir -p disk; mount -t tmpfs -o size=700k tmpfs disk; export "
        "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
        "OMPI_MCA_rmaps_base_oversubscribe=1; " +
            test::dbmig_binary().string() + " copy sqlite:///app.db sqlite:///disk/copy.db" +
            ranks + "; echo exit $?; ls disk; echo end'",
        place.folder.path());
    EXPECT_THAT(full.out, HasSubstr("exit 1\nend\n"));
    EXPECT_THAT(full.out, HasSubstr("disk is full"));
  }
}

/// A server whose whole folder is a file system that has 30 MB left when it runs, which the rows do
/// not fit into; afterwards there is room.
constexpr const char* kServerOnASmallDisk = R"(
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
mkdir -p disk && mount -t tmpfs -o size=600m tmpfs disk || exit 9
"$SERVER" start "$PWD/disk/srv" --innodb-log-file-size=8M --innodb-buffer-pool-size=16M || exit 9
trap '"$SERVER" stop "$PWD/disk/srv"' EXIT
url="mariadb://root@localhost/shop?socket=$PWD/disk/srv/mariadb.sock"
client() { mariadb --no-defaults -uroot --socket="$PWD/disk/srv/mariadb.sock" "$@"; }
client -e 'CREATE DATABASE shop CHARACTER SET utf8mb4'
used=$(df --output=used disk | tail -1)
mount -o remount,size=$((used + 30000))k disk
for ranks in '' '-j 2'; do
  "$DBMIG" copy sqlite:///large.db "$url" $ranks
  echo "exit $?, tables: $(client -N shop -e 'SHOW TABLES' | xargs), end"
done
mount -o remount,size=600m disk
"$DBMIG" copy sqlite:///large.db "$url"
echo "then exit $?"
)";

TEST(CopyItsServer, MayHaveAFullDisk) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  if (test::shell("unshare --mount true", "/").code != 0) {
    GTEST_SKIP() << "needs the right to mount a file system";
  }
  const CopyPlace place;
  place.folder.write("on_disk.sh", kServerOnASmallDisk);
  place.folder.write("large.sql",
                     "CREATE TABLE small (id INTEGER PRIMARY KEY); INSERT INTO small VALUES (1);"
                     "CREATE TABLE post (id INTEGER PRIMARY KEY, body TEXT);"
                     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                     "100000) INSERT INTO post SELECT i, hex(randomblob(300)) FROM n;");
  const Result ended =
      test::shell("sqlite3 large.db < large.sql; SERVER='" + server_script() + "' DBMIG='" +
                      test::dbmig_binary().string() + "' unshare --mount bash on_disk.sh 2>errors",
                  place.folder.path());
  const std::string errors = place.folder.read("errors");
  const std::string nothing = "exit 1, tables: , end\n";
  EXPECT_THAT(ended.out, testing::StartsWith(nothing + nothing)) << errors;
  EXPECT_THAT(ended.out, HasSubstr("100000 rows"));
  EXPECT_THAT(ended.out, testing::EndsWith("then exit 0\n"));
  EXPECT_THAT(errors, HasSubstr("free space on the server's disk"));
  EXPECT_THAT(errors, testing::ContainsRegex("disk is full|is full|No space left"));
  EXPECT_THAT(errors, Not(HasSubstr("Unknown error")));
}

TEST(Copy, ThatIsInterruptedLeavesNothing) {
  const CopyPlace place;
  for (const int ranks : {1, 2}) {
    Process process(CopyPlace::command("sqlite:///app.db", "sqlite:///copy.db", ranks),
                    place.options());
    ASSERT_TRUE(process.wait_for_stderr("'user': 10000 rows"));
    process.send(SIGINT);
    const Result ended = process.wait();
    if (ended.code != 0) {
      EXPECT_EQ(ended.code, 130) << ended.err;
      // mpirun may end a root whose rows are all there already, before it says so.
      const Result rows = test::shell(
          "test ! -e copy.db || sqlite3 copy.db 'SELECT count(*) FROM post'", place.folder.path());
      EXPECT_THAT(rows.out, ranks == 1 ? Matcher<std::string>("") : AnyOf("", "20000\n"));
    }
    place.expect_copied_after_all("sqlite:///app.db", "sqlite:///copy.db", ranks);
    std::filesystem::remove(place.folder.path() / "copy.db");
  }
}

}  // namespace
}  // namespace dbmig::fault
