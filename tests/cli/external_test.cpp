// Foreign keys to tables that the project does not manage: a plugin's to its platform's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class External : public OnEachDatabase {
 protected:
  void make_shared_database() const {
    sql("CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, mail VARCHAR(40))");
    sql("CREATE TABLE shop_order (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER, note "
        "VARCHAR(10), CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id))");
    sql("INSERT INTO users VALUES (1, 'a')");
    sql("INSERT INTO shop_order VALUES (1, 1, 'x')");
  }
  void settings(const std::string& more) const {
    project.write("dbmig.yaml", "database: " + text::quote(url, '"') + "\n" + more);
  }
  std::string definition() const {
    return on_mariadb() ? sql("SHOW CREATE TABLE shop_order")
                        : sql("SELECT sql FROM sqlite_master WHERE name = 'shop_order'");
  }
  void edit(const std::string& from, const std::string& to) const {
    const std::string file = "schemas/" + project.files("schemas").at(0);
    const std::string model = text::replace_all(project.read(file), from, to);
    project.write(file, model);
  }
};

TEST_P(External, AProjectKeepsTheForeignKeysToTablesOfOthers) {
  make_shared_database();
  const std::string before = project.expect(0, {"inspect", "--table", "shop_order"}).out;
  for (const bool by_option : {false, true}) {
    SCOPED_TRACE(by_option);
    settings(by_option ? "" : "include: ['shop_*']\n");
    const Result adopted =
        by_option ? project.expect(0, {"adopt", "--table", "shop_*", "--rev-id", "aaaaaaaaaaaa"})
                  : project.expect(0, {"adopt", "--rev-id", "aaaaaaaaaaaa"});
    EXPECT_THAT(adopted.err, Not(HasSubstr("WARN")));
    const std::string model = project.read("schemas/" + project.files("schemas").at(0));
    EXPECT_THAT(model, AllOf(HasSubstr("external: true"), Not(HasSubstr("users:"))));
    EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
    edit("varchar(10)", "varchar(30)");
    // SQLite changes the type by making the table anew.
    EXPECT_THAT(project.expect(0, {"migrate", "--rev-id", "bbbbbbbbbbbb"}).err,
                HasSubstr("Proved on"));
    project.expect(0, {"upgrade"});
    EXPECT_THAT(definition(), AllOf(HasSubstr("users"), HasSubstr("fk_user")));
    EXPECT_EQ(sql("SELECT user_id, note FROM shop_order"), "1|x\n");
    EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
    EXPECT_THAT(project.expect(0, {"diff", "model", "database"}).err, HasSubstr("No differences."));
    project.expect(0, {"downgrade"});
    EXPECT_EQ(project.expect(0, {"inspect", "--table", "shop_order"}).out, before);
    EXPECT_EQ(sql("SELECT count(*) FROM users"), "1\n");
    project.expect(0, {"verify"});
    for (const char* folder : {"schemas", "migrations"}) {
      for (const std::string& file : project.files(folder)) {
        std::filesystem::remove(project.path() / folder / file);
      }
    }
    sql("DROP TABLE dbmig_revisions");
  }
}

TEST_P(External, AForeignKeyWrittenByHandIsProvedAndItsOrphansAreCounted) {
  make_shared_database();
  sql("CREATE TABLE shop_note (id INTEGER NOT NULL PRIMARY KEY, owner INTEGER)");
  sql("INSERT INTO shop_note VALUES (1, 1), (2, 77)");
  settings("include: ['shop_note']\n");
  project.expect(0, {"adopt", "--rev-id", "aaaaaaaaaaaa"});
  // `include` says whose table users is.
  edit("owner: integer", "owner: {type: integer, references: users(id)}");
  EXPECT_THAT(project.expect(0, {"migrate", "--rev-id", "bbbbbbbbbbbb"}).err,
              HasSubstr("Proved on"));
  EXPECT_THAT(project.read(project.revision_file("bbbbbbbbbbbb")), HasSubstr("external: true"));
  EXPECT_THAT(project.expect(1, {"upgrade"}).err,
              AllOf(HasSubstr("1 row"), HasSubstr("which has no row for them")));
  sql("DELETE FROM shop_note WHERE id = 2");
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
}

TEST_P(External, WhatIsNotMarkedIsAMistakeAndTheMessageSaysHowToMarkIt) {
  const std::string model =
      "tables:\n  customer: {columns: {id: integer}, primary_key: [id]}\n"
      "  o:\n    columns: {id: integer, c: integer}\n    primary_key: [id]\n"
      "    foreign_keys:\n      fk: {columns: [c], references: NAME(id)}\n";
  project.model(text::replace_all(model, "NAME", "custmer"));
  EXPECT_THAT(project.expect(1, {"migrate", "-m", "x"}).err,
              AllOf(HasSubstr("table 'custmer', which does not exist"),
                    HasSubstr("did you mean 'customer'?")));
  project.model(text::replace_all(model, "NAME", "wp_users"));
  EXPECT_THAT(project.expect(1, {"migrate", "-m", "x"}).err,
              HasSubstr("write `external: true` into the foreign key if others manage that table"));
  project.model(text::replace_all(model, "NAME(id)", "wp_users(id), external: true"));
  project.expect(0, {"migrate", "-m", "x"});
}

TEST_P(External, AForeignKeyToATableThatDoesNotExistIsKeptAndNamed) {
  // What renames in old SQLite and foreign_key_checks = 0 leave behind.
  sql(std::string(on_mariadb() ? "SET foreign_key_checks = 0; " : "") +
      "CREATE TABLE o (id INTEGER NOT NULL PRIMARY KEY, u INTEGER, note VARCHAR(9), CONSTRAINT "
      "fk_old FOREIGN KEY (u) REFERENCES users__old (id))");
  EXPECT_THAT(
      project.expect(0, {"adopt"}).err,
      HasSubstr("foreign key 'fk_old' of table 'o' refers to table 'users__old', which does "
                "not exist; it is kept as it is, marked `external: true`"));
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  edit("varchar(9)", "varchar(19)");
  project.expect(0, {"migrate", "-m", "x"});
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"inspect"}).out,
              AllOf(HasSubstr("users__old(id)"), HasSubstr("external: true")));
}

TEST_P(External, AViewMayReadTablesOfOthers) {
  make_shared_database();
  sql("CREATE VIEW shop_buyers AS SELECT o.id, u.mail, u.id AS buyer FROM shop_order o JOIN users "
      "u "
      "ON u.id = o.user_id");
  settings("include: ['shop_*']\n");
  project.expect(0, {"adopt", "--rev-id", "aaaaaaaaaaaa"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  edit("varchar(10)", "varchar(30)");
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "x"}).err, HasSubstr("Proved on"));
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_EQ(sql("SELECT * FROM shop_buyers"), "1|a|1\n");
  // A new one, too.
  project.write("schemas/more.yaml", "views:\n  shop_mails: SELECT mail FROM users WHERE id > 0\n");
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "y"}).err, HasSubstr("Proved on"));
  project.expect(0, {"upgrade"});
  EXPECT_EQ(sql("SELECT * FROM shop_mails"), "a\n");
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
}

TEST_P(External, TheOtherTableMayBeTakenInLater) {
  make_shared_database();
  project.expect(0, {"adopt", "--table", "shop_*", "--rev-id", "aaaaaaaaaaaa"});
  project.expect(0, {"adopt", "--rev-id", "bbbbbbbbbbbb"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  edit("varchar(10)", "varchar(30)");
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "x"}).err, HasSubstr("Proved on"));
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  project.expect(0, {"verify"});
}

DBMIG_ON_EACH_DATABASE(External);

}  // namespace
}  // namespace dbmig::test
