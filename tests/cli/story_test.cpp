// Applications that began on SQLite, as Django and SQLAlchemy make their tables there, and move on
// to MariaDB with one history: a row is written to every table on both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <span>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// django.contrib's auth, admin, sessions and contenttypes, and an application with one field of
/// each kind. Source: `manage.py sqlmigrate`, Django 4.2
constexpr const char* kDjango = R"sql(
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL);
CREATE TABLE "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_user_user_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "object_id" text NULL, "object_repr" varchar(200) NOT NULL, "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0), "change_message" text NOT NULL, "content_type_id" integer NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "action_time" datetime NOT NULL);
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE "shop_item" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "stock" integer unsigned NOT NULL CHECK ("stock" >= 0), "price" decimal NOT NULL, "code" char(32) NOT NULL UNIQUE, "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)), "weight" real NOT NULL, "day" date NULL, "at" time NULL, "views" bigint NOT NULL, "address" char(39) NULL, "picture" blob NULL, "ok" bool NULL, "parent_id" integer NULL REFERENCES "shop_item" ("id") DEFERRABLE INITIALLY DEFERRED, "positive" bigint unsigned NOT NULL CHECK ("positive" >= 0), CONSTRAINT "price_over_zero" CHECK ("price" > 0), CONSTRAINT "one_address" UNIQUE ("address", "day"));
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE UNIQUE INDEX "auth_user_groups_user_id_group_id_94350c0c_uniq" ON "auth_user_groups" ("user_id", "group_id");
CREATE INDEX "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id");
CREATE INDEX "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id");
CREATE INDEX "django_admin_log_content_type_id_c4bce8eb" ON "django_admin_log" ("content_type_id");
CREATE INDEX "django_admin_log_user_id_c564eba6" ON "django_admin_log" ("user_id");
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
CREATE INDEX "shop_item_parent_id_0a1b2c3d" ON "shop_item" ("parent_id");
)sql";

constexpr const char* kDjangoRows = R"sql(
INSERT INTO django_content_type (app_label, model) VALUES ('admin', 'logentry');
INSERT INTO auth_permission (content_type_id, codename, name) VALUES (1, 'add', 'Can add Ñ');
INSERT INTO auth_group (name) VALUES ('staff');
INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (1, 1);
INSERT INTO auth_user (password, last_login, is_superuser, username, last_name, email, is_staff, is_active, date_joined, first_name) VALUES ('x', NULL, 1, 'ana', 'Núñez', 'a@b.c', 1, 0, '2026-01-02 03:04:05', 'Ana');
INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1);
INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES (1, 1);
INSERT INTO django_admin_log (object_id, object_repr, action_flag, change_message, content_type_id, user_id, action_time) VALUES ('1', 'r', 1, '[]', 1, 1, '2026-01-02 03:04:05');
INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('k', 'd', '2026-01-02 03:04:05');
INSERT INTO shop_item (stock, price, code, data, weight, day, at, views, address, picture, ok, parent_id, positive) VALUES (3, 9, 'c', '{"a": 1}', 1.5, '2026-01-02', '03:04:05', 9000000000, '::1', NULL, NULL, NULL, 7);
INSERT INTO shop_item (stock, price, code, data, weight, views, parent_id, positive) VALUES (0, 1, 'd', '[]', 0, 0, 1, 0);
)sql";

/// What neither database may take.
constexpr const char* kDjangoRefused[] = {
    "INSERT INTO django_admin_log (object_repr, action_flag, change_message, user_id, action_time) "
    "VALUES ('r', -1, '[]', 1, '2026-01-02 03:04:05')",
    "INSERT INTO shop_item (stock, price, code, data, weight, views, positive) VALUES (1, 0, 'e', "
    "'[]', 0, 0, 0)",
    "INSERT INTO shop_item (stock, price, code, data, weight, views, positive) VALUES (1, 1, 'e', "
    "'{', 0, 0, 0)",
    "INSERT INTO shop_item (stock, price, code, data, weight, views, positive) VALUES (1, 1, 'c', "
    "'[]', 0, 0, 0)",
    "INSERT INTO auth_group (name) VALUES ('staff')",
};

/// `metadata.create_all()`, SQLAlchemy 2.0: one column of each type.
constexpr const char* kSqlalchemy = R"sql(
CREATE TABLE user_account (
	id INTEGER NOT NULL, 
	name VARCHAR(30) NOT NULL, 
	fullname VARCHAR, 
	bio TEXT, 
	created DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL, 
	active BOOLEAN NOT NULL, 
	balance NUMERIC(10, 2), 
	ratio FLOAT, 
	data JSON, 
	kind VARCHAR(6), 
	uid CHAR(32), 
	photo BLOB, 
	born DATE, 
	wakes TIME, 
	seen TIMESTAMP, 
	big BIGINT, 
	small SMALLINT DEFAULT '3' NOT NULL, 
	note VARCHAR(20) DEFAULT 'none', 
	PRIMARY KEY (id), 
	CONSTRAINT uq_user_account_name UNIQUE (name), 
	UNIQUE (uid), 
	CHECK (active IN (0, 1)), 
	CONSTRAINT kinds CHECK (kind IN ('first', 'second'))
);
CREATE TABLE address (
	id INTEGER NOT NULL, 
	email_address VARCHAR NOT NULL, 
	user_id INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE
);
CREATE INDEX ix_address_email_address ON address (email_address);
CREATE TABLE link (
	left_id INTEGER NOT NULL, 
	right_id INTEGER NOT NULL, 
	PRIMARY KEY (left_id, right_id), 
	FOREIGN KEY(left_id) REFERENCES user_account (id), 
	FOREIGN KEY(right_id) REFERENCES address (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
)sql";

constexpr const char* kSqlalchemyRows = R"sql(
INSERT INTO user_account (name, fullname, bio, active, balance, ratio, data, kind, uid, photo, born, wakes, seen, big) VALUES ('ana', 'Ana Núñez', 'b', 1, 10.25, 1.5, '{"a": 1}', 'first', 'u', NULL, '2026-01-02', '03:04:05', '2026-01-02 03:04:05', 9000000000);
INSERT INTO user_account (name, active) VALUES ('eva', 0);
INSERT INTO address (email_address, user_id) VALUES ('a@b.c', 1);
INSERT INTO link (left_id, right_id) VALUES (1, 1);
)sql";

constexpr const char* kSqlalchemyRefused[] = {
    "INSERT INTO user_account (name, active) VALUES ('pia', 2)",
    "INSERT INTO user_account (name, active, kind) VALUES ('pia', 1, 'third')",
    "INSERT INTO user_account (name, active) VALUES ('ana', 1)",
    "INSERT INTO user_account (name, active, uid) VALUES ('pia', 1, 'u')",
};

class Story : public testing::Test {
 protected:
  void SetUp() override {
    if (!mariadb_server()) GTEST_SKIP() << kNoServer;
    server_ = std::make_unique<ServerDatabase>();
    project.start();
    project.write("dbmig.yaml", "database: sqlite:///app.db\nscratch: " +
                                    text::quote(std::getenv("DBMIG_TEST_MARIADB_URL"), '"') + "\n");
  }

  /// `script` on SQLite, its foreign keys in force, or on MariaDB.
  Result client(DialectKind kind, const std::string& script) const {
    if (kind == DialectKind::mariadb) return server_->client(project, script);
    project.write("script.sql", "PRAGMA foreign_keys = ON;\n" + script);
    return shell("sqlite3 -bail app.db < script.sql", project.path());
  }

  /// The database that `create` makes is adopted and built on MariaDB; then `rows` go into both,
  /// and none of `refused` does. Returns what adopt said.
  std::string move_to_mariadb(const std::string& create, const std::string& rows,
                              std::span<const char* const> refused) const {
    EXPECT_EQ(client(DialectKind::sqlite, create).code, 0);
    const std::string said = project.expect(0, {"adopt"}).err;
    EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
    // What adopt writes has no need of the other database's name, and pins no type.
    EXPECT_THAT(model(), Not(HasSubstr("native: varchar")));
    project.expect(0, {"upgrade", "--url", server_->url()});
    expect_recovered();
    for (const DialectKind kind : kBoth) {
      const Result result = client(kind, rows);
      EXPECT_EQ(result.code, 0) << to_string(kind) << result;
      for (const char* statement : refused) {
        EXPECT_NE(client(kind, statement).code, 0) << to_string(kind) << ": " << statement;
      }
    }
    return said;
  }

  /// The answers of both databases to `query`, which must be one.
  std::string both(const std::string& query) const {
    const std::string sqlite = client(DialectKind::sqlite, query + ";").out;
    const std::string mariadb =
        text::replace_all(client(DialectKind::mariadb, query).out, "\t", "|");
    EXPECT_EQ(sqlite, mariadb) << query;
    return sqlite;
  }

  void expect_recovered() const {
    for (const std::string& url : {std::string("sqlite:///app.db"), server_->url()}) {
      EXPECT_THAT(project.expect(0, {"check", "--url", url}).err, HasSubstr("No differences."));
    }
    EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
  }

  std::string model_file() const { return "schemas/" + project.files("schemas").at(0); }
  std::string model() const { return project.read(model_file()); }

  /// The owner edits the model; the change is proved, and upgrades and downgrades both.
  void change(const std::string& from, const std::string& to) const {
    const std::string before = model();
    EXPECT_THAT(before, HasSubstr(from));
    project.write(model_file(), text::replace_all(before, from, to));
    EXPECT_THAT(project.expect(0, {"migrate", "-m", "change"}).err,
                AllOf(HasSubstr("Proved on SQLite"), HasSubstr("Proved on MariaDB")));
    for (const std::string& url : {std::string("sqlite:///app.db"), server_->url()}) {
      project.expect(0, {"upgrade", "--url", url});
    }
    expect_recovered();
  }

  Project project;
  std::unique_ptr<ServerDatabase> server_;

 private:
  static constexpr DialectKind kBoth[] = {DialectKind::sqlite, DialectKind::mariadb};
};

TEST_F(Story, OfADjangoProject) {
  const std::string said = move_to_mariadb(kDjango, kDjangoRows, kDjangoRefused);
  EXPECT_THAT(said, AllOf(HasSubstr("Left alone: table 'django_migrations'"),
                          HasSubstr("'shop_item.price' is decimal without precision"),
                          Not(HasSubstr("left out"))));
  EXPECT_EQ(both("SELECT username, last_name, is_superuser, is_active, date_joined FROM auth_user"),
            "ana|Núñez|1|0|2026-01-02 03:04:05\n");
  EXPECT_EQ(both("SELECT id, action_flag FROM django_admin_log"), "1|1\n");
  EXPECT_EQ(both("SELECT id, views, parent_id FROM shop_item WHERE parent_id IS NOT NULL"),
            "2|0|1\n");
  change("price:     {type: decimal, nullable: false}",
         "price:     {type: \"decimal(12,2)\", nullable: false}");
  change("username:     {type: varchar(150)", "username:     {type: varchar(191)");
  for (const char* set : {"UPDATE shop_item SET price = 9.25 WHERE id = 1"}) {
    EXPECT_EQ(client(DialectKind::sqlite, set).code, 0);
    EXPECT_EQ(client(DialectKind::mariadb, set).code, 0);
  }
  EXPECT_EQ(both("SELECT price FROM shop_item WHERE id = 1"), "9.25\n");
}

TEST_F(Story, OfASqlalchemyProject) {
  const std::string said = move_to_mariadb(kSqlalchemy, kSqlalchemyRows, kSqlalchemyRefused);
  EXPECT_THAT(said, AllOf(HasSubstr("Left alone: table 'alembic_version'"),
                          Not(HasSubstr("left out")), Not(HasSubstr("WARN"))));
  EXPECT_EQ(both("SELECT id, name, fullname, active, balance, ratio, kind, big, small, note FROM "
                 "user_account WHERE id = 1"),
            "1|ana|Ana Núñez|1|10.25|1.5|first|9000000000|3|none\n");
  EXPECT_EQ(both("SELECT id, name, active, note FROM user_account WHERE id = 2"), "2|eva|0|none\n");
  EXPECT_EQ(both("SELECT * FROM link"), "1|1\n");
  change("name:     {type: varchar(30)", "name:     {type: varchar(60)");
  // The keys number themselves on, and the parent takes its children along.
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    EXPECT_EQ(client(kind, "DELETE FROM link; DELETE FROM user_account WHERE id = 1").code, 0);
  }
  EXPECT_EQ(both("SELECT count(*) FROM address"), "0\n");
}

}  // namespace
}  // namespace dbmig::test
