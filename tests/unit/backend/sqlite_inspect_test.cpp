// Databases that other tools and people have made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite_support.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using schema::Table;
using test::SqliteDatabase;
using testing::HasSubstr;

class SqliteInspect : public testing::Test {
 protected:
  /// What `script` means, having been rebuilt into another database and read the same again.
  Schema read(std::string_view script) {
    database.run(script);
    const backend::Inspection found = database.connection().inspect({});
    lost = found.unsupported;
    SqliteDatabase copy(true);
    copy.migrate({}, test::creation(found.schema));
    EXPECT_EQ(schema::sorted(copy.inspect()), schema::sorted(found.schema));
    return database.canonical();
  }
  std::string type(const Table& table, const char* column) {
    return to_string(table.column(column).type);
  }

  SqliteDatabase database;
  std::vector<backend::Unsupported> lost;
};

TEST_F(SqliteInspect, ReadsEveryWayToQuoteAName) {
  const Schema schema = read(
      "CREATE TABLE [my table] (\"a\"\"b\" INTEGER, `c``d` TEXT, [e f] REAL, 'g''h' BLOB,\n"
      "  /* a comment, (with) 'marks */ plain -- and another, with )\n"
      "  , PRIMARY KEY (\"a\"\"b\"), UNIQUE ([e f], 'g''h'))");
  const Table& table = schema.table("my table");
  EXPECT_EQ(table.column_names(), (std::vector<std::string>{"a\"b", "c`d", "e f", "g'h", "plain"}));
  EXPECT_EQ(table.primary_key->columns, std::vector<std::string>{"a\"b"});
  EXPECT_EQ(table.uniques.at(0).columns, (std::vector<std::string>{"e f", "g'h"}));
}

TEST_F(SqliteInspect, ReadsDjango) {
  const Schema schema = read(R"(
    CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL,
      "username" varchar(150) NOT NULL UNIQUE, "date_joined" datetime NOT NULL,
      "extra" text NULL CHECK ((JSON_VALID("extra") OR "extra" IS NULL)),
      "age" integer unsigned NOT NULL CHECK ("age" >= 0), "key" char(32) NOT NULL,
      "price" decimal NOT NULL, "big" bigint NOT NULL, "spent" real NOT NULL);
    CREATE TABLE "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
    CREATE UNIQUE INDEX "g_uniq" ON "auth_user_groups" ("user_id", "id");)");
  const Table& user = schema.table("auth_user");
  EXPECT_TRUE(user.column("id").autoincrement);
  EXPECT_EQ(type(user, "password"), "varchar(128)");
  EXPECT_EQ(type(user, "is_superuser"), "boolean");
  EXPECT_EQ(type(user, "last_login"), "datetime");
  EXPECT_EQ(type(user, "age"), "integer unsigned");
  EXPECT_EQ(type(user, "spent"), "double");
  EXPECT_EQ(user.uniques.at(0).name, "uq_auth_user_username");
  ASSERT_EQ(user.checks.size(), 2U);
  EXPECT_EQ(user.checks[0].sql.any, "json_valid(extra)or extra is null");
  const Table& groups = schema.table("auth_user_groups");
  EXPECT_TRUE(groups.foreign_keys.at(0).deferrable);
  EXPECT_TRUE(groups.indexes.at(0).unique);
}

TEST_F(SqliteInspect, ReadsSqlAlchemy) {
  const Schema schema = read(R"(
    CREATE TABLE pais (
        id INTEGER NOT NULL,
        nombre VARCHAR NOT NULL,
        codigo CHAR(2),
        datos JSON,
        uid UUID,
        raw BINARY(16),
        creado DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
        activo BOOLEAN DEFAULT '1' NOT NULL,
        tipo VARCHAR(4),
        n NUMERIC(10, 2) DEFAULT 0.50,
        CONSTRAINT pk_pais PRIMARY KEY (id),
        CONSTRAINT ck_tipo CHECK (tipo IN ('a', 'b')),
        CHECK (activo IN (0, 1))
    );)");
  const Table& table = schema.table("pais");
  EXPECT_EQ(type(table, "nombre"), "text");
  EXPECT_EQ(table.column("nombre").sqlite.type->native, "VARCHAR");
  EXPECT_EQ(type(table, "datos"), "json");
  EXPECT_EQ(table.column("datos").sqlite.type->native, "JSON");
  EXPECT_EQ(type(table, "uid"), "uuid");
  EXPECT_EQ(type(table, "raw"), "binary(16)");
  EXPECT_EQ(type(table, "n"), "decimal(10,2)");
  EXPECT_EQ(table.column("creado").default_value->sql.any, "CURRENT_TIMESTAMP");
  EXPECT_EQ(table.column("activo").default_value->literal, "true");
  EXPECT_EQ(table.checks.at(0).name, "ck_pais_1");
  EXPECT_EQ(table.checks.at(1).name, "ck_tipo");
}

TEST_F(SqliteInspect, ReadsRails) {
  const Schema schema = read(R"(
    CREATE TABLE IF NOT EXISTS "articles" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
      "title" varchar, "body" text, "published" boolean DEFAULT 0, "published2" boolean DEFAULT FALSE,
      "author_id" integer NOT NULL, "created_at" datetime(6) NOT NULL, "rate" float,
      "state" varchar DEFAULT 'new' NOT NULL, "n" integer(8),
      CONSTRAINT "fk_rails_1" FOREIGN KEY ("author_id") REFERENCES "authors" ("id"));
    CREATE INDEX "index_articles_on_author_id" ON "articles" ("author_id");
    CREATE TABLE "authors" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL);)");
  const Table& table = schema.table("articles");
  EXPECT_EQ(type(table, "created_at"), "datetime(6)");
  EXPECT_EQ(type(table, "n"), "integer");
  EXPECT_EQ(table.column("published").default_value->literal, "false");
  EXPECT_EQ(table.column("published2").default_value->literal, "false");
  EXPECT_EQ(table.foreign_keys.at(0).name, "fk_rails_1");
}

TEST_F(SqliteInspect, ReadsTypesThatAreNone) {
  const Schema schema = read(R"(
    CREATE TABLE t (a, b "odd ""type""" NOT NULL, c VARCHAR2 (20, -1), d UNSIGNED BIG INT,
      e DOUBLE PRECISION, f FLOATING POINT(5), g  NATIVE
      CHARACTER(70), h GENERATED, i whatever generated always as (1), j ANY, k STRING,
      l NCLOB, m 'INT', n LONG RAW BLOB);)");
  const Table& table = schema.table("t");
  EXPECT_EQ(type(table, "a"), "");
  EXPECT_EQ(type(table, "d"), "bigint unsigned");
  EXPECT_EQ(type(table, "e"), "double");
  EXPECT_EQ(type(table, "g"), "char(70)");
  EXPECT_EQ(type(table, "h"), "GENERATED");
  EXPECT_EQ(type(table, "i"), "whatever");
  EXPECT_TRUE(table.column("i").generated);
  EXPECT_EQ(table.column("c").sqlite.type->native, "VARCHAR2(20,-1)");
  EXPECT_EQ(type(table, "m"), "integer");
  // Affinities are kept, whatever the type became.
  database.run("INSERT INTO t(a, b, k, l) VALUES ('1', '1', '1', '1')");
  EXPECT_EQ(database.rows("SELECT typeof(a), typeof(k), typeof(l) FROM t"), "text|integer|text\n");
}

TEST_F(SqliteInspect, KeepsAnIntKeyFromBecomingTheRowid) {
  const Schema schema = read(
      "CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY);"
      "CREATE TABLE c (id INTEGER, PRIMARY KEY (id)); CREATE TABLE d (id BIGINT PRIMARY KEY);"
      "CREATE TABLE e (id INT PRIMARY KEY) WITHOUT ROWID;"
      "CREATE TABLE f (id integer, PRIMARY KEY (id AUTOINCREMENT));"
      "CREATE TABLE g (id INT PRIMARY KEY) STRICT;");
  EXPECT_EQ(schema.table("a").column("id").sqlite.type->native, "INT");
  EXPECT_FALSE(schema.table("b").column("id").sqlite.type);
  EXPECT_FALSE(schema.table("c").column("id").sqlite.type);
  EXPECT_FALSE(schema.table("d").column("id").sqlite.type);
  EXPECT_FALSE(schema.table("e").column("id").sqlite.type);
  EXPECT_TRUE(schema.table("f").column("id").autoincrement);
  EXPECT_EQ(schema.table("g").column("id").sqlite.type->native, "INT");
}

TEST_F(SqliteInspect, ReadsEveryFormOfADefault) {
  const Schema schema = read(
      "CREATE TABLE t (a INT DEFAULT -5, b INT DEFAULT +5, c DEFAULT foo, d DEFAULT \"bar\","
      " e DEFAULT 'it''s', f DEFAULT NULL, g BOOLEAN DEFAULT TRUE, h TEXT DEFAULT 5, i DEFAULT "
      "x'4100',"
      " j DEFAULT (1 + 2), k DEFAULT ('x'), l DEFAULT CURRENT_DATE, m DEFAULT ((-7)), n REAL "
      "DEFAULT"
      " 1e3, o INT DEFAULT 0x1F, p DATETIME DEFAULT (datetime('now', 'localtime')));");
  const Table& table = schema.table("t");
  const auto literal = [&](const char* name) { return table.column(name).default_value->literal; };
  const auto sql = [&](const char* name) { return table.column(name).default_value->sql.any; };
  EXPECT_EQ(literal("a"), "-5");
  EXPECT_EQ(literal("b"), "5");
  EXPECT_EQ(literal("c"), "foo");
  EXPECT_EQ(literal("d"), "bar");
  EXPECT_EQ(literal("e"), "it's");
  EXPECT_FALSE(table.column("f").default_value);
  EXPECT_EQ(literal("g"), "true");
  EXPECT_EQ(table.column("h").default_value->kind, schema::Default::Kind::string);
  EXPECT_EQ(sql("i"), "x'4100'");
  EXPECT_EQ(sql("j"), "1+2");
  EXPECT_EQ(literal("k"), "x");
  EXPECT_EQ(sql("l"), "CURRENT_DATE");
  EXPECT_EQ(literal("m"), "-7");
  EXPECT_EQ(literal("o"), "31");
  EXPECT_EQ(sql("p"), "datetime('now','localtime')");
}

TEST_F(SqliteInspect, ReadsForeignKeysOfEveryForm) {
  const Schema schema = read(
      "CREATE TABLE P (A INTEGER PRIMARY KEY, B INT, UNIQUE (B));"
      "CREATE TABLE c (a INT REFERENCES p, b INT CONSTRAINT named REFERENCES \"P\" (b)"
      " ON DELETE SET NULL ON UPDATE NO ACTION MATCH FULL NOT DEFERRABLE INITIALLY DEFERRED NOT "
      "NULL,"
      " c INT, d INT REFERENCES P ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,"
      " CONSTRAINT two FOREIGN KEY (C) REFERENCES p(A) ON UPDATE SET DEFAULT DEFERRABLE"
      " CONSTRAINT uq UNIQUE (a) CHECK (a > 0))");
  const Table& table = schema.table("c");
  const schema::ForeignKey& implied = *table.find_foreign_key("fk_c_a");
  EXPECT_EQ(implied.referenced_table, "P");
  EXPECT_EQ(implied.referenced_columns, std::vector<std::string>{"A"});
  const schema::ForeignKey& named = *table.find_foreign_key("named");
  EXPECT_EQ(named.referenced_columns, std::vector<std::string>{"B"});
  EXPECT_EQ(named.on_delete, schema::ReferentialAction::set_null);
  EXPECT_FALSE(named.deferrable);
  EXPECT_FALSE(table.column("b").nullable);
  EXPECT_TRUE(table.find_foreign_key("fk_c_d")->deferrable);
  const schema::ForeignKey& two = *table.find_foreign_key("two");
  EXPECT_EQ(two.columns, std::vector<std::string>{"c"});
  EXPECT_FALSE(two.deferrable);
  EXPECT_NE(table.find_unique("uq"), nullptr);
  EXPECT_EQ(table.checks.size(), 1U);
}

TEST_F(SqliteInspect, ReadsIndexes) {
  const Schema schema = read(
      "CREATE TABLE t (a TEXT, b INT);"
      "CREATE UNIQUE INDEX one ON t (a COLLATE nocase DESC, b ASC) WHERE b IS NOT NULL;"
      "CREATE INDEX two ON [t] (lower(a), (a || 'x') COLLATE NOCASE, a || b COLLATE NOCASE, "
      "\"b\");");
  const schema::Index& one = *schema.table("t").find_index("one");
  EXPECT_TRUE(one.unique);
  EXPECT_EQ(one.parts[0].collation, "NOCASE");
  EXPECT_TRUE(one.parts[0].descending);
  EXPECT_FALSE(one.parts[1].descending);
  EXPECT_EQ(one.where.any, "b is not null");
  const schema::Index& two = *schema.table("t").find_index("two");
  EXPECT_EQ(two.parts[0].expression, "lower(a)");
  EXPECT_EQ(two.parts[1].expression, "a||'x'");
  EXPECT_EQ(two.parts[1].collation, "NOCASE");
  EXPECT_EQ(two.parts[2].expression, "a||b collate nocase");
  EXPECT_EQ(two.parts[2].collation, "");
  EXPECT_EQ(two.parts[3].column, "b");
}

TEST_F(SqliteInspect, ReadsViewsAndTriggers) {
  const Schema schema = read(
      "CREATE TABLE t (a TEXT); CREATE VIEW v (x, \"y z\") AS SELECT a, 1 FROM t -- end\n;"
      "CREATE TRIGGER [on t] UPDATE OF a ON \"t\" WHEN new.a > 'x' BEGIN"
      " SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t; END;"
      "CREATE TRIGGER onv INSTEAD OF INSERT ON v BEGIN SELECT 1; END;");
  const schema::View& view = schema.views.at("v");
  EXPECT_EQ(view.columns, (std::vector<std::string>{"x", "y z"}));
  EXPECT_EQ(view.sql.any, "select a,1 from t");
  EXPECT_EQ(schema.triggers.at("on t").table, "t");
  EXPECT_THAT(schema.triggers.at("on t").sql.any, HasSubstr("update of a on"));
  EXPECT_EQ(schema.triggers.at("onv").table, "v");
}

TEST_F(SqliteInspect, ReadsOnlyTheTablesAskedFor) {
  database.run(
      "CREATE TABLE One (a TEXT); CREATE TABLE two (a TEXT); CREATE VIEW v AS SELECT 1;"
      "CREATE INDEX i ON two (a); CREATE TABLE dbmig_revisions (id TEXT)");
  const Schema schema = database.connection().inspect({{"one"}, false}).schema;
  EXPECT_EQ(schema.tables.size(), 1U);
  EXPECT_TRUE(schema.views.empty());
  EXPECT_EQ(database.connection().inspect({{}, true}).schema.tables.size(), 3U);
}

TEST_F(SqliteInspect, ReadsTablesThatAlterTableHasTouched) {
  const Schema schema = read(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a TEXT /* x */, CHECK (a <> ''));"
      "ALTER TABLE t ADD COLUMN b INT CHECK (b > 0) REFERENCES p(id);"
      "ALTER TABLE t RENAME COLUMN a TO \"the a\"; ALTER TABLE t RENAME TO \"the t\";"
      "ALTER TABLE \"the t\" ADD COLUMN c; ALTER TABLE \"the t\" DROP COLUMN c;"
      "CREATE TABLE u AS SELECT *, 1.5 AS r, 'x' AS \"odd name\" FROM \"the t\";");
  EXPECT_EQ(schema.table("the t").column_names(), (std::vector<std::string>{"the a", "b"}));
  EXPECT_EQ(schema.table("u").columns.size(), 4U);
}

}  // namespace
}  // namespace dbmig
