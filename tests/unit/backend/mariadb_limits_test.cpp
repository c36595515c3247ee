// MariaDB's documented limits, held against the server: what we refuse it refuses, and what we let
// pass it takes.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/limits.hpp"
#include "ops/operation.hpp"
#include "schema/validate.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "support/server_version.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

const dialect::Dialect& mariadb() {
  return dialect::dialect(DialectKind::mariadb);
}

schema::Schema limits_model(const std::string& text) {
  return yaml::parse_model({{"m.yaml", text}}).schema;
}

/// What the server says against `schema`; empty when it takes it.
std::string server_says(test::MariadbDatabase& database, const schema::Schema& schema) {
  std::vector<ops::Operation> creates;
  // In the order of their names backwards, a parent comes before its child here.
  for (auto entry = schema.tables.rbegin(); entry != schema.tables.rend(); ++entry) {
    creates.push_back(ops::CreateTable{entry->second});
  }
  for (const auto& [key, routine] : schema.routines) creates.push_back(ops::CreateRoutine{routine});
  for (const auto& [name, view] : schema.views) creates.push_back(ops::CreateView{view});
  for (const auto& [name, trigger] : schema.triggers) {
    creates.push_back(ops::CreateTrigger{trigger});
  }
  std::string said;
  try {
    database.migrate({}, creates);
  } catch (const Error& error) {
    said = error.what();
  }
  database.run("SET foreign_key_checks = 0");
  const auto drop = [&](std::string_view kind, const std::string& name) {
    database.run(fmt::format("DROP {} IF EXISTS `{}`", kind, name));
  };
  for (const auto& [name, view] : schema.views) drop("VIEW", name);
  for (const auto& [key, routine] : schema.routines) drop(schema::to_string(key.first), key.second);
  for (const auto& [name, table] : schema.tables) {
    // No statement can say such a name.
    if (name.find("🎉") == std::string::npos) drop("TABLE", name);
  }
  database.run("SET foreign_key_checks = 1");
  return said;
}

std::string columns(int count, const std::string& type, const std::string& more = "") {
  std::string text = "tables:\n  a:\n    columns:\n      id: integer\n";
  for (int i = 0; i < count; ++i) text += fmt::format("      c{}: {}\n", i, type);
  return text + "    primary_key: [id]\n    mariadb: {charset: utf8mb4}\n" + more;
}

std::string table(const std::string& column, const std::string& more = "") {
  return "tables:\n  a: {columns: {id: integer, x: " + column + "}, primary_key: [id]" + more +
         ", mariadb: {charset: utf8mb4, collation: utf8mb4_general_ci}}\n";
}

/// `list` of them, c0 to c(n-1).
std::string names(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  return text;
}

std::string indexes(int count) {
  std::string text = "    indexes:\n";
  for (int i = 0; i < count; ++i) text += fmt::format("      ix{}: [c{}]\n", i, i);
  return text;
}

struct Pair {
  std::string limit;
  std::string within;
  std::string beyond;
};

std::vector<Pair> pairs() {
  const std::string parent = "tables:\n  p: {columns: {id: integer}, primary_key: [id]}\n";
  const auto child = [&](const std::string& action) {
    return parent +
           "  a: {columns: {id: {type: integer}, b: integer, x: {type: integer, generated: {sql: b "
           "+ 1, stored: true}}}, primary_key: [id], foreign_keys: {fk: {columns: [b], references: "
           "p(id), on_delete: " +
           action + "}}}\n";
  };
  // A foreign key of a table with a period, and what its key over the period is.
  const auto periods = [](const std::string& key, const std::string& foreign) {
    return "tables:\n  p: {columns: {id: integer, d: date}, primary_key: [id], unique: {u_d: "
           "[d]}}\n  a: {only: mariadb, columns: {id: integer, x: integer, s: {type: date, "
           "nullable: false}, e: {type: date, nullable: false}}, mariadb: {period: {name: at, "
           "start: s, end: e}}, " +
           key + ", foreign_keys: {fk: " + foreign + "}}\n";
  };
  // A child `a` of `p`, with a column and foreign keys.
  const auto related = [](const std::string& column, const std::string& keys,
                          const std::string& options = "charset: latin1") {
    return "tables:\n  p: {columns: {id: integer, v: varchar(9), c: {type: varchar(9), mariadb: "
           "{charset: latin1, collation: latin1_swedish_ci}}, t: text}, primary_key: [id], unique: "
           "{u_v: [v], u_c: [c], u_t: [t]}, mariadb: {" +
           options + "}}\n  a: {columns: {id: integer, " + column +
           "}, primary_key: [id], foreign_keys: " + keys + "}\n";
  };
  const std::string over_period = "unique: {u: {columns: [id], without_overlaps: true}}";
  const std::string primary = "primary_key: {columns: [id], without_overlaps: true}";
  const std::string plain = "unique: {u: [id]}";
  const std::string trigger =
      table("integer") + "triggers:\n  tr: {table: a, sql: \"AFTER INSERT ON a ";
  return {
      {"columns", columns(1016, "integer"), columns(1017, "integer")},
      {"char", table("char(255)"), table("char(256)")},
      {"binary", table("binary(255)"), table("binary(256)")},
      {"varchar of utf8mb4", table("varchar(16000)"), table("varchar(16384)")},
      {"digits", table("\"decimal(65,38)\""), table("\"decimal(66,2)\"")},
      {"digits after the point", table("\"decimal(60,38)\""), table("\"decimal(60,39)\"")},
      {"collation of a column",
       table("{type: text, mariadb: {charset: utf8mb3, collation: utf8_bin}}"),
       table("{type: text, mariadb: {charset: latin1, collation: utf8mb4_bin}}")},
      {"collation of a table",
       "tables:\n  a: {columns: {x: text}, mariadb: {charset: LATIN1, collation: latin1_bin}}\n",
       "tables:\n  a: {columns: {x: text}, mariadb: {charset: utf8mb4, collation: latin1_bin}}\n"},
      {"enum members", table("\"enum('a','b')\""), table("\"enum('a','A')\"")},
      {"enum members in a binary collation",
       table("{type: \"enum('a','A')\", mariadb: {collation: utf8mb4_bin}}"),
       table("{type: \"enum('a','A')\", mariadb: {collation: utf8mb4_unicode_ci}}")},
      {"enum members with accents", table("\"enum('s','ñ')\""), table("\"enum('Sí','si')\"")},
      {"enum members in other alphabets", table("\"enum('е','є')\""), table("\"enum('Е','е')\"")},
      {"set members with accents", table("\"set('a','b')\""), table("\"set('a','À')\"")},
      {"name of an index", table("integer", ", indexes: {primary_x: [x]}"),
       table("integer", ", indexes: {Primary: [x]}")},
      {"name of a unique key", table("integer", ", unique: {u: [x]}"),
       table("integer", ", unique: {PRIMARY: [x]}")},
      {"name of InnoDB's key",
       "tables:\n  a: {columns: {x: integer}, indexes: {gen_clust_index: [x]}, mariadb: {engine: "
       "MyISAM}}\n",
       table("integer", ", indexes: {gen_clust_index: [x]}")},
      {"a part of a number", table("varbinary(9)", ", indexes: {i: [\"x(3)\"]}"),
       table("bigint", ", indexes: {i: [\"x(3)\"]}")},
      {"a part of an enum", table("json", ", indexes: {i: [\"x(1)\"]}"),
       table("\"enum('aa','b')\"", ", indexes: {i: [\"x(1)\"]}")},
      {"a part of a uuid", table("tinytext", ", indexes: {i: [\"x(1)\"]}"),
       table("uuid", ", indexes: {i: [\"x(1)\"]}")},
      {"charset of a column", table("{type: text, mariadb: {charset: UTF8}}"),
       table("{type: text, mariadb: {charset: utf9}}")},
      {"charset of a table", "tables:\n  a: {columns: {x: text}, mariadb: {charset: swe7}}\n",
       "tables:\n  a: {columns: {x: text}, mariadb: {charset: swe8}}\n"},
      {"invisible columns", table("{type: integer, mariadb: {invisible: true}}"),
       "tables:\n  a: {columns: {x: {type: integer, mariadb: {invisible: true}}}}\n"},
      {"invisible and NOT NULL",
       table("{type: integer, nullable: false, default: 3, mariadb: {invisible: true}}"),
       table("{type: integer, nullable: false, mariadb: {invisible: true}}")},
      {"an invisible key",
       "tables:\n  a: {columns: {id: {type: integer, autoincrement: true, mariadb: {invisible: "
       "true}}, x: integer}, primary_key: [id]}\n",
       "tables:\n  a: {columns: {id: {type: integer, mariadb: {invisible: true}}, x: integer}, "
       "primary_key: [id]}\n"},
      {"compressed types", table("{type: blob, mariadb: {compressed: true}}"),
       table("{type: integer, mariadb: {compressed: true}}")},
      {"compressed texts", table("{type: varchar(20), mariadb: {compressed: true}}"),
       table("{type: char(20), mariadb: {compressed: true}}")},
      {"compressed in a key",
       table("{type: varchar(20), mariadb: {compressed: true}}", ", indexes: {i: [id]}"),
       table("{type: varchar(20), mariadb: {compressed: true}}", ", indexes: {i: [id, x]}")},
      {"on_update", table("{type: datetime, mariadb: {on_update: current_timestamp()}}"),
       table("{type: integer, mariadb: {on_update: current_timestamp()}}")},
      {"on_update of a date", table("{type: timestamp, mariadb: {on_update: current_timestamp()}}"),
       table("{type: date, mariadb: {on_update: current_timestamp()}}")},
      {"InnoDB's columns", "tables:\n  a: {columns: {db_row_number: integer}}\n",
       "tables:\n  a: {columns: {db_row_id: integer}}\n"},
      {"InnoDB's columns in another engine",
       "tables:\n  a: {columns: {DB_TRX_ID: integer}, mariadb: {engine: Aria}}\n",
       "tables:\n  a: {columns: {DB_TRX_ID: integer}}\n"},
      {"primary key and partitions",
       "tables:\n  a: {columns: {id: integer, x: integer}, primary_key: [id, x], mariadb: "
       "{partition: PARTITION BY HASH (x % 7) PARTITIONS 2}}\n",
       "tables:\n  a: {columns: {id: integer, x: integer}, primary_key: [id], mariadb: "
       "{partition: PARTITION BY HASH (x % 7) PARTITIONS 2}}\n"},
      {"unique key and partitions",
       "tables:\n  a: {columns: {id: integer, x: integer}, primary_key: [id], unique: {u: [x, "
       "id]}, "
       "mariadb: {partition: PARTITION BY KEY (id) PARTITIONS 2}}\n",
       "tables:\n  a: {columns: {id: integer, x: integer}, primary_key: [id], unique: {u: [x]}, "
       "mariadb: {partition: PARTITION BY KEY (id) PARTITIONS 2}}\n"},
      {"foreign key called PRIMARY",
       related("b: integer", "{p: {columns: [b], references: p(id)}}"),
       related("b: integer", "{primary: {columns: [b], references: p(id)}}")},
      {"foreign key over a text", related("b: integer", "{fk: {columns: [b], references: p(id)}}"),
       related("b: text", "{fk: {columns: [b], references: p(t)}}")},
      {"foreign key to another engine",
       related("b: integer", "{fk: {columns: [b], references: p(id)}}"),
       related("b: integer", "{fk: {columns: [b], references: p(id)}}", "engine: MyISAM")},
      {"foreign key to partitions",
       related("b: integer", "{fk: {columns: [b], references: p(id)}}"),
       "tables:\n  p: {columns: {id: integer}, primary_key: [id], mariadb: {partition: PARTITION "
       "BY "
       "HASH (id) PARTITIONS 2}}\n  a: {columns: {id: integer}, primary_key: [id], foreign_keys: "
       "{fk: {columns: [id], references: p(id)}}}\n"},
      {"foreign key and partitions",
       related("b: integer", "{fk: {columns: [b], references: p(id)}}"),
       "tables:\n  p: {columns: {id: integer}, primary_key: [id]}\n  a: {columns: {id: integer}, "
       "primary_key: [id], foreign_keys: {fk: {columns: [id], references: p(id)}}, mariadb: "
       "{partition: PARTITION BY HASH (id) PARTITIONS 2}}\n"},
      {"check over what a foreign key changes",
       related("b: integer",
               "{fk: {columns: [b], references: p(id), on_delete: cascade}}, checks: {c: b > 0}"),
       related("b: integer",
               "{fk: {columns: [b], references: p(id), on_delete: set null}}, checks: {c: b > 0}")},
      {"check over what a foreign key updates",
       related("b: integer",
               "{fk: {columns: [b], references: p(id), on_update: restrict}}, checks: {c: b > 0}"),
       related("b: integer",
               "{fk: {columns: [b], references: p(id), on_update: cascade}}, checks: {c: b > 0}")},
      {"keys", columns(64, "integer", indexes(63)), columns(64, "integer", indexes(64))},
      {"columns of a key", columns(32, "integer", "    indexes: {ix: [" + names(32) + "]}\n"),
       columns(33, "integer", "    indexes: {ix: [" + names(33) + "]}\n")},
      {"bytes of a primary key",
       "tables:\n  a: {columns: {x: varchar(768)}, primary_key: [x], mariadb: {charset: "
       "utf8mb4}}\n",
       "tables:\n  a: {columns: {x: varchar(769)}, primary_key: [x], mariadb: {charset: "
       "utf8mb4}}\n"},
      {"primary key over a text", "tables:\n  a: {columns: {x: varchar(20)}, primary_key: [x]}\n",
       "tables:\n  a: {columns: {x: text}, primary_key: [x]}\n"},
      {"bytes of an index", columns(2, "varchar(384)", "    indexes: {ix: [c0, c1]}\n"),
       columns(2, "varchar(385)", "    indexes: {ix: [c0, c1]}\n")},
      {"full-text", table("text", ", indexes: {ix: {columns: [x], kind: fulltext}}"),
       table("integer", ", indexes: {ix: {columns: [x], kind: fulltext}}")},
      {"spatial",
       table("{type: point, nullable: false}", ", indexes: {ix: {columns: [x], kind: spatial}}"),
       table("point", ", indexes: {ix: {columns: [x], kind: spatial}}")},
      {"bytes of a row", columns(64, "varchar(255)"), columns(65, "varchar(255)")},
      {"bytes in a page", columns(33, "char(60)"), columns(34, "char(60)")},
      {"check over AUTO_INCREMENT",
       "tables:\n  a: {columns: {id: {type: integer, autoincrement: true}, x: integer}, "
       "primary_key: [id], checks: {ck: x > 0}}\n",
       "tables:\n  a: {columns: {id: {type: integer, autoincrement: true}, x: integer}, "
       "primary_key: [id], checks: {ck: x > id}}\n"},
      {"stored column of AUTO_INCREMENT",
       "tables:\n  a: {columns: {id: {type: integer, autoincrement: true}, x: integer, y: {type: "
       "integer, generated: {sql: x + 1, stored: true}}}, primary_key: [id]}\n",
       "tables:\n  a: {columns: {id: {type: integer, autoincrement: true}, x: {type: integer, "
       "generated: {sql: id + 1, stored: true}}}, primary_key: [id]}\n"},
      {"functions of SQLite alone", table("text", ", checks: {ck: length(x) > 1}"),
       table("text", ", checks: {ck: \"typeof(x) = 'text'\"}")},
      {"comment of a column", table("{type: integer, comment: '" + std::string(1024, 'x') + "'}"),
       table("{type: integer, comment: '" + std::string(1025, 'x') + "'}")},
      {"comment of a table",
       "tables:\n  a: {columns: {id: integer}, primary_key: [id], comment: '" +
           std::string(2048, 'x') + "'}\n",
       "tables:\n  a: {columns: {id: integer}, primary_key: [id], comment: '" +
           std::string(2049, 'x') + "'}\n"},
      // The server's own client cannot even name such a table: the library says so first.
      {"letters of a name", "tables:\n  tñ€: {columns: {id: integer}, primary_key: [id]}\n",
       "tables:\n  t🎉: {columns: {id: integer}, primary_key: [id]}\n"},
      {"base column of a stored one", child("cascade"), child("set null")},
      {"ON UPDATE CASCADE under a key without overlaps",
       periods(over_period, "{columns: [x], references: p(id), on_update: cascade}"),
       periods(over_period, "{columns: [id], references: p(id), on_update: cascade}")},
      {"ON UPDATE CASCADE under a primary key without overlaps",
       periods(primary, "{columns: [id], references: p(id), on_delete: cascade}"),
       periods(primary, "{columns: [id], references: p(id), on_update: cascade}")},
      {"ON UPDATE CASCADE under a key over a period, of a column of the period",
       periods(plain, "{columns: [id], references: p(id), on_update: cascade}"),
       periods(over_period, "{columns: [e], references: p(d), on_update: cascade}")},
      {"columns of a period that foreign keys change",
       periods(plain, "{columns: [s], references: p(d), on_delete: cascade}"),
       periods(plain, "{columns: [s], references: p(d), on_update: cascade}")},
      {"row triggers", trigger + "FOR EACH ROW SET @a = 1\"}\n",
       trigger + "BEGIN UPDATE a SET x = 1; END\"}\n"},
      {"triggers over some columns", trigger + "FOR EACH ROW SET @a = 1\"}\n",
       table("integer") + "triggers:\n  tr: {table: a, sql: \"AFTER UPDATE OF x ON a FOR EACH ROW "
                          "SET @a = 1\"}\n"},
      {"conditions of triggers",
       trigger + "FOR EACH ROW IF NEW.x > 1 THEN SET @a = CASE WHEN 1 THEN 2 END; END IF\"}\n",
       trigger + "FOR EACH ROW WHEN NEW.x > 1 BEGIN SET @a = 1; END\"}\n"},
      {"conflicts in triggers",
       trigger + "FOR EACH ROW INSERT INTO a (id) VALUES (1) ON DUPLICATE KEY UPDATE id = 1\"}\n",
       trigger + "FOR EACH ROW BEGIN INSERT OR IGNORE INTO a (id) VALUES (1); END\"}\n"},
      {"functions in views", table("integer") + "views: {v: SELECT sum(x) AS s FROM a}\n",
       table("integer") + "views: {v: SELECT total(x) AS s FROM a}\n"},
      {"names of functions",
       table("integer") + "functions: {año: \"() RETURNS INT RETURN 1\", añó2: \"() RETURNS INT "
                          "RETURN 1\"}\n",
       table("integer") + "functions: {año: \"() RETURNS INT RETURN 1\", ANO: \"() RETURNS INT "
                          "RETURN 1\"}\n"},
      {"sequences and tables", table("integer") + "sequences: {b: START WITH 1}\n",
       table("integer") + "sequences: {a: START WITH 1}\n"},
  };
}

using MariadbLimits = test::MariadbTest;

TEST_F(MariadbLimits, AreTheServers) {
  test::MariadbDatabase database;
  for (const Pair& pair : pairs()) {
    const schema::Schema within = limits_model(pair.within);
    const schema::Schema beyond = limits_model(pair.beyond);
    EXPECT_THAT(mariadb().refusals(within), IsEmpty()) << pair.limit;
    EXPECT_THAT(mariadb().refusals(beyond), Not(IsEmpty())) << pair.limit;
    EXPECT_EQ(server_says(database, within), "") << pair.limit;
    // From 11.8 on the server takes these; a history for any server goes without.
    const bool is_newer = test::is_at_least(database.connection(), 11, 8);
    if (is_newer && pair.limit == std::string_view("triggers over some columns")) continue;
    EXPECT_NE(server_says(database, beyond), "") << pair.limit;
  }
}

/// Such a table is made, and no row can be written.
/// The server takes these, and makes something else of them.
TEST(MariadbLimitsText, WhatTheServerWouldForgetIsRefused) {
  const std::string parent = "tables:\n  p: {columns: {id: integer}, primary_key: [id]}\n";
  for (const std::string& text :
       {parent + "  a: {columns: {id: integer}, primary_key: [id], foreign_keys: {fk: {columns: "
                 "[id], references: p(id)}}, mariadb: {engine: MyISAM}}\n",
        table("geometry", ", unique: {u: [x]}"), table("linestring", ", unique: {u: [id, x]}"),
        table("polygon", ", indexes: {i: {columns: [x], unique: true}}")}) {
    EXPECT_THAT(mariadb().refusals(limits_model(text)), Not(IsEmpty())) << text;
  }
  for (const std::string& text :
       {table("point", ", unique: {u: [x]}"),
        table("geometry", ", indexes: {i: {columns: [\"x(20)\"], unique: true}}")}) {
    EXPECT_THAT(mariadb().refusals(limits_model(text)), IsEmpty()) << text;
  }
}

TEST_F(MariadbLimits, ADefaultThatIsNoJsonFailsWhenItIsUsed) {
  test::MariadbDatabase database;
  const std::string within = table("{type: json, default: '{\"a\": [1]}'}");
  const std::string beyond = table("{type: json, default: 'nope'}");
  EXPECT_THAT(mariadb().refusals(limits_model(within)), IsEmpty());
  EXPECT_THAT(mariadb().refusals(limits_model(beyond)), testing::SizeIs(1));
  database.run("CREATE TABLE t (id int, x json DEFAULT 'nope')");
  EXPECT_THROW(database.run("INSERT INTO t (id) VALUES (1)"), Error);
}

/// Every function that is refused in a check is refused by the server.
TEST_F(MariadbLimits, FunctionsThatChangeAreNotTakenInAChecks) {
  test::MariadbDatabase database;
  for (const char* call : {"now()",
                           "curdate()",
                           "curtime()",
                           "sysdate()",
                           "unix_timestamp()",
                           "rand()",
                           "uuid()",
                           "uuid_short()",
                           "user()",
                           "session_user()",
                           "database()",
                           "schema()",
                           "connection_id()",
                           "last_insert_id()",
                           "row_count()",
                           "found_rows()",
                           "sleep(1)",
                           "version()",
                           "CURRENT_TIMESTAMP",
                           "CURRENT_DATE",
                           "CURRENT_TIME",
                           "LOCALTIME",
                           "UTC_DATE()",
                           "UTC_TIMESTAMP()",
                           "CURRENT_USER",
                           "get_lock('a', 0)",
                           "load_file('a')"}) {
    const schema::Schema schema =
        limits_model(table("text", fmt::format(", checks: {{ck: \"x <> {}\"}}", call)));
    EXPECT_THAT(mariadb().refusals(schema), Not(IsEmpty())) << call;
    EXPECT_NE(server_says(database, schema), "") << call;
  }
}

schema::Schema random_table(std::uint64_t seed) {
  test::RandomSource random(seed);
  static const std::vector<std::string> kTypes = {
      "varchar(10)", "varchar(39)",   "varchar(255)", "varchar(900)",   "char(3)",
      "char(40)",    "char(255)",     "integer",      "bigint",         "\"decimal(20,5)\"",
      "datetime(6)", "text",          "longblob",     "varbinary(300)", "binary(200)",
      "tinyint",     "varchar(4000)", "json",         "double",         "\"enum('a','b')\"",
      "bit(11)"};
  const std::vector<std::string> few = {random.pick(kTypes), random.pick(kTypes)};
  const bool is_uniform = random.chance(60);
  static const std::vector<std::string> kCharsets = {"utf8mb4", "latin1", "utf8mb3", "ucs2"};
  std::string text = "tables:\n  a:\n    columns:\n      id: integer\n";
  const int count = random.between(1, 260);
  for (int i = 0; i < count; ++i) {
    text += fmt::format("      c{}: {{type: {}, nullable: {}}}\n", i,
                        random.pick(is_uniform ? few : kTypes), random.chance(50));
  }
  text +=
      fmt::format("    primary_key: [id]\n    mariadb: {{charset: {}}}\n", random.pick(kCharsets));
  if (random.chance(50)) {
    text += fmt::format("    indexes: {{ix: [c0, c{}]}}\n", count - 1);
    if (count == 1) text.replace(text.rfind("c0, c0"), 6, "c0");
  }
  return limits_model(text);
}

/// Every collation of the server beside every character set.
TEST_F(MariadbLimits, CollationsBelongToTheCharacterSetsThatTheServerSays) {
  test::MariadbDatabase database;
  std::set<std::pair<std::string, std::string>> pairs;
  std::set<std::string> charsets;
  std::set<std::string> collations;
  const std::string rows = database.rows(
      "SELECT character_set_name, full_collation_name FROM "
      "information_schema.collation_character_set_applicability UNION SELECT character_set_name, "
      "collation_name FROM information_schema.collation_character_set_applicability");
  for (const std::string& row : text::split(rows, '\n')) {
    const std::vector<std::string> pair = text::split(row, '|');
    if (pair.size() != 2) continue;
    charsets.insert(pair[0]);
    collations.insert(pair[1]);
    pairs.emplace(pair[0], pair[1]);
  }
  ASSERT_GT(pairs.size(), 300U);
  schema::Schema schema = limits_model("tables:\n  a: {columns: {x: text}}\n");
  schema::MariadbColumn& column = schema.table("a").columns[0].mariadb;
  for (const std::string& charset : charsets) {
    for (const std::string& collation : collations) {
      column.charset = charset;
      column.collation = collation;
      EXPECT_EQ(mariadb().refusals(schema).empty(), pairs.count({charset, collation}) != 0)
          << charset << ' ' << collation;
    }
  }
}

/// Around the limits of rows, pages and keys, the sizes are the server's to the byte.
TEST_F(MariadbLimits, OfBytesAreTheServersForAnyTable) {
  test::MariadbDatabase database;
  std::size_t refused = 0;
  const std::uint64_t seeds = test::property_seeds(60);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const schema::Schema schema = random_table(seed);
    const auto found = mariadb().refusals(schema);
    const std::string said = server_says(database, schema);
    EXPECT_EQ(found.empty(), said.empty())
        << "seed " << seed << "; we: " << (found.empty() ? "" : found.front().message)
        << "; server: " << said << "\n"
        << yaml::print_model(schema).substr(0, 3000);
    refused += found.empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 0U);
  EXPECT_LT(refused, seeds);
}

}  // namespace
}  // namespace dbmig
