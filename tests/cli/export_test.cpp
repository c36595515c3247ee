// What `dbmig export` writes, `dbmig import FILE` reads back by itself: any format and compression,
// any number of ranks, on either database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ExportedFiles : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (testing::Test::IsSkipped()) return;
    for (const char* table : {"t", "u"}) {
      std::string create = on_mariadb()
                               ? "(id INT PRIMARY KEY, b BLOB, s TEXT, n BIGINT UNSIGNED, d "
                                 "DECIMAL(30,10), f FLOAT, r DOUBLE, m DATETIME(6), j JSON, bits "
                                 "BIT(3), g POINT, y YEAR, made INT AS (id + 1) STORED)"
                               : "(id INTEGER PRIMARY KEY, b BLOB, s TEXT, n BIGINT, d "
                                 "DECIMAL(30,10), f FLOAT, r DOUBLE, m DATETIME, j JSON, bits INT, "
                                 "g TEXT, y INT, made INT AS (id + 1) STORED)";
      client("CREATE TABLE " + std::string(table) + " " + create + ";");
    }
    const std::string point =
        on_mariadb() ? "ST_GeomFromText('POINT(1.5 -2)', 4326)" : "'POINT(1.5 -2)'";
    const std::string largest = on_mariadb() ? "18446744073709551615" : "9223372036854775807";
    const std::string text = on_mariadb()
                                 ? "'a,\"b\"\\t\\\\N ñ😀\\n0x00'"
                                 : "'a,\"b\"' || char(9) || '\\N ñ😀' || char(10) || '0x00'";
    const Result filled = client(
        "INSERT INTO t (id, b, s, n, d, f, r, m, j, bits, g, y) VALUES (1, X'00FF0A', " + text +
        ", " + largest +
        ", 12345.0000000001, 0.1, 0.1, '2024-02-29 12:34:56.789012', '{\"a\": [1, null]}', "
        "5, " +
        point +
        ", 2155), (2, X'', '', 0, 0, -1.5, 1e300, NULL, 'null', 0, NULL, 0), "
        "(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), "
        "(4, X'30783030', 'NULL', 1, -1, 1, 5e-324, '1999-12-31 23:59:59', '[]', 7, NULL, 1901);");
    ASSERT_EQ(filled.code, 0) << filled.out << filled.err;
  }

  std::string rows(const std::string& table) const {
    return sql("SELECT id, hex(b), hex(s), n, d, f, r, m, j, bits + 0, " +
               std::string(on_mariadb() ? "concat(ST_SRID(g), ST_AsText(g))" : "g") +
               ", y, made FROM " + table + " ORDER BY id");
  }
};

TEST_P(ExportedFiles, AreReadBackByTheirNameAlone) {
  const std::string expected = rows("t");
  ASSERT_THAT(expected, HasSubstr("00FF0A"));
  const std::vector<std::string> names = {"u.csv",      "u.tsv",     "u.jsonl",
                                          "u.csv.gz",   "u.tsv.zst", "u.ndjson",
                                          "u.jsonl.gz", "u.csv.zst", "u.ndjson.gz"};
  std::size_t ranks = 0;
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    project.expect(0, {"--url", url, "export", "t", "-o", name});
    std::vector<std::string> import = {"--url", url, "import", name, "--table", "u"};
    // One of three alone, one with two ranks, one with four.
    const char* kRanks[] = {"1", "2", "4"};
    import.insert(import.end(), {"-j", kRanks[ranks++ % 3]});
    EXPECT_THAT(project.expect(0, import).out, HasSubstr("Imported 4 rows"));
    EXPECT_EQ(rows("u"), expected);
    sql("DELETE FROM u");
  }
}

TEST_P(ExportedFiles, SayBesideThemHowTheyAreWritten) {
  const Result exported = project.expect(0, {"--url", url, "export", "t", "-o", "some.csv"});
  EXPECT_THAT(exported.err, HasSubstr("some.csv.yaml describes its format"));
  EXPECT_THAT(
      project.read("some.csv.yaml"),
      AllOf(HasSubstr("format: csv\n"), HasSubstr("binary: hex\n"), HasSubstr("table: \"t\"\n")));
  const std::string expected = rows("t");
  sql("DELETE FROM t");
  // The table, too, is known.
  EXPECT_THAT(project.expect(0, {"--url", url, "import", "some.csv"}).err,
              HasSubstr("is read as described in some.csv.yaml"));
  EXPECT_EQ(rows("t"), expected);
  // What the command line says counts more.
  sql("DELETE FROM t");
  EXPECT_THAT(project.expect(1, {"--url", url, "import", "some.csv", "--binary", "base64"}).err,
              HasSubstr("some.csv:"));
  EXPECT_THAT(project.expect(2, {"--url", url, "import", "some.csv", "--format", "cvs"}).err,
              HasSubstr("'cvs' is not known"));
  // A file that needs none takes an old one away; somebody else's stays.
  project.expect(0,
                 {"--url", url, "export", "--query", "SELECT 1 AS a", "-o", "some.csv", "--force"});
  EXPECT_FALSE(std::filesystem::exists(project.path() / "some.csv.yaml"));
  project.write("some.csv.yaml", "title: mine\n");
  project.expect(0,
                 {"--url", url, "export", "--query", "SELECT 1 AS a", "-o", "some.csv", "--force"});
  EXPECT_EQ(project.read("some.csv.yaml"), "title: mine\n");
  sql("INSERT INTO t (id, b) VALUES (1, X'00')");
  std::filesystem::remove(project.path() / "some.csv");
  EXPECT_THAT(project.expect(4, {"--url", url, "export", "t", "-o", "some.csv"}).err,
              HasSubstr("some.csv.yaml already exists"));
  EXPECT_FALSE(std::filesystem::exists(project.path() / "some.csv"));
}

TEST_P(ExportedFiles, SayTheTimeZoneOfTimestamps) {
  client("CREATE TABLE moments (id INT PRIMARY KEY, at TIMESTAMP);");
  sql("INSERT INTO moments VALUES (1, '2024-07-01 12:00:00')");
  const std::vector<std::string> to_screen = {"--url", url, "export", "moments"};
  const Result printed = project.expect(0, to_screen);
  project.expect(0, {"--url", url, "export", "moments", "-o", "m.csv"});
  const std::string import_m = "moments";
  const auto import = [&](int code, const std::string& file, const std::string& zone) {
    return project.expect(code, {"--url", url, "import", file, "--table", import_m,
                                 "--on-duplicate", "replace", "--time-zone", zone});
  };
  EXPECT_THAT(import(2, "m.csv", "Mars").err,
              HasSubstr("--time-zone 'Mars' is not known; UTC, or the offset from it"));
  for (const char* none : {"+24:00", "-14:00", "+1:00", "+01:60", "0100"}) import(2, "m.csv", none);
  project.write("plain.csv", "id,at\n1,2024-07-01 12:00:00\n");
  if (!on_mariadb()) {  // times are texts
    EXPECT_FALSE(std::filesystem::exists(project.path() / "m.csv.yaml"));
    EXPECT_THAT(import(2, "plain.csv", "+02:00").err, HasSubstr("SQLite stores times as the file"));
    import(0, "plain.csv", "utc");
    // As an export from MariaDB says it: beside a file that says nothing.
    project.write("utc.csv", "id,at\n2,2024-07-01 12:00:00\n");
    project.write("utc.csv.yaml", "dbmig_export:\n  format: csv\n  time_zone: UTC\n");
    project.expect(0, {"--url", url, "import", "utc.csv", "plain.csv", "--table", "moments",
                       "--on-duplicate", "replace"});
    sql("DELETE FROM moments WHERE id = 2");
    EXPECT_EQ(sql("SELECT at FROM moments"), "2024-07-01 12:00:00\n");
    return;
  }
  EXPECT_THAT(printed.err, HasSubstr("`dbmig import` of it needs --time-zone UTC"));
  EXPECT_THAT(project.read("m.csv.yaml"), HasSubstr("time_zone: UTC\n"));
  import(0, "plain.csv", "-03:30");
  EXPECT_EQ(sql("SELECT UNIX_TIMESTAMP(at) - UNIX_TIMESTAMP('2024-07-01 15:30:00') + "
                "TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) FROM moments"),
            "0\n");
  // Two zones at once cannot be.
  EXPECT_THAT(project
                  .expect(2, {"--url", url, "import", "plain.csv", "m.csv", "--table", "moments",
                              "--on-duplicate", "skip"})
                  .err,
              HasSubstr("the files have different time zones"));
}

TEST_P(ExportedFiles, OfAllTablesGoBackTogether) {
  const std::string expected = rows("t");
  project.expect(0, {"--url", url, "export", "--all", "-o", "dump", "--format", "tsv", "--zstd"});
  sql("DELETE FROM t");
  const Result imported =
      shell(dbmig_binary().string() + " --url '" + url + "' import dump/*", project.path());
  EXPECT_EQ(imported.code, 0) << imported.out;
  EXPECT_EQ(rows("t"), expected);
}

TEST_P(ExportedFiles, OfEmptyTablesGoBackInAnyFormat) {
  sql("DELETE FROM t");
  for (const char* format : {"csv", "tsv", "jsonl"}) {
    const std::string folder = std::string("all_") + format;
    project.expect(0, {"--url", url, "export", "--all", "-o", folder, "--format", format});
    const Result imported = shell(
        dbmig_binary().string() + " --url '" + url + "' import " + folder + "/*", project.path());
    EXPECT_EQ(imported.code, 0) << imported.out;
    EXPECT_THAT(imported.out, HasSubstr("Imported 0 rows into 't'"));
  }
}

TEST_P(ExportedFiles, AreWrittenOnceUnderMpirun) {
  const Result exported = shell(
      "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; mpirun "
      "--oversubscribe -n 4 " +
          dbmig_binary().string() + " --url '" + url +
          "' export t -o t.jsonl && mpirun --oversubscribe -n 4 " + dbmig_binary().string() +
          " --url '" + url + "' import t.jsonl --table u",
      project.path());
  EXPECT_EQ(exported.code, 0) << exported.out;
  EXPECT_THAT(exported.out, AllOf(HasSubstr("Imported 4 rows"), Not(HasSubstr("already exists"))));
  EXPECT_EQ(rows("u"), rows("t"));
}

TEST_P(ExportedFiles, InSqlAreTheSameForAnyNumberOfRanks) {
  const std::string expected = rows("t");
  const Result exported = shell(
      "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; dbmig='" +
          dbmig_binary().string() + "'; url='" + url +
          "'; { $dbmig --url \"$url\" export --all -o 1.sql; for n in 2 4; do mpirun "
          "--oversubscribe "
          "-n $n $dbmig --url \"$url\" export --all -o $n.sql; mpirun --oversubscribe -n $n $dbmig "
          "--url \"$url\" export --all --format sql > out$n.sql; done; } 2> log; "
          "sha256sum < 1.sql; for i in 2 4 out2 out4; do sha256sum < $i.sql; done | uniq",
      project.path());
  const std::size_t line = exported.out.find('\n') + 1;
  EXPECT_EQ(exported.out.substr(0, line), exported.out.substr(line)) << project.read("log");
  sql("DELETE FROM t");
  const Result restored = client(project.read("4.sql"));
  EXPECT_EQ(restored.code, 0) << restored.out;
  EXPECT_EQ(rows("t"), expected);
}

TEST_P(ExportedFiles, GoIntoAFolderOrAPipeThatIsThere) {
  const std::string expected = rows("t");
  std::filesystem::create_directory(project.path() / "there");
  project.expect(0, {"--url", url, "export", "t", "-o", "there", "--format", "jsonl"});
  project.expect(0, {"--url", url, "export", "t", "-o", "sql/", "--format", "sql"});
  EXPECT_THAT(project.read("sql/t.sql"), HasSubstr("INSERT INTO"));
  const Result piped =
      shell("mkfifo pipe; cat pipe > read & '" + dbmig_binary().string() + "' --url '" + url +
                "' export t --force -o pipe 2> log; wait; test -p pipe && ls pipe*",
            project.path());
  EXPECT_EQ(piped.out, "pipe\n") << piped.err;
  EXPECT_THAT(project.read("read"), HasSubstr("0x00FF0A"));
  // A device stays one, and a link a link.
  std::filesystem::create_symlink("far.csv", project.path() / "link.csv");
  project.write("far.csv", "old");
  project.expect(0, {"--url", url, "export", "t", "--force", "-o", "/dev/null"});
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  project.expect(0, {"--url", url, "export", "t", "--force", "-o", "link.csv"});
  EXPECT_TRUE(std::filesystem::is_symlink(project.path() / "link.csv"));
  EXPECT_THAT(project.read("far.csv"), HasSubstr("0x00FF0A"));
  // Of a database with one table, too, --all makes a folder.
  sql("DELETE FROM t");
  sql("DROP TABLE u");
  project.expect(0, {"--url", url, "export", "--all", "-o", "dump"});
  EXPECT_TRUE(std::filesystem::exists(project.path() / "dump/t.csv"));
  project.expect(0, {"--url", url, "import", "there/t.jsonl"});
  EXPECT_EQ(rows("t"), expected);
}

TEST_P(ExportedFiles, NeverReplaceADatabase) {
  project.write("in.csv", "id\n1\n");
  shell("sqlite3 kept.db 'CREATE TABLE k (id)'", project.path());
  const std::string before = project.read("kept.db");
  for (const Project::Arguments& command :
       {Project::Arguments{"--url", url, "export", "t", "--force", "-o", "kept.db"},
        Project::Arguments{"--url", url, "export", "t", "--force", "-o", "kept.db-wal"},
        Project::Arguments{"infer", "in.csv", "--force", "-o", "kept.db"},
        Project::Arguments{"--url", url, "inspect", "--force", "-o", "kept.db"}}) {
    EXPECT_THAT(project.expect(4, command).err, HasSubstr("is not overwritten"));
  }
  EXPECT_EQ(project.read("kept.db"), before);
  EXPECT_THAT(project.expect(4, {"infer", "in.csv", "--force", "-o", "in.csv"}).err,
              HasSubstr("the command reads it"));
}

TEST_P(ExportedFiles, OfAQueryWithTwoColumnsOfOneNameAreRefused) {
  EXPECT_THAT(
      project.expect(1, {"--url", url, "export", "--query", "SELECT id, n AS ID FROM t"}).err,
      AllOf(HasSubstr("the query has two columns 'ID'"), HasSubstr("SELECT … AS name")));
}

TEST_P(ExportedFiles, OfOthersAreKnownByTheirEndingAndWhatStandsInThem) {
  project.write("u.tsv", "id\ts\tn\n1\t\\N\t5\n2\ta\\tb\t\\N\n");
  EXPECT_THAT(project.expect(0, {"--url", url, "import", "u.tsv"}).err,
              HasSubstr("u.tsv uses \\N for NULL: reading it as --format tsv"));
  EXPECT_EQ(sql("SELECT id, coalesce(hex(s), 'none'), coalesce(n, 'none') FROM u ORDER BY id"),
            on_mariadb() ? "1|none|5\n2|610962|none\n" : "1||5\n2|610962|none\n");
  // A quote is a character there, also if the mark of NULL is given.
  sql("DELETE FROM u");
  project.write("u.tsv", "id\ts\tn\n1\t\"a\t\\N\n");
  project.expect(0, {"--url", url, "import", "u.tsv", "--null", "\\N"});
  EXPECT_EQ(sql("SELECT s, coalesce(n, 'none') FROM u"), "\"a|none\n");
  // Of a spreadsheet: quotes, and empty fields for NULL.
  sql("DELETE FROM u");
  project.write("u.tsv", "id\ts\tn\n1\t\"C:\\new\"\t\n");
  project.expect(0, {"--url", url, "import", "u.tsv"});
  EXPECT_EQ(sql("SELECT hex(s), coalesce(n, 'none') FROM u"), "433A5C6E6577|none\n");
  sql("DELETE FROM u");
  project.write("u.ndjson", "{\"id\": 7, \"s\": \"x\"}\n");
  project.expect(0, {"--url", url, "import", "u.ndjson"});
  EXPECT_EQ(sql("SELECT id, s FROM u"), "7|x\n");
  project.write("u.ndjson.yaml", "dbmig_export: {fromat: csv}\n");
  EXPECT_THAT(project.expect(1, {"--url", url, "import", "u.ndjson"}).err,
              HasSubstr("u.ndjson.yaml:1:"));
}

DBMIG_ON_EACH_DATABASE(ExportedFiles);

}  // namespace
}  // namespace dbmig::test
