// Records made outside of the database hold what INSERT makes of the same values.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>

#include "backend/bulk.hpp"
#include "backend/sqlite/bulk.hpp"
#include "backend/sqlite/connection.hpp"
#include "backend/sqlite/record.hpp"
#include "backend/sqlite/record_sink.hpp"
#include "support/property.hpp"
#include "unit/backend/sqlite_record_cases.hpp"
#include "unit/backend/sqlite_support.hpp"

namespace dbmig::test {
namespace {

using namespace records;
using backend::sqlite::Affinity;
using backend::sqlite::RecordLayout;
using backend::sqlite::RecordReader;

std::unique_ptr<BulkSink> make_plain_record_sink(backend::sqlite::SqliteConnection& connection,
                                                 const schema::Table& table,
                                                 const std::vector<std::string>& columns) {
  return backend::sqlite::make_record_sink(connection, table, columns);
}
/// Whether records can go into a table without a statement: not with the system's SQLite.
bool takes_plain_records() {
  SqliteDatabase database;
  database.run("CREATE TABLE t (n)");
  database.connection().begin();
  return backend::sqlite::make_record_sink(database.connection(), database.inspect().table("t"),
                                           {"n"}) != nullptr;
}
/// Whatever the table, its file and the values: the same rows, of the same types, and the same ones
/// refused for the same reasons, as INSERT leaves them; and a file that SQLite finds sound.
TEST(SqliteRecords, AreWhatInsertWrites) {
  for (std::uint64_t seed = 1; seed <= property_seeds(60); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const Case one = random_case(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + one.create);
    if (!expect_what_insert_writes(seed, one, make_plain_record_sink)) {
      GTEST_SKIP() << "with the system's SQLite there are none";
    }
    if (HasFailure()) return;
  }
}
TEST(SqliteRecords, FindARowidWhenTheLastIsTaken) {
  SqliteDatabase database(true);
  database.run("CREATE TABLE t (n INTEGER PRIMARY KEY)");
  database.connection().begin();
  Case one;
  one.columns = {"n"};
  one.rows = {{Cell::of(kHighest)}, {Cell::null()}, {Cell::null()}, {Cell::of(std::int64_t{-7})}};
  const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
  EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
  EXPECT_EQ(database.rows("SELECT count(*), min(n), max(n) FROM t"), "4|-7|9223372036854775807\n");
}

/// An AUTOINCREMENT table gives a rowid once, and what it has given is known after every batch.
TEST(SqliteRecords, DoNotUseARowidOfAnAutoincrementTableAgain) {
  SqliteDatabase database(true);
  database.run(
      "CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, x); INSERT INTO t VALUES (41, 0);"
      "DELETE FROM t");
  database.connection().begin();
  Case one;
  one.columns = {"x", "n"};
  one.rows = {{Cell::of(std::int64_t{1}), Cell::null()},
              {Cell::of(std::int64_t{2}), Cell::of(std::int64_t{7})},
              {Cell::of(std::int64_t{3}), Cell::null()}};
  const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
  EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
  EXPECT_EQ(database.rows("SELECT n, x FROM t ORDER BY x"), "42|1\n7|2\n43|3\n");
  EXPECT_EQ(sequences(database), "t|43\n");
}

/// What somebody else has written into SQLite's own record of rowids is left to SQLite.
TEST(SqliteRecords, AreNotForAutoincrementTablesWithoutASoundRecord) {
  for (const char* seq : {"'abc'", "x'41'", "NULL", "'12x'", "1e30", "-7"}) {
    SCOPED_TRACE(seq);
    SqliteDatabase database(true);
    database.run("CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, x)");
    database.run(fmt::format("INSERT INTO sqlite_sequence VALUES ('t', {}), ('T', 50)", seq));
    database.connection().begin();
    EXPECT_EQ(backend::sqlite::make_record_sink(database.connection(),
                                                database.inspect().table("t"), {"x"}),
              nullptr);
    database.connection().rollback();
    database.run("DELETE FROM sqlite_sequence WHERE name = 't'");
    database.connection().begin();
    Case one;
    one.columns = {"x"};
    one.rows = {{Cell::of(std::int64_t{5})}};
    const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
    EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
    EXPECT_EQ(database.rows("SELECT n, x FROM t"), "1|5\n");
    EXPECT_EQ(sequences(database), "T|50\nt|1\n");
    database.connection().rollback();
  }
}

/// Rows of a table with constraints that the caller checks: written past the constraints' indexes,
/// they are the same, and the indexes have them at the end.
TEST(SqliteRecords, MayBeWrittenPastIndexesOfConstraints) {
  const std::vector<std::string> tables = {
      "CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER, c REAL, UNIQUE (b, a))",
      "CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE, b INTEGER PRIMARY KEY DESC, c NUMERIC)",
      "CREATE TABLE t (a UNIQUE, b INTEGER NOT NULL, c TEXT UNIQUE, PRIMARY KEY (b, c))",
      "CREATE TABLE t (a VARCHAR(9), b INTEGER PRIMARY KEY AUTOINCREMENT, c DATE, UNIQUE (a), "
      "UNIQUE (c, b))",
      "CREATE TABLE t (a TEXT UNIQUE, b INTEGER UNIQUE, c TEXT); CREATE INDEX i ON t (c);"
      "CREATE UNIQUE INDEX u ON t (c, a)",
      // Indexes of a kind that has to be kept: all rows go through INSERT.
      "CREATE TABLE t (a TEXT UNIQUE, b INTEGER, c TEXT); CREATE INDEX i ON t (c || 'x')",
  };
  const std::vector<std::vector<std::string>> keys = {{"a"},      {"b"},      {"c"},     {"b", "a"},
                                                      {"b", "c"}, {"c", "b"}, {"c", "a"}};
  for (std::uint64_t seed = 0; seed < property_seeds(60); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const std::string& script = tables[seed % tables.size()];
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + script);
    Case one;
    one.columns = {"a", "b", "c"};
    one.texts.reserve(4096);
    const std::size_t count = random() % 400;
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = static_cast<std::int64_t>(i * 7919 % 1009);
      const auto text = [&] {
        return Cell::of_text(one.texts.emplace_back("x" + std::to_string(number)));
      };
      // Text that looks like a number is left to INSERT.
      one.rows.push_back({text(), Cell::of(number),
                          random() % 3 == 0
                              ? Cell::of_text(one.texts.emplace_back(std::to_string(number)))
                              : text()});
    }
    const bool repeats = count > 100 && random() % 3 == 0;
    if (repeats) one.rows.push_back(one.rows[random() % 100]);
    SqliteDatabase database;
    database.run(script);
    SqliteDatabase plain;
    plain.run(script);
    const std::string before = database.rows("SELECT name, sql FROM sqlite_master ORDER BY name");
    database.connection().begin();
    const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
    const bool has_left = sink->begin({.keys = keys}).keys;
    const std::vector<Refused> refused = write(*sink, one);
    // With the system's SQLite at least indexes may wait.
    if (takes_plain_records() && &script != &tables.back()) {
      ASSERT_TRUE(has_left);
    }
    if (repeats && refused.empty()) {
      EXPECT_THROW(sink->finish(), Error);
      database.connection().rollback();
      EXPECT_EQ(database.rows("SELECT count(*) FROM t"), "0\n");
    } else {
      sink->finish();
      ASSERT_EQ(refused.size(), repeats ? 1U : 0U);
      database.connection().commit();
      const auto bound = backend::sqlite::make_bound_sink(plain.connection(),
                                                          plain.inspect().table("t"), one.columns);
      ASSERT_EQ(write(*bound, one).size(), refused.size());
      ASSERT_EQ(content(database), content(plain));
      ASSERT_EQ(sequences(database), sequences(plain));
    }
    ASSERT_EQ(database.rows("SELECT name, sql FROM sqlite_master ORDER BY name"), before);
    ASSERT_EQ(database.rows("PRAGMA main.integrity_check"), "ok\n");
  }
}

/// A constraint that nobody checks, or rows that are there already, keep their indexes up to date.
TEST(SqliteRecords, AreNotWrittenPastConstraintsThatAreNotChecked) {
  struct Row {
    const char* script;
    std::vector<std::vector<std::string>> checked;
  };
  const std::vector<Row> rows = {
      {"CREATE TABLE t (a UNIQUE, n UNIQUE)", {}},
      {"CREATE TABLE t (a UNIQUE, n UNIQUE)", {{"n"}}},
      {"CREATE TABLE t (a UNIQUE, n UNIQUE); INSERT INTO t VALUES (1, 1)", {{"a"}, {"n"}}},
      {"CREATE TABLE t (a PRIMARY KEY, n UNIQUE) WITHOUT ROWID", {{"a"}, {"n"}}},
      {"CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE, n)", {{"a"}}},
      // SQLite looks for parents in the index.
      {"CREATE TABLE t (a UNIQUE, n REFERENCES T (A))", {{"a"}}},
      {"CREATE TABLE t (a TEXT PRIMARY KEY, n REFERENCES t)", {{"a"}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.script);
    SqliteDatabase database(true);
    database.run(row.script);
    database.connection().begin();
    const auto sink = database.connection().bulk_sink(database.inspect().table("t"), {"n"});
    const backend::DeferredChecks deferred =
        sink->begin({.keys = row.checked, .constraints = true});
    EXPECT_FALSE(deferred.keys);
    EXPECT_FALSE(deferred.constraints);
    Case one;
    one.columns = {"n"};
    one.rows = {{Cell::null()}};
    write(*sink, one);
    EXPECT_EQ(database.rows("PRAGMA main.integrity_check"), "ok\n");
    database.connection().rollback();
  }
}

/// Rows whose parents are looked for at the end, if the caller allows it.
TEST(SqliteRecords, AreWrittenBeforeTheirParentsAreLookedFor) {
  for (const bool enforced : {true, false}) {
    for (const bool deferrable : {true, false}) {
      for (const std::int64_t parent : {5, 6}) {
        SCOPED_TRACE(fmt::format("{} {} {}", enforced, deferrable, parent));
        SqliteDatabase database(true);
        database.run(
            "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (5);"
            "CREATE TABLE t (n INTEGER REFERENCES p)");
        if (!enforced) database.run("PRAGMA foreign_keys = OFF");
        database.connection().begin();
        Case one;
        one.columns = {"n"};
        one.rows = {{Cell::null()}, {Cell::of(parent)}};
        const auto sink = database.connection().bulk_sink(database.inspect().table("t"), {"n"});
        const bool is_deferred = sink->begin({.constraints = deferrable}).constraints;
        if (!takes_plain_records()) GTEST_SKIP() << "with the system's SQLite there are none";
        EXPECT_EQ(is_deferred, enforced && deferrable);
        const bool is_orphan = enforced && parent == 6;
        EXPECT_EQ(write(*sink, one).size(), is_orphan && !deferrable ? 1U : 0U);
        if (is_orphan && deferrable) {
          EXPECT_THROW(sink->finish(), Error);
        } else {
          sink->finish();
        }
        database.connection().rollback();
      }
    }
  }
}

/// Without a database: what goes into a record comes out of it.
TEST(SqliteRecords, GiveBackWhatWasPutIn) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    RecordLayout layout;
    const std::size_t width = 1 + random() % 150;
    for (std::size_t i = 0; i < width; ++i) {
      RecordLayout::Column& column = layout.columns.emplace_back();
      column.cell = width - 1 - i;
      column.affinity = Affinity::blob;
    }
    if (random() % 2 == 0) {
      layout.columns.emplace_back().is_rowid = true;
      layout.columns.back().affinity = Affinity::integer;
      layout.columns.back().cell = width;
    }
    ASSERT_EQ(RecordLayout::of_name(layout.name()), layout);
    std::vector<std::string> texts;
    texts.reserve(2000);
    std::vector<std::vector<Cell>> rows(5);
    const auto encoder = row_encoder(layout.name(), layout.columns.size());
    for (std::vector<Cell>& row : rows) {
      for (std::size_t i = 0; i < width; ++i) row.push_back(random_cell(random, texts));
      if (layout.columns.size() > width) {
        row.push_back(random() % 2 == 0 ? Cell::null()
                                        : Cell::of(static_cast<std::int64_t>(random())));
      }
      encoder->add(row);
    }
    RecordReader reader(encoder->batch());
    ASSERT_EQ(reader.rows(), rows.size());
    for (const std::vector<Cell>& row : rows) ASSERT_EQ(cells_of(reader.next(), layout), row);
    EXPECT_THROW(reader.next(), Error);
  }
}

/// What INSERT would see to besides the row itself.
TEST(SqliteRecords, AreNotForTablesThatSomethingWatches) {
  const std::vector<std::string> scripts = {
      "CREATE TABLE t (n INTEGER UNIQUE)",
      "CREATE TABLE t (n INTEGER); CREATE INDEX i ON t (n)",
      "CREATE TABLE t (n INTEGER CHECK (n > 0))",
      "CREATE TABLE t (n TEXT PRIMARY KEY)",
      "CREATE TABLE t (n TEXT PRIMARY KEY) WITHOUT ROWID",
      "CREATE TABLE t (n INTEGER PRIMARY KEY ON CONFLICT REPLACE)",
      "CREATE TABLE t (n INTEGER) STRICT",
      "CREATE TABLE t (n INTEGER, g AS (n + 1))",
      "CREATE TABLE t (n INTEGER, d TEXT DEFAULT 'x')",
      "CREATE TABLE t (n INTEGER, d TEXT NOT NULL)",
      "CREATE TABLE p (n INTEGER PRIMARY KEY); CREATE TABLE t (n INTEGER REFERENCES p)",
      "CREATE TABLE t (n INTEGER); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
      "CREATE TABLE t (n INTEGER); CREATE TEMP TRIGGER g AFTER INSERT ON main.t BEGIN SELECT 1; "
      "END",
  };
  for (const std::string& script : scripts) {
    SqliteDatabase database(true);
    database.run(script);
    const schema::Table table = database.inspect().table("t");
    EXPECT_EQ(backend::sqlite::make_record_sink(database.connection(), table, {"n"}), nullptr);
    database.connection().begin();
    EXPECT_EQ(backend::sqlite::make_record_sink(database.connection(), table, {"n"}), nullptr)
        << script;
    database.connection().rollback();
  }
}

}  // namespace
}  // namespace dbmig::test
