// The scripts of `--sql`, fed to the databases' own clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Script : public OnEachDatabase {
 protected:
  /// A revision file whose SQL stands there as it is.
  void revision(const std::string& id, const std::string& parent,
                const std::vector<std::string>& operations) const {
    std::string yaml = "revision: " + id + "\nparents: [" + parent + "]\nmessage: " + id +
                       "\ncreated: 2026-01-01\nupgrade:\n";
    for (const std::string& operation : operations) yaml += "  - " + operation + "\n";
    project.write("migrations/2026-01-01_" + id + "_x.yaml", yaml);
  }
  static std::string execute(const std::string& sql) {
    return "execute: " + nlohmann::json(sql).dump();
  }
  std::string script(const std::string& range = "head") const {
    return project.expect(0, {"upgrade", range, "--sql"}).out;
  }
  /// All that the statements of these tests can change.
  std::string content() const {
    std::string out;
    const std::string names =
        on_mariadb() ? sql("SELECT table_name FROM information_schema.tables WHERE table_schema = "
                           "DATABASE() ORDER BY 1")
                     : sql("SELECT name FROM sqlite_master WHERE type <> 'index' ORDER BY 1");
    out += names;
    if (names.find("t\n") != std::string::npos) out += sql("SELECT id, hex(s) FROM t ORDER BY id");
    if (names.find("dbmig_revisions") != std::string::npos) {
      out += sql("SELECT id, checksum, hex(text) FROM dbmig_revisions ORDER BY id");
    }
    return out;
  }
  void start_anew() const {
    if (!on_mariadb()) {
      std::filesystem::remove(project.path() / "app.db");
      return;
    }
    const std::string tables =
        sql("SELECT table_name FROM information_schema.tables WHERE "
            "table_schema = DATABASE() ORDER BY 1");
    std::string drops;
    for (const std::string& name : text::split(tables, '\n')) {
      if (!name.empty()) drops += "DROP TABLE " + name + ";";
    }
    if (!drops.empty()) sql(drops);
  }

  static constexpr const char* kTable =
      "create_table: {t: {columns: {id: integer, s: text}, primary_key: [id]}}";
};

/// Statements that are hard to read line by line.
class HardStatements {
 public:
  HardStatements(std::uint64_t seed, bool mariadb) : random_(seed), mariadb_(mariadb) {}

  std::string next() {
    const std::string id = std::to_string(++count_);
    std::string sql;
    switch (random_.below(mariadb_ ? 6 : 5)) {
      case 0:
        sql = join({"UPDATE", "t", "SET", "s", "=", literal(), "WHERE", "id", ">", "0"});
        break;
      case 1:  // lines of a slash and of a word that clients know
        sql = "INSERT INTO t SELECT " + std::to_string(count_ * 10) + "\n" + padded("/") +
              "10, s FROM (SELECT " + literal() + " AS s) AS\n" + padded(clients_word());
        break;
      case 2:
        sql = join({"DELETE", "FROM", "t", "WHERE", "s", "=", literal()});
        break;
      case 3:
        sql = trigger();
        break;
      case 4:
        sql = join({"INSERT", "INTO", "t", "(", "id", ",", "s", ")", "VALUES", "(", id, ",",
                    literal(), ")"});
        break;
      default:
        sql = "BEGIN NOT ATOMIC\nDECLARE x text DEFAULT " + literal() + ";" + gap() +
              "IF x <> 'a' THEN" + gap() + "UPDATE t SET s = x WHERE id = 1;" + gap() +
              "END IF;\nEND";
    }
    return sql + ending();
  }

 private:
  std::string join(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : gap()) + word;
    return out;
  }

  std::string trigger() {
    const std::string name = "tr" + std::to_string(count_);
    if (mariadb_) {
      return "CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN" + gap() +
             "SET NEW.s = CONCAT(NEW.s, " + literal() + ");" + gap() +
             "SET NEW.id = CASE WHEN 1 "
             "THEN NEW.id ELSE 0 END;" +
             gap() + "END";
    }
    std::string value = literal();
    // What the shell drops at the ends of lines cannot be written in a trigger.
    value = text::replace_all(value, "\r", "");
    return "CREATE TRIGGER " + name + " AFTER INSERT ON t BEGIN" + gap() +
           "UPDATE t SET s = s || " + value + " WHERE id = NEW.id;" + gap() +
           "UPDATE t SET id = CASE WHEN 1 THEN id ELSE 0 "
           "END;" +
           gap() + "END";
  }

  std::string clients_word() {
    return random_.pick(std::vector<std::string>{"go", "GO", "Go", "quit_", "delimiter", "help",
                                                 "status", "clear", "source"});
  }
  std::string padded(const std::string& word) {
    return random_.pick(std::vector<std::string>{"", " ", "\t"}) + word +
           random_.pick(std::vector<std::string>{"\n", " \n", " -- x\n", " /* */\n", "\r\n"});
  }

  std::string literal() {
    static const std::vector<std::string> kParts = {";",
                                                    ";\n",
                                                    "--",
                                                    "-- ",
                                                    "/*",
                                                    "*/",
                                                    "#",
                                                    "\n",
                                                    "\r\n",
                                                    "\r",
                                                    "\n.quit\n",
                                                    "\ngo\n",
                                                    "\n/\n",
                                                    "$$",
                                                    "\"",
                                                    "`",
                                                    "''",
                                                    "é😀",
                                                    "\ndelimiter //\n",
                                                    "DELIMITER ;",
                                                    "\nGO",
                                                    "\\\\",
                                                    "x",
                                                    "''''",
                                                    "\n\n",
                                                    "[",
                                                    "]",
                                                    "\t",
                                                    "COMMIT;\n",
                                                    "\nEND;\n",
                                                    "/*!",
                                                    "$$$",
                                                    "\\\\g",
                                                    "\nsystem echo\n",
                                                    ":x",
                                                    "?",
                                                    "\n\\\\.",
                                                    "{",
                                                    "%"};
    std::string out = "'";
    const std::size_t count = random_.below(5);
    for (std::size_t i = 0; i < count; ++i) out += random_.pick(kParts);
    return out + "'";
  }

  std::string gap() {
    static const std::vector<std::string> kGaps = {" ",
                                                   " ",
                                                   " ",
                                                   "\n",
                                                   "\r\n",
                                                   "\t",
                                                   " /* ; */ ",
                                                   "\n-- it's;\n",
                                                   " -- ;\n",
                                                   "\n/*\n.quit\n; go\ngo\n*/\n",
                                                   " /* don't */ ",
                                                   "\n\n",
                                                   " /* \" */ ",
                                                   " -- /*\n"};
    if (mariadb_ && random_.chance(10)) {
      return random_.pick(
          std::vector<std::string>{" # it's;\n", "\n#;\n", " /*! */ ", "\n/*\ndelimiter x\n*/\n"});
    }
    return random_.pick(kGaps);
  }

  std::string ending() {
    static const std::vector<std::string> kEndings = {"",
                                                      "",
                                                      " -- note",
                                                      "\n-- note;",
                                                      " /* note */",
                                                      " /* note; */",
                                                      "\n\n",
                                                      " -- ends in \\",
                                                      "\r\n",
                                                      "\n--",
                                                      " /* a\nb */ -- c",
                                                      ";",
                                                      " ; -- note",
                                                      "\n;\n"};
    if (mariadb_ && random_.chance(20)) return " # note \\";
    return random_.pick(kEndings);
  }

  RandomSource random_;
  bool mariadb_;
  int count_ = 0;
};

TEST_P(Script, DoesWhatTheUpgradeDoes) {
  for (std::uint64_t seed = 1; seed <= property_seeds(12); ++seed) {
    HardStatements statements(seed, on_mariadb());
    std::vector<std::string> operations = {kTable};
    for (int i = 0; i < 14; ++i) operations.push_back(execute(statements.next()));
    revision("aaaaaaaaaaaa", "", operations);
    start_anew();
    project.expect(0, {"upgrade"});
    const std::string wanted = content();
    start_anew();
    const Result result = client(script());
    ASSERT_EQ(result.code, 0) << "seed " << seed << "\n" << result << project.read("script.sql");
    ASSERT_EQ(content(), wanted) << "seed " << seed << "\n" << project.read("script.sql");
  }
}

TEST_P(Script, StopsAtTheFirstErrorAndTakesBackWhatItCan) {
  for (std::uint64_t seed = 1; seed <= property_seeds(8); ++seed) {
    RandomSource random(seed);
    HardStatements statements(seed + 1000, on_mariadb());
    revision("aaaaaaaaaaaa", "", {kTable, execute("INSERT INTO t VALUES (100000, 'kept')")});
    start_anew();
    project.expect(0, {"upgrade", "aaaaaaaaaaaa"});
    const std::string before = content();
    std::vector<std::string> operations;
    for (int i = 0; i < 8; ++i) {
      std::string sql = statements.next();
      // Only rows: what commits by itself stays on MariaDB.
      while (on_mariadb() && sql.starts_with("CREATE")) sql = statements.next();
      operations.push_back(execute(sql));
    }
    const std::vector<std::string> failures = {"INSERT INTO nowhere VALUES (1)",
                                               "INSERT INTO t VALUES (100000, 'again')",
                                               "UPDATE t SET no_such_column = 1", "UPDATE t SET"};
    operations.insert(operations.begin() + static_cast<std::ptrdiff_t>(random.below(9)),
                      execute(random.pick(failures)));
    revision("bbbbbbbbbbbb", "aaaaaaaaaaaa", operations);
    const Result result = client(script("aaaaaaaaaaaa:bbbbbbbbbbbb"));
    EXPECT_NE(result.code, 0) << "seed " << seed << "\n" << project.read("script.sql");
    ASSERT_EQ(content(), before) << "seed " << seed << "\n" << project.read("script.sql");
    std::filesystem::remove(project.path() / "migrations/2026-01-01_bbbbbbbbbbbb_x.yaml");
  }
}

TEST_P(Script, HoldsNoCommandOfTheClient) {
  for (const std::string sql :
       {".shell touch made", "/* x */\n.shell touch made", "-- x\n.shell touch made",
        "#\n.shell touch made", "system touch made", "/* x */\nsystem touch made", "\\! touch made",
        "SELECT 1 \\! touch made", "source x.sql", "delimiter $$", "use mysql"}) {
    revision("aaaaaaaaaaaa", "", {kTable, execute(sql)});
    const Result printed = project.dbmig({"upgrade", "--sql"});
    if (printed.code == 0) client(printed.out);
    EXPECT_FALSE(std::filesystem::exists(project.path() / "made")) << sql << printed;
    start_anew();
  }
}

TEST_P(Script, WhatIsNotClosedIsRefused) {
  for (const std::string sql : {"UPDATE t SET s = 1 /* note", "UPDATE t SET s = 'x",
                                "UPDATE t SET s = 1 /* a */ /*", "UPDATE t SET `s = 1"}) {
    revision("aaaaaaaaaaaa", "", {kTable, execute(sql)});
    for (const Project::Arguments& command :
         {Project::Arguments{"upgrade", "--sql"}, Project::Arguments{"upgrade"}}) {
      EXPECT_THAT(project.expect(1, command).err,
                  testing::AllOf(HasSubstr("aaaaaaaaaaaa_x.yaml:7:"), HasSubstr("is not closed")))
          << sql;
    }
  }
}

TEST_P(Script, OfDiffAndRevertStopsToo) {
  revision("aaaaaaaaaaaa", "", {kTable, execute("INSERT INTO t VALUES (1, 'x'), (2, NULL)")});
  project.expect(0, {"upgrade"});
  project.model(
      "tables:\n  t: {columns: {id: integer, s: {type: text, nullable: false}, n: integer}, "
      "primary_key: [id]}\n  u: {columns: {id: integer}, primary_key: [id]}\n");
  const std::string before = content();
  const Result diff = client(project.expect(3, {"diff", "--sql"}).out);
  EXPECT_NE(diff.code, 0) << diff;
  if (!on_mariadb()) {
    EXPECT_EQ(content(), before);
  }
  sql("UPDATE t SET s = 'y' WHERE s IS NULL");
  start_anew();
  project.expect(0, {"upgrade"});
  sql("ALTER TABLE t ADD COLUMN surprise integer");
  const Result back = client(project.expect(0, {"check", "--revert"}).out);
  EXPECT_EQ(back.code, 0) << back;
  EXPECT_THAT(project.dbmig({"check"}).out, Not(HasSubstr("surprise")));
}

TEST_P(Script, SaysWhichRowsItDoesNotCheck) {
  revision("aaaaaaaaaaaa", "",
           {"create_table: {t: {columns: {id: integer, s: varchar(100)}, "
            "primary_key: [id]}}"});
  revision("bbbbbbbbbbbb", "aaaaaaaaaaaa", {"rename_table: {name: t, to: u}"});
  revision("cccccccccccc", "bbbbbbbbbbbb", {"alter_column: {table: u, name: s, type: varchar(2)}"});
  const std::string text = script("aaaaaaaaaaaa:cccccccccccc");
  EXPECT_THAT(text,
              testing::AllOf(HasSubstr("-- Does not check the rows of table 't': column 'u.s' "
                                       "is to be varchar(2)"),
                             HasSubstr("`dbmig upgrade` does"), HasSubstr(": SELECT COUNT")));
  // Its query can be asked before the script runs.
  project.expect(0, {"upgrade", "aaaaaaaaaaaa"});
  sql("INSERT INTO t VALUES (1, 'abc'), (2, 'ab')");
  const auto query = text.find(": SELECT COUNT") + 2;
  EXPECT_EQ(sql(text.substr(query, text.find('\n', query) - query)), "1\n");
  // Tables that the script makes have no rows.
  EXPECT_THAT(script("cccccccccccc"), Not(HasSubstr("Does not check")));
}

TEST_P(Script, OfRevertSaysWhatItLoses) {
  revision("aaaaaaaaaaaa", "", {kTable});
  project.expect(0, {"upgrade"});
  sql("ALTER TABLE t ADD COLUMN surprise integer");
  EXPECT_THAT(project.expect(0, {"check", "--revert"}).out,
              HasSubstr("-- Loses column 't.surprise'\n"));
}

TEST_P(Script, OfAnUpgradeDoesNotGoBack) {
  revision("aaaaaaaaaaaa", "", {kTable});
  revision("bbbbbbbbbbbb", "aaaaaaaaaaaa", {execute("INSERT INTO t VALUES (1, 'x')")});
  for (const char* range : {"head:base", "bbbbbbbbbbbb:aaaaaaaaaaaa"}) {
    EXPECT_THAT(project.expect(2, {"upgrade", "--sql", range}).err,
                testing::AllOf(HasSubstr("goes back"), HasSubstr("dbmig downgrade --sql")));
  }
  EXPECT_THAT(script("head:head"), Not(HasSubstr("INSERT INTO t")));
}

// A fault of MariaDB 10.11: it keeps the table open under the alias that the view gives it.
TEST_P(Script, RenamesAColumnThatACheckUsesBelowAView) {
  revision("aaaaaaaaaaaa", "",
           {"create_table: {t: {columns: {id: {type: integer, autoincrement: true}, a: {type: "
            "varchar(80), nullable: false}, l: {type: bigint, generated: {sql: length(a), stored: "
            "true}}}, primary_key: [id], comment: \"it's t\"}}",
            "create_table: {u: {columns: {id: integer}}}",
            "create_view: {name: w, sql: SELECT k.a AS x FROM t k JOIN u ON u.id = k.id}"});
  revision("bbbbbbbbbbbb", "aaaaaaaaaaaa",
           {"rename_table: {name: t, to: t2}", "alter_column: {table: t2, name: a, rename: b}"});
  project.expect(0, {"upgrade", "aaaaaaaaaaaa"});
  const Result result = client(script("aaaaaaaaaaaa:bbbbbbbbbbbb"));
  EXPECT_EQ(result.code, 0) << result << project.read("script.sql");
  EXPECT_THAT(project.dbmig({"check"}).out,
              testing::AllOf(Not(HasSubstr("by hand")), Not(HasSubstr("lacks"))));
}

TEST(ScriptForSqlite, FedInAnyOtherWayItDoesNothingByHalves) {
  const Project project;
  project.start();
  project.write("migrations/2026-01-01_aaaaaaaaaaaa_x.yaml",
                "revision: aaaaaaaaaaaa\nparents: []\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
                "  - execute: CREATE TABLE t (id INTEGER)\n  - execute: INSERT INTO t VALUES (1)\n"
                "  - execute: INSERT INTO nowhere VALUES (1)\n");
  project.write("script.sql", project.expect(0, {"upgrade", "--sql"}).out);
  for (const std::string command :
       {"sqlite3 app.db < script.sql", "cat script.sql | sqlite3 app.db",
        "sqlite3 app.db '.read script.sql'", "sqlite3 app.db \"$(cat script.sql)\"",
        "sqlite3 -init script.sql app.db ''"}) {
    shell(command, project.path());
    EXPECT_EQ(shell("sqlite3 app.db 'SELECT count(*) FROM sqlite_master'", project.path()).out,
              "0\n")
        << command;
  }
}

DBMIG_ON_EACH_DATABASE(Script);

}  // namespace
}  // namespace dbmig::test
