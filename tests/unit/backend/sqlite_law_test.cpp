// What must hold of every schema, tried on many made-up ones.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "diff/diff.hpp"
#include "sqlite_support.hpp"
#include "support/random_schema.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using test::SqliteDatabase;

test::RandomOptions everything() {
  test::RandomOptions options;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  options.reorder_columns = true;
  return options;
}

const dialect::Dialect& sqlite() {
  return dialect::dialect(DialectKind::sqlite);
}

/// Runs `operations`, with everything there is to know when that fails.
void migrate(SqliteDatabase& database, const Schema& before,
             const std::vector<ops::Operation>& operations, std::uint64_t seed) {
  try {
    database.migrate(before, operations);
  } catch (const Error& error) {
    std::string list;
    for (const ops::Operation& operation : operations) list += ops::describe(operation) + "\n";
    FAIL() << "seed " << seed << ": " << error.what() << "\n"
           << error.statement() << "\n"
           << list << test::describe(before);
  }
}

void expect_is(SqliteDatabase& database, const Schema& model, std::uint64_t seed) {
  const backend::Inspection found = database.connection().inspect({});
  const Schema wanted = sqlite().canonical(model);
  ASSERT_EQ(test::describe(found.schema), test::describe(wanted)) << "seed " << seed;
  ASSERT_EQ(found.schema, wanted) << "seed " << seed;
  ASSERT_TRUE(found.unrepresented.empty()) << found.unrepresented.front().object;
}

/// A row in every table that takes one, so that plans are not tried on empty tables alone. Returns
/// the number of rows per table.
std::map<std::string, std::string> fill(SqliteDatabase& database, const Schema& schema) {
  std::map<std::string, std::string> counts;
  database.run("PRAGMA foreign_keys = OFF");
  for (const auto& [name, table] : schema.tables) {
    const std::string quoted = sqlite().quote_identifier(name);
    try {
      // Foreign keys are nullable or broken; broken ones are taken away again below.
      database.connection().execute("INSERT INTO " + quoted + " DEFAULT VALUES");
    } catch (const Error&) {
    }
  }
  database.run("PRAGMA foreign_keys = ON");
  for (const auto& entry : schema.tables) {
    const std::string quoted = sqlite().quote_identifier(entry.first);
    if (!database
             .rows("SELECT 1 FROM pragma_foreign_key_check(" + sqlite().quote_string(entry.first) +
                   ")")
             .empty()) {
      database.run("PRAGMA foreign_keys = OFF");
      database.run("DELETE FROM " + quoted);
      database.run("PRAGMA foreign_keys = ON");
    }
    counts[entry.first] = database.rows("SELECT count(*) FROM " + quoted);
  }
  return counts;
}

TEST(SqliteLaws, WhatWasBuiltIsWhatIsInspected) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Schema model = test::random_schema(seed, everything());
    SqliteDatabase database(true);
    migrate(database, {}, test::creation(model), seed);
    expect_is(database, model, seed);
    if (HasFatalFailure()) return;
  }
}

TEST(SqliteLaws, CanonicalIsIdempotent) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Schema once = sqlite().canonical(test::random_schema(seed, everything()));
    ASSERT_EQ(sqlite().canonical(once), once) << "seed " << seed;
  }
}

TEST(SqliteLaws, ADifferenceLeadsThereAndItsInverseBack) {
  for (std::uint64_t seed = 0; seed < 250; ++seed) {
    const Schema from = test::random_schema(seed, everything());
    const Schema to = test::mutate(from, seed, everything());
    const auto forth = diff::diff(from, to).operations;
    const auto back = ops::inverse(std::span<const ops::Operation>(forth), from);
    SqliteDatabase database(true);
    migrate(database, {}, diff::diff({}, from).operations, seed);
    migrate(database, from, forth, seed);
    expect_is(database, to, seed);
    migrate(database, to, back, seed);
    expect_is(database, from, seed);
    if (HasFatalFailure()) return;
  }
}

TEST(SqliteLaws, RowsSurviveWhatDoesNotDropThem) {
  int kept = 0;
  for (std::uint64_t seed = 1000; seed < 1250; ++seed) {
    const Schema from = test::random_schema(seed, everything());
    const Schema to = test::mutate(from, seed, everything());
    SqliteDatabase database(true);
    migrate(database, {}, diff::diff({}, from).operations, seed);
    const auto before = fill(database, from);
    try {
      database.migrate(from, diff::diff(from, to).operations);
    } catch (const Error& error) {
      // A row that does not fit is a failure that says so, and then nothing has happened.
      ASSERT_EQ(error.code(), ErrorCode::constraint) << error.what() << "\n" << error.statement();
      expect_is(database, from, seed);
      continue;
    }
    expect_is(database, to, seed);
    for (const auto& [name, count] : before) {
      if (to.find_table(name) == nullptr) continue;
      ASSERT_EQ(database.rows("SELECT count(*) FROM " + sqlite().quote_identifier(name)), count)
          << "seed " << seed << " table " << name;
      ++kept;
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(kept, 100);
}

}  // namespace
}  // namespace dbmig
