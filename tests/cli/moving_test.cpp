// An application moves with its rows: from SQLite to MariaDB, where its own statements go on to
// work, and back. Its tables as SQLAlchemy makes them, and what other tools have got wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// `db.create_all()` of a Flask application, and rows as its sessions write them.
constexpr const char* kFlask = R"sql(
CREATE TABLE user (
	id INTEGER NOT NULL, 
	email VARCHAR(120) NOT NULL, 
	name VARCHAR(20), 
	joined DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
CREATE TABLE post (
	id INTEGER NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	body TEXT, 
	score NUMERIC(8, 2), 
	user_id INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user (id)
);
INSERT INTO user (email, name, joined) VALUES ('ana@example.org', 'Ana', '2026-01-02 03:04:05.678901');
INSERT INTO user (email, name, joined) VALUES ('Ana@example.org', 'Ana 😀', '2026-01-02 03:04:05.000000');
INSERT INTO user (email, name, joined) VALUES ('eva@example.org', 'Eva Núñez', '2026-02-03 04:05:06');
INSERT INTO post (title, body, score, user_id) VALUES ('uno', 'a line
another	tab \ and '' quote "', 9.25, 1), ('dos', '', NULL, 2), ('tres', NULL, 0, 3);
)sql";

constexpr const char* kInsert =
    "INSERT INTO user (email, name, joined) VALUES ('pia@example.org', 'Pía 🎉', '2026-03-04 "
    "05:06:07.891234')";

class Moving : public testing::Test {
 protected:
  void SetUp() override {
    if (!mariadb_server()) GTEST_SKIP() << kNoServer;
    server_ = std::make_unique<ServerDatabase>();
    project.write("dbmig.yaml", "database: sqlite:///app.db\nscratch: " +
                                    text::quote(std::getenv("DBMIG_TEST_MARIADB_URL"), '"') + "\n");
    std::filesystem::create_directory(project.path() / "schemas");
    std::filesystem::create_directory(project.path() / "migrations");
  }

  void make(const std::string& script, const std::string& file = "app.db") const {
    project.write("script.sql", script);
    ASSERT_EQ(shell("sqlite3 -bail " + file + " < script.sql", project.path()).code, 0);
  }
  std::string sqlite(const std::string& query, const std::string& file = "app.db") const {
    project.write("query.sql", query + ";");
    return shell("sqlite3 " + file + " < query.sql", project.path()).out;
  }
  std::string mariadb(const std::string& query) const {
    return text::replace_all(server_->client(project, query).out, "\t", "|");
  }
  std::string model() const { return project.read("schemas/" + project.files("schemas").at(0)); }

  Project project;
  std::unique_ptr<ServerDatabase> server_;
};

TEST_F(Moving, AFlaskApplicationGoesThereAndBack) {
  make(kFlask);
  project.expect(0, {"adopt"});
  EXPECT_THAT(model(), HasSubstr("datetime(6)"));
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"copy", "sqlite:///app.db", server_->url()}).out,
              AllOf(HasSubstr("3 rows"), Not(HasSubstr("DIFFERENT"))));
  EXPECT_THAT(project.expect(0, {"check", "--url", server_->url()}).err,
              HasSubstr("No differences."));
  // The application goes on: its own statement, which names no key.
  ASSERT_EQ(server_->client(project, kInsert).code, 0);
  EXPECT_EQ(mariadb("SELECT id, name, joined FROM user WHERE email LIKE 'pia%'"),
            "4|Pía 🎉|2026-03-04 05:06:07.891234\n");
  project.expect(0, {"copy", server_->url(), "sqlite:///back.db"});
  EXPECT_EQ(sqlite("SELECT id, name, joined FROM user", "back.db"),
            "1|Ana|2026-01-02 03:04:05.678901\n2|Ana 😀|2026-01-02 03:04:05.000000\n"
            "3|Eva Núñez|2026-02-03 04:05:06.000000\n4|Pía 🎉|2026-03-04 05:06:07.891234\n");
  EXPECT_EQ(sqlite("SELECT id, quote(body), score FROM post", "back.db"),
            sqlite("SELECT id, quote(body), score FROM post"));
  EXPECT_THAT(project.expect(0, {"check", "--url", "sqlite:///back.db"}).err,
              HasSubstr("No differences."));
  ASSERT_EQ(
      sqlite("INSERT INTO user (email, joined) VALUES ('x', '2026-01-01 00:00:00')", "back.db"),
      "");
  EXPECT_EQ(sqlite("SELECT max(id) FROM user", "back.db"), "5\n");
}

TEST_F(Moving, AnOldCharsetIsSaidBeforeTheFirstEmoji) {
  make(kFlask);
  project.expect(0, {"adopt"});
  server_->client(project, "ALTER DATABASE " + server_->name() + " CHARACTER SET utf8");
  const Result copied = project.dbmig({"copy", "sqlite:///app.db", server_->url()});
  if (copied.code == 0) {
    EXPECT_EQ(mariadb("SELECT name FROM user WHERE id = 2"), "Ana 😀\n");
    EXPECT_EQ(mariadb("SELECT count(*) FROM user"), "3\n");
  } else {
    EXPECT_THAT(copied.out + copied.err, HasSubstr("utf8"));
    EXPECT_EQ(mariadb("SHOW TABLES"), "");
  }
}

TEST_F(Moving, WidenWritesARevisionAndGoesOn) {
  make(kFlask);
  project.expect(0, {"adopt"});
  make(
      "UPDATE user SET name = 'a name of more than twenty characters' WHERE id = 1;"
      "UPDATE post SET score = 1234567.125 WHERE id = 1");
  const Result refused = project.expect(1, {"copy", "sqlite:///app.db", server_->url()});
  EXPECT_THAT(refused.out, AllOf(HasSubstr("'user' needs name: varchar(50)"),
                                 HasSubstr("'post' needs score: decimal(10,3)")));
  EXPECT_EQ(mariadb("SHOW TABLES"), "");
  const Result copied = project.expect(0, {"copy", "--widen", "sqlite:///app.db", server_->url()});
  EXPECT_THAT(copied.err, HasSubstr("Proved on MariaDB"));
  EXPECT_THAT(model(), AllOf(HasSubstr("varchar(50)"), HasSubstr("decimal(10,3)")));
  EXPECT_EQ(mariadb("SELECT name FROM user WHERE id = 1"),
            "a name of more than twenty characters\n");
  EXPECT_THAT(project.expect(0, {"check", "--url", server_->url()}).err,
              HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
  // The source gets the revision as any other database.
  project.expect(0, {"upgrade"});
  project.expect(0, {"diff", "--data", "sqlite:///app.db", server_->url()});
}

TEST_F(Moving, WidenMakesTextOfDaysThatAreNone) {
  make(kFlask);
  project.expect(0, {"adopt"});
  make("UPDATE user SET joined = '0000-00-00 00:00:00'; UPDATE post SET score = 9e999");
  const Result refused = project.expect(1, {"copy", "sqlite:///app.db", server_->url()});
  EXPECT_THAT(refused.out, AllOf(HasSubstr("'user' needs joined: varchar(50)"),
                                 HasSubstr("'post' needs score: varchar(50)")));
  project.expect(0, {"copy", "--widen", "sqlite:///app.db", server_->url()});
  EXPECT_THAT(mariadb("SELECT joined FROM user WHERE id = 1"), "0000-00-00 00:00:00\n");
  EXPECT_THAT(mariadb("SELECT score FROM post WHERE id = 1"), "inf\n");
}

TEST_F(Moving, WidenOfWhatNoTypeHoldsWritesNothing) {
  make(kFlask);
  project.expect(0, {"adopt"});
  const std::string before = model();
  make("UPDATE user SET joined = X'00FF', name = 'a name of more than twenty characters'");
  EXPECT_THAT(project.expect(1, {"copy", "--widen", "sqlite:///app.db", server_->url()}).out,
              HasSubstr("x'00ff' is a blob"));
  EXPECT_EQ(model(), before);
  EXPECT_EQ(project.files("migrations").size(), 1U);
  EXPECT_EQ(mariadb("SHOW TABLES"), "");
}

TEST_F(Moving, AdoptLooksAtTheRows) {
  make(std::string(kFlask) +
       "UPDATE user SET name = 'a name of more than twenty characters' WHERE id = 1;");
  const Result adopted = project.expect(0, {"adopt"});
  EXPECT_THAT(adopted.err, AllOf(HasSubstr("'user.joined' becomes datetime(6)"),
                                 HasSubstr("'user.name'"), HasSubstr("varchar(50)")));
}

TEST_F(Moving, AdoptSaysOnceWhatAColumnBecomes) {
  make(
      "CREATE TABLE event (id INTEGER PRIMARY KEY, at DATETIME);"
      "INSERT INTO event (at) VALUES ('2024-01-01 10:00:00.12'), ('2024-01-01 10:00:00.123456'), "
      "('2024-01-01 10:00:00.123'), ('2024-01-01 10:00:00');");
  const std::string said = project.expect(0, {"adopt"}).err;
  const std::string line =
      "'event.at' becomes datetime(6): 3 values do not fit; one of them has 6 digits after the "
      "second, and datetime stores 0\n";
  EXPECT_THAT(said, HasSubstr(line));
  EXPECT_EQ(said.find("'event.at'"), said.rfind("'event.at'")) << said;
}

/// From public reports of tools that move databases: each with its right value on both sides.
TEST_F(Moving, WhatOtherToolsHaveGotWrong) {
  make(R"sql(
CREATE TABLE shop (
  code TEXT NOT NULL PRIMARY KEY,
  uid text default 0,
  tags text DEFAULT '[]',
  made TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','NOW')),
  at DATETIME DEFAULT (datetime('now')),
  stock int unsigned NOT NULL DEFAULT 0,
  my_enum_value VARCHAR(20),
  enumeration INTEGER
);
CREATE TABLE visit (id INTEGER PRIMARY KEY, shop TEXT REFERENCES shop (code));
CREATE TABLE name (id INTEGER PRIMARY KEY, word VARCHAR(20) UNIQUE);
INSERT INTO shop (code, stock, my_enum_value, enumeration) VALUES ('a', 4294967295, 'x', 1), ('A', 0, NULL, -5);
INSERT INTO shop VALUES ('ñ', 'text', '[1]', '2026-01-01 10:00:00.123', '2026-01-01 10:00:00', 7, 'enum(''a'')', 0);
INSERT INTO visit (shop) VALUES ('A'), ('ñ'), (NULL);
INSERT INTO name (word) VALUES ('abc'), ('ABC'), ('Abc');
)sql");
  const Result copied = project.dbmig({"copy", "sqlite:///app.db", server_->url()});
  ASSERT_EQ(copied.code, 0) << copied;
  for (const char* query :
       {"SELECT code, uid, tags, stock, my_enum_value, enumeration FROM shop ORDER BY stock",
        "SELECT id, shop FROM visit ORDER BY id", "SELECT id, word FROM name ORDER BY id",
        "SELECT made, at FROM shop WHERE stock = 7"}) {
    EXPECT_EQ(sqlite(text::replace_all(query, "NULL", "NULL")),
              text::replace_all(mariadb(query), "NULL", ""))
        << query;
  }
  // Defaults go on, and what the databases compare.
  const std::string insert = "INSERT INTO shop (code) VALUES ('b')";
  EXPECT_EQ(sqlite(insert), "");
  EXPECT_EQ(server_->client(project, insert).code, 0);
  EXPECT_EQ(sqlite("SELECT uid, tags, stock FROM shop WHERE code = 'b'"), "0|[]|0\n");
  EXPECT_EQ(mariadb("SELECT uid, tags, stock FROM shop WHERE code = 'b'"), "0|[]|0\n");
  EXPECT_EQ(mariadb("SELECT abs(timestampdiff(SECOND, at, utc_timestamp())) < 100 AND "
                    "abs(timestampdiff(SECOND, made, utc_timestamp())) < 100 AND "
                    "length(made) >= 23 FROM shop WHERE code = 'b'"),
            "1\n");
  EXPECT_NE(server_->client(project, "INSERT INTO visit (shop) VALUES ('missing')").code, 0);
  EXPECT_NE(server_->client(project, "INSERT INTO name (word) VALUES ('abc')").code, 0);
  EXPECT_EQ(server_->client(project, "INSERT INTO name (word) VALUES ('aBC')").code, 0);
}

TEST_F(Moving, BitsAndUnsignedNumbersComeFromMariadb) {
  ASSERT_EQ(server_
                ->client(project,
                         "CREATE TABLE t (id int unsigned AUTO_INCREMENT PRIMARY KEY, "
                         "on_ bit(1) DEFAULT b'1', many bit(64), big bigint unsigned, "
                         "kind enum('a','B') DEFAULT 'B', my_enum varchar(5));"
                         "INSERT INTO t (many, big) VALUES (b'11', 9223372036854775807); "
                         "INSERT INTO t (on_, kind, id) VALUES (b'0', 'a', 4294967290)")
                .code,
            0);
  const Result copied = project.dbmig({"copy", server_->url(), "sqlite:///back.db"});
  ASSERT_EQ(copied.code, 0) << copied;
  EXPECT_EQ(sqlite("SELECT id, on_, many, big, kind FROM t", "back.db"),
            "1|1|3|9223372036854775807|B\n4294967290|0|||a\n");
  EXPECT_EQ(sqlite("INSERT INTO t (big) VALUES (1); SELECT id, on_, kind FROM t WHERE big = 1",
                   "back.db"),
            "4294967291|1|B\n");
  // What no number of SQLite holds is named, not rounded.
  server_->client(project, "UPDATE t SET big = 18446744073709551615 WHERE id = 1");
  EXPECT_THAT(project.expect(1, {"copy", server_->url(), "sqlite:///more.db"}).out,
              HasSubstr("'t.big': '18446744073709551615'"));
}

/// A collation that only the application registers.
TEST_F(Moving, CollationsOfTheApplicationAreNoObstacle) {
  const Result made = shell(
      "python3 - <<'EOF'\nimport sqlite3\nc = sqlite3.connect('app.db')\n"
      "c.create_collation('unicase', lambda a, b: (a.lower() > b.lower()) - (a.lower() < "
      "b.lower()))\n"
      "c.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase)')\n"
      "c.execute('CREATE INDEX ix ON t (name)')\n"
      "c.executemany('INSERT INTO t (name) VALUES (?)', [('Ñandú',), ('zeta',)])\n"
      "c.commit()\nEOF",
      project.path());
  ASSERT_EQ(made.code, 0) << made;
  const Result copied = project.dbmig({"copy", "sqlite:///app.db", server_->url()});
  ASSERT_EQ(copied.code, 0) << copied;
  EXPECT_EQ(mariadb("SELECT id, name FROM t ORDER BY id"), "1|Ñandú\n2|zeta\n");
}

}  // namespace
}  // namespace dbmig::test
