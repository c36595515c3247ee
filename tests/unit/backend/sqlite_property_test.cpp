// What must hold of every schema, tried on many made-up ones. DBMIG_PROPERTY_SEEDS says how many
// (support/property.hpp).
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"
#include "dialect/sqlite/types.hpp"
#include "diff/diff.hpp"
#include "sqlite_facts.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using test::SchemaPair;
using test::SqliteDatabase;

test::RandomOptions all_of_sqlite() {
  test::RandomOptions options;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  options.reorder_columns = true;
  options.sqlite = true;
  return options;
}

const dialect::Dialect& sqlite() {
  return dialect::dialect(DialectKind::sqlite);
}

SchemaPair one(std::uint64_t seed) {
  return {test::random_schema(seed, all_of_sqlite()), {}};
}
SchemaPair two(std::uint64_t seed) {
  Schema from = test::random_schema(seed, all_of_sqlite());
  Schema to = test::mutate(from, seed, all_of_sqlite());
  return {std::move(from), std::move(to)};
}

/// What is wrong with `operations` on `database`, if anything.
std::string migrate(SqliteDatabase& database, const Schema& before,
                    const std::vector<ops::Operation>& operations) {
  try {
    database.migrate(before, operations);
  } catch (const Error& error) {
    std::string list;
    for (const ops::Operation& operation : operations) list += ops::describe(operation) + "\n";
    return fmt::format("{}\n{}\n{}", error.what(), error.statement(), list);
  }
  return {};
}

/// What `database` has that `model` does not mean, if anything.
std::string difference(SqliteDatabase& database, const Schema& model) {
  const backend::Inspection found = database.connection().inspect({});
  const Schema wanted = sqlite().canonical(model);
  const Schema live = sqlite().reconciled(sqlite().canonical(found.schema), wanted);
  if (!found.unsupported.empty()) {
    return fmt::format("{}: {}", found.unsupported.front().object,
                       found.unsupported.front().reason);
  }
  if (live == wanted) return {};
  return fmt::format("the database has\n{}\ninstead of\n{}", test::describe(live),
                     test::describe(wanted));
}

/// What is wrong about the first step that fails.
template <class... Steps>
std::string first_wrong(const Steps&... steps) {
  std::string wrong;
  static_cast<void>(((wrong = steps(), !wrong.empty()) || ...));
  return wrong;
}

TEST(SqliteProperties, WhatWasBuiltIsWhatIsInspected) {
  EXPECT_EQ("", test::try_property(0, 300, one, [](const SchemaPair& pair) {
              SqliteDatabase database(true);
              return first_wrong([&] { return migrate(database, {}, test::creation(pair.from)); },
                                 [&] { return difference(database, pair.from); });
            }));
}

TEST(SqliteProperties, WhatIsInspectedBuildsTheSameToTheLetter) {
  EXPECT_EQ("", test::try_property(5000, 150, one, [](const SchemaPair& pair) {
              SqliteDatabase database(true);
              SqliteDatabase copy(true);
              const std::string wrong = migrate(database, {}, test::creation(pair.from));
              if (!wrong.empty()) return wrong;
              test::rebuild_elsewhere(database, copy);
              const std::string wanted = test::facts(database);
              const std::string got = test::facts(copy);
              return wanted == got ? std::string() : fmt::format("{}\ninstead of\n{}", got, wanted);
            }));
}

TEST(SqliteProperties, CanonicalIsIdempotent) {
  EXPECT_EQ("", test::try_property(0, 500, one, [](const SchemaPair& pair) {
              const Schema once = sqlite().canonical(pair.from);
              return sqlite().canonical(once) == once ? std::string() : "not idempotent";
            }));
}

TEST(SqliteProperties, ADifferenceLeadsThereAndItsInverseBack) {
  EXPECT_EQ("", test::try_property(0, 250, two, [](const SchemaPair& pair) {
              const auto forth = diff::diff(pair.from, pair.to).operations;
              const auto back = ops::inverse(std::span<const ops::Operation>(forth), pair.from);
              SqliteDatabase database(true);
              return first_wrong(
                  [&] { return migrate(database, {}, diff::diff({}, pair.from).operations); },
                  [&] { return migrate(database, pair.from, forth); },
                  [&] { return difference(database, pair.to); },
                  [&] { return migrate(database, pair.to, back); },
                  [&] { return difference(database, pair.from); });
            }));
}

/// What was inspected is the model as good as what was written by hand: from there to another
/// schema and back, to the letter.
TEST(SqliteProperties, AnInspectedSchemaChangesToTheLetter) {
  EXPECT_EQ(
      "", test::try_property(9000, 100, two, [](const SchemaPair& pair) {
        SqliteDatabase start(true);
        SqliteDatabase goal(true);
        const std::string wrong =
            first_wrong([&] { return migrate(start, {}, diff::diff({}, pair.from).operations); },
                        [&] { return migrate(goal, {}, diff::diff({}, pair.to).operations); });
        if (!wrong.empty()) return wrong;
        const Schema from = start.inspect();
        const Schema to = goal.inspect();
        const auto forth = diff::diff(from, to).operations;
        const auto back = ops::inverse(std::span<const ops::Operation>(forth), from);
        const std::string begun = test::facts(start);
        const auto same = [](const std::string& got, const std::string& wanted) {
          return got == wanted ? std::string() : fmt::format("{}\ninstead of\n{}", got, wanted);
        };
        return first_wrong([&] { return migrate(start, from, forth); },
                           [&] { return same(test::facts(start), test::facts(goal)); },
                           [&] { return migrate(start, to, back); },
                           [&] { return same(test::facts(start), begun); });
      }));
}

/// Rows in every table that takes some, so that plans are not tried on empty tables alone.
void fill(SqliteDatabase& database, const Schema& schema) {
  database.run("PRAGMA foreign_keys = OFF");
  for (const auto& [name, table] : schema.tables) {
    const std::string quoted = sqlite().quote_identifier(name);
    for (int row = 0; row < 3; ++row) {
      try {
        // Foreign keys are nullable or broken; broken ones are taken away again below.
        database.connection().execute("INSERT INTO " + quoted + " DEFAULT VALUES");
      } catch (const Error&) {
      }
    }
    // Gaps between the rowids, and a counter beyond the last of them.
    if (!table.sqlite.without_rowid && table.sqlite.module.empty()) {
      database.run("DELETE FROM " + quoted + " WHERE _rowid_ = 2");
      try {
        database.run("UPDATE " + quoted + " SET _rowid_ = 40 WHERE _rowid_ = 3");
      } catch (const Error&) {
      }
    }
  }
  database.run("PRAGMA foreign_keys = ON");
  for (const auto& entry : schema.tables) {
    if (database
            .rows("SELECT 1 FROM pragma_foreign_key_check(" + sqlite().quote_string(entry.first) +
                  ")")
            .empty()) {
      continue;
    }
    database.run("PRAGMA foreign_keys = OFF");
    database.run("DELETE FROM " + sqlite().quote_identifier(entry.first));
    database.run("PRAGMA foreign_keys = ON");
  }
}

/// The lines of `text` in an order that carries no meaning.
std::string sorted(const std::string& text) {
  std::vector<std::string> lines = text::split(text, '\n');
  std::sort(lines.begin(), lines.end());
  return text::join(lines, "\n");
}

/// The column that is the rowid, or "".
std::string rowid_column(const schema::Table& table) {
  for (const schema::Column& column : table.columns) {
    if (dialect::sqlite::is_rowid(table, column)) return column.name;
  }
  return "";
}

/// The columns whose values are the same in both tables, with the number of rows, and the rowid
/// where both have one that no column of `to` alone gives.
std::string comparable(const schema::Table& from, const schema::Table& to) {
  std::string list = "SELECT count(*) OVER ()";
  const std::string key = rowid_column(to);
  if (!from.sqlite.without_rowid && !to.sqlite.without_rowid &&
      (key.empty() || key == rowid_column(from))) {
    list += ", _rowid_";
  }
  for (const schema::Column& column : from.columns) {
    const schema::Column* now = to.find_column(column.name);
    if (now == nullptr || now->type != column.type || now->sqlite.type != column.sqlite.type ||
        now->generated != column.generated || from.sqlite.strict != to.sqlite.strict ||
        // What holds NULL cannot become the rowid, which run/ asks about.
        (column.name == key && column.name != rowid_column(from) &&
         (column.nullable || column.sqlite.null_key))) {
      continue;
    }
    list += ", quote(" + sqlite().quote_identifier(column.name) + ")";
  }
  return list + " FROM " + sqlite().quote_identifier(from.name);
}

TEST(SqliteProperties, RowsSurviveWhatDoesNotDropThem) {
  std::size_t kept = 0;
  EXPECT_EQ("", test::try_property(1000, 250, two, [&](const SchemaPair& pair) {
              SqliteDatabase database(true);
              const std::string unbuilt =
                  migrate(database, {}, diff::diff({}, pair.from).operations);
              if (!unbuilt.empty()) return unbuilt;
              fill(database, pair.from);
              std::map<std::string, std::string> queries;  // → what they gave before
              for (const auto& [name, table] : pair.from.tables) {
                const schema::Table* now = pair.to.find_table(name);
                // A virtual table of another module is another table.
                if (now == nullptr || now->sqlite.module != table.sqlite.module) continue;
                const std::string query = comparable(table, *now);
                queries[query] = sorted(database.rows(query));
              }
              try {
                database.migrate(pair.from, diff::diff(pair.from, pair.to).operations);
              } catch (const Error& error) {
                // A row that does not fit is a failure that says so, and then nothing has happened.
                if (error.code() != ErrorCode::constraint) {
                  return fmt::format("{}\n{}", error.what(), error.statement());
                }
                return difference(database, pair.from);
              }
              for (const auto& [query, before] : queries) {
                const std::string now = sorted(database.rows(query));
                if (now != before)
                  return fmt::format("{} gives\n{}instead of\n{}", query, now, before);
                ++kept;
              }
              return difference(database, pair.to);
            }));
  EXPECT_GT(kept, test::property_seeds(250) / 3);
}

}  // namespace
}  // namespace dbmig
