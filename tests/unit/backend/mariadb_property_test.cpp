// What must hold of every schema, tried on many made-up ones.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_mariadb.hpp"
#include "support/random_schema.hpp"
#include "support/random_source.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using test::MariadbDatabase;

using MariadbProperties = test::MariadbTest;

test::RandomOptions everything() {
  test::RandomOptions options;
  options.generated_columns = true;
  options.reorder_columns = true;
  options.views = true;
  options.triggers = true;
  return options;
}

/// MariaDB refuses ON UPDATE CASCADE from a column that may be NULL to one that may not.
Schema buildable(Schema schema) {
  for (auto& [name, table] : schema.tables) {
    for (schema::ForeignKey& key : table.foreign_keys) {
      const schema::Table& parent = schema.table(key.referenced_table);
      for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const bool from_null = parent.column(key.referenced_columns[i]).nullable;
        if (from_null && !table.column(key.columns[i]).nullable &&
            key.on_update == schema::ReferentialAction::cascade) {
          key.on_update = schema::ReferentialAction::none;
        }
      }
    }
  }
  return schema;
}

const dialect::Dialect& mariadb_dialect() {
  return dialect::dialect(DialectKind::mariadb);
}

/// Runs `operations`, with everything there is to know when that fails.
std::vector<std::string> migrate(MariadbDatabase& database, const Schema& before,
                                 const std::vector<ops::Operation>& operations,
                                 std::uint64_t seed) {
  try {
    return database.migrate(before, operations);
  } catch (const Error& error) {
    std::string list;
    for (const ops::Operation& operation : operations) list += ops::describe(operation) + "\n";
    ADD_FAILURE() << "seed " << seed << ": " << error.what() << "\n"
                  << error.statement() << "\n"
                  << list << test::describe(before);
  }
  return {};
}

void expect_is(MariadbDatabase& database, const Schema& model, std::uint64_t seed) {
  const backend::Inspection found = database.connection().inspect({});
  const Schema wanted = database.connection().canonical(model);
  const Schema live = database.inspect_beside(model);
  ASSERT_EQ(test::describe(live), test::describe(wanted)) << "seed " << seed;
  ASSERT_EQ(live, wanted) << "seed " << seed;
  ASSERT_TRUE(found.unsupported.empty()) << found.unsupported.front().object;
}

/// Takes everything away, so that one database serves many schemas.
void clear(MariadbDatabase& database) {
  const std::vector<std::pair<std::string, std::string>> kPrograms = {
      {"PROCEDURE", "SHOW PROCEDURE STATUS WHERE Db = DATABASE()"},
      {"FUNCTION", "SHOW FUNCTION STATUS WHERE Db = DATABASE()"},
      {"EVENT", "SHOW EVENTS"}};
  for (const auto& [kind, list] : kPrograms) {
    for (const auto& row : database.connection().query(list).rows) {
      database.connection().execute("DROP " + kind + ' ' +
                                    mariadb_dialect().quote_identifier(*row[1]));
    }
  }
  database.run("SET foreign_key_checks = 0");
  for (const auto& row :
       database.connection()
           .query("SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA "
                  "= DATABASE()")
           .rows) {
    const std::string kind = row[1] == "VIEW" || row[1] == "SEQUENCE" ? *row[1] + ' ' : "TABLE ";
    database.connection().execute("DROP " + kind + mariadb_dialect().quote_identifier(*row[0]));
  }
  database.run("SET foreign_key_checks = 1");
}

TEST_F(MariadbProperties, WhatWasBuiltIsWhatIsInspected) {
  MariadbDatabase database;
  for (std::uint64_t seed = 0; seed < test::property_seeds(40); ++seed) {
    const Schema model = buildable(test::random_schema(seed, everything()));
    migrate(database, {}, diff::diff({}, model).operations, seed);
    expect_is(database, model, seed);
    if (HasFailure()) return;
    clear(database);
  }
}

TEST_F(MariadbProperties, ADifferenceLeadsThereAndItsInverseBack) {
  MariadbDatabase database;
  for (std::uint64_t seed = 500; seed < 500 + test::property_seeds(40); ++seed) {
    const Schema from = buildable(test::random_schema(seed, everything()));
    const Schema to = buildable(test::mutate(from, seed, everything()));
    const auto forth = diff::diff(from, to).operations;
    const auto back = ops::inverse(std::span<const ops::Operation>(forth), from);
    migrate(database, {}, diff::diff({}, from).operations, seed);
    migrate(database, from, forth, seed);
    expect_is(database, to, seed);
    if (HasFailure()) return;
    migrate(database, to, back, seed);
    expect_is(database, from, seed);
    if (HasFailure()) return;
    clear(database);
  }
}

TEST_F(MariadbProperties, WhatOnlyMariadbHasIsBuiltChangedAndTakenBack) {
  MariadbDatabase database;
  for (std::uint64_t seed = 7000; seed < 7000 + test::property_seeds(12); ++seed) {
    const Schema from =
        test::with_mariadb_features(buildable(test::random_schema(seed, everything())), seed);
    const Schema to = test::with_mariadb_features(
        buildable(test::mutate(test::random_schema(seed, everything()), seed, everything())),
        seed + 1);
    const auto forth = diff::diff(from, to).operations;
    const auto back = ops::inverse(std::span<const ops::Operation>(forth), from);
    migrate(database, {}, diff::diff({}, from).operations, seed);
    expect_is(database, from, seed);
    if (HasFailure()) return;
    migrate(database, from, forth, seed);
    expect_is(database, to, seed);
    if (HasFailure()) return;
    migrate(database, to, back, seed);
    expect_is(database, from, seed);
    if (HasFailure()) return;
    clear(database);
  }
}

/// Renames of tables and columns, alone and beside other changes of the same table.
std::vector<ops::Operation> some_renames(const Schema& schema, std::uint64_t seed) {
  test::RandomSource random(seed);
  std::vector<ops::Operation> out;
  for (const auto& [name, table] : schema.tables) {
    std::vector<std::string> columns = table.column_names();
    random.shuffle(columns);
    for (std::size_t i = 0; i < columns.size() && random.chance(60); ++i) {
      // The fold takes a keyword in SQL text for a column of that name.
      if (dialect::mariadb::is_reserved(columns[i])) continue;
      ops::AlterColumn rename;
      rename.table = name;
      rename.name = columns[i];
      rename.rename = fmt::format("renamed {}", i);
      if (random.chance(30)) rename.comment = "renamed";
      out.emplace_back(rename);
    }
    if (random.chance(30)) {
      schema::Column column;
      column.name = "added";
      column.type = schema::parse_type("varchar(10)");
      out.emplace_back(ops::AddColumn{name, column, ops::Position{}});
    }
    if (random.chance(30)) out.emplace_back(ops::RenameTable{name, "new " + name});
  }
  return out;
}

TEST_F(MariadbProperties, RenamesAreFollowedEverywhere) {
  MariadbDatabase database;
  for (std::uint64_t seed = 3000; seed < 3000 + test::property_seeds(30); ++seed) {
    const Schema from = buildable(test::random_schema(seed, everything()));
    const auto forth = some_renames(from, seed);
    const Schema to = ops::apply(from, std::span<const ops::Operation>(forth));
    const auto back = ops::inverse(std::span<const ops::Operation>(forth), from);
    migrate(database, {}, diff::diff({}, from).operations, seed);
    migrate(database, from, forth, seed);
    expect_is(database, to, seed);
    if (HasFailure()) return;
    migrate(database, to, back, seed);
    expect_is(database, from, seed);
    if (HasFailure()) return;
    clear(database);
  }
}

TEST(MariadbCanonical, IsIdempotent) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Schema once = mariadb_dialect().canonical(test::random_schema(seed, everything()));
    ASSERT_EQ(mariadb_dialect().canonical(once), once) << "seed " << seed;
  }
}

}  // namespace
}  // namespace dbmig
