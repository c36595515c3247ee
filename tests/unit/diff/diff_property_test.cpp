#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "ops/risk.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "support/random_source.hpp"

namespace dbmig::diff {
namespace {

using schema::Schema;
using test::RandomOptions;

const std::uint64_t kSeeds = test::property_seeds(300);

RandomOptions everything() {
  RandomOptions options;
  options.max_tables = 6;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  options.reorder_columns = true;
  return options;
}

std::string describe(const std::vector<ops::Operation>& operations) {
  std::string text;
  for (const ops::Operation& operation : operations) text += ops::describe(operation) + "\n";
  return text;
}

/// Everything that holds for the difference of any two schemas.
void check_properties(const Schema& from, const Schema& to, const schema::RenameHints& hints = {}) {
  const Schema from_before = from;
  const Schema to_before = to;
  const Difference difference = diff(from, to, hints);
  EXPECT_EQ(from, from_before);
  EXPECT_EQ(to, to_before);
  const auto context = [&] {
    return "from:\n" + test::describe(from) + "to:\n" + test::describe(to) + "operations:\n" +
           describe(difference.operations);
  };
  Schema reached = from;
  for (const ops::Operation& operation : difference.operations) {
    ASSERT_NO_THROW(reached = ops::apply(std::move(reached), operation))
        << "at: " << ops::describe(operation) << "\n"
        << context();
  }
  ASSERT_EQ(schema::sorted(reached), schema::sorted(to)) << "got:\n"
                                                         << test::describe(reached) << context();
  EXPECT_TRUE(diff(reached, to, hints).operations.empty());

  std::vector<ops::Operation> back;
  ASSERT_NO_THROW(back = ops::inverse(difference.operations, from)) << context();
  Schema returned;
  ASSERT_NO_THROW(returned = ops::apply(reached, back)) << describe(back) << context();
  ASSERT_EQ(schema::sorted(returned), schema::sorted(from))
      << "back:\n"
      << describe(back) << "got:\n"
      << test::describe(returned) << context();

  EXPECT_EQ(difference.operations.empty(), difference.detected.empty()) << context();
}

TEST(DiffProperties, APairOfMutatedSchemas) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Schema from = test::random_schema(seed, everything());
    check_properties(from, test::mutate(from, seed, everything()));
    if (HasFatalFailure()) return;
  }
}

TEST(DiffProperties, AChainOfMutations) {
  for (std::uint64_t seed = 0; seed < kSeeds / 10; ++seed) {
    Schema now = test::random_schema(seed, everything());
    for (std::uint64_t step = 0; step < 10; ++step) {
      SCOPED_TRACE(seed * 100 + step);
      Schema next = test::mutate(now, seed * 1000 + step, everything());
      check_properties(now, next);
      if (HasFatalFailure()) return;
      now = std::move(next);
    }
  }
}

TEST(DiffProperties, UnrelatedSchemas) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    check_properties(test::random_schema(seed, everything()),
                     test::random_schema(seed + 1000000, everything()));
    if (HasFatalFailure()) return;
  }
}

TEST(DiffProperties, FromNothingAndToNothing) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Schema schema = test::random_schema(seed, everything());
    check_properties({}, schema);
    check_properties(schema, {});
    if (HasFatalFailure()) return;
  }
}

TEST(DiffProperties, ASchemaDoesNotDifferFromItself) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Schema schema = test::random_schema(seed, everything());
    const Difference difference = diff(schema, schema);
    EXPECT_TRUE(difference.operations.empty()) << seed;
    EXPECT_TRUE(difference.detected.empty()) << seed;
  }
}

TEST(DiffProperties, TheOrderOfConstraintsCarriesNoMeaning) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Schema schema = test::random_schema(seed, everything());
    Schema shuffled = schema;
    for (auto& [name, table] : shuffled.tables) {
      std::reverse(table.uniques.begin(), table.uniques.end());
      std::reverse(table.indexes.begin(), table.indexes.end());
      std::reverse(table.foreign_keys.begin(), table.foreign_keys.end());
      std::reverse(table.checks.begin(), table.checks.end());
    }
    EXPECT_TRUE(diff(schema, shuffled).operations.empty()) << seed;
  }
}

/// A schema with some tables and columns renamed, and the hints that say so.
struct Renamed {
  Schema schema;
  schema::RenameHints hints;
};

/// A new name for `old`: a fresh one, one that another rename freed, or its own in upper case.
std::string new_name(const std::string& old, const std::string& fresh,
                     std::vector<std::string>& freed, test::RandomSource& random) {
  std::string name = fresh;
  if (random.chance(10) && text::upper(old) != old) return text::upper(old);
  if (!freed.empty() && random.chance(50)) {
    name = freed.back();
    freed.pop_back();
  }
  freed.push_back(old);
  return name;
}

Renamed rename_some(Schema schema, std::uint64_t seed) {
  test::RandomSource random(seed);
  Renamed out;
  std::vector<std::string> tables;
  for (const auto& [name, table] : schema.tables) tables.push_back(name);
  std::vector<std::string> free_tables;
  int count = 0;
  for (const std::string& old : tables) {
    std::string name = old;
    if (random.chance(40)) {
      name = new_name(old, "renamed_" + std::to_string(count++), free_tables, random);
      schema = ops::apply(std::move(schema), ops::RenameTable{old, name});
      out.hints.tables[name] = old;
    }
    std::vector<std::string> free_columns;
    for (const std::string& column : schema.table(name).column_names()) {
      if (!random.chance(30)) continue;
      ops::AlterColumn rename;
      rename.table = name;
      rename.name = column;
      rename.rename = new_name(column, "column " + std::to_string(count++), free_columns, random);
      schema = ops::apply(std::move(schema), rename);
      out.hints.columns[{name, *rename.rename}] = column;
    }
  }
  out.schema = std::move(schema);
  return out;
}

/// The names of `names` handed round at random; now and then in another case.
std::vector<std::string> permuted(std::vector<std::string> names, test::RandomSource& random) {
  for (std::size_t i = names.size(); i > 1; --i) std::swap(names[i - 1], names[random.below(i)]);
  for (std::string& name : names) {
    if (random.chance(15)) name = text::upper(name);
  }
  return names;
}

/// Tables and columns whose names are handed round.
Renamed permute_names(Schema schema, std::uint64_t seed) {
  test::RandomSource random(seed);
  Renamed out;
  const auto temporary = [](std::size_t i) { return fmt::format("way {}", i); };
  std::vector<std::string> tables;
  for (const auto& [name, table] : schema.tables) tables.push_back(name);
  const std::vector<std::string> new_tables = permuted(tables, random);
  const auto rename_table = [&](const std::string& from, const std::string& to) {
    if (from != to) schema = ops::apply(std::move(schema), ops::RenameTable{from, to});
  };
  for (std::size_t i = 0; i < tables.size(); ++i) rename_table(tables[i], temporary(i));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    rename_table(temporary(i), new_tables[i]);
    if (tables[i] != new_tables[i]) out.hints.tables[new_tables[i]] = tables[i];
  }
  for (const std::string& table : new_tables) {
    const std::vector<std::string> columns = schema.table(table).column_names();
    const std::vector<std::string> new_columns = permuted(columns, random);
    const auto rename = [&](const std::string& from, const std::string& to) {
      ops::AlterColumn alter;
      alter.table = table;
      alter.name = from;
      alter.rename = to;
      schema = ops::apply(std::move(schema), alter);
    };
    for (std::size_t i = 0; i < columns.size(); ++i) rename(columns[i], temporary(i));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      rename(temporary(i), new_columns[i]);
      if (columns[i] != new_columns[i]) out.hints.columns[{table, new_columns[i]}] = columns[i];
    }
  }
  out.schema = std::move(schema);
  return out;
}

TEST(DiffProperties, NamesAreHandedRound) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Schema from = test::random_schema(seed, everything());
    const Renamed to = permute_names(from, seed);
    check_properties(from, to.schema, to.hints);
    if (HasFatalFailure()) return;
  }
}

TEST(DiffProperties, HintedRenamesLoseNothing) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Schema from = test::random_schema(seed, everything());
    const Renamed to = rename_some(from, seed);
    check_properties(from, to.schema, to.hints);
    if (HasFatalFailure()) return;
    Schema state = from;
    for (const ops::Operation& operation : diff(from, to.schema, to.hints).operations) {
      for (const ops::Risk& risk : ops::risks(operation, state)) {
        EXPECT_FALSE(ops::is_destructive(risk)) << risk.message;
      }
      state = ops::apply(std::move(state), operation);
    }
  }
}

TEST(DiffProperties, RenamesTogetherWithOtherChanges) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Schema from = test::random_schema(seed, everything());
    const Renamed renamed = rename_some(from, seed);
    check_properties(from, test::mutate(renamed.schema, seed, everything()), renamed.hints);
    if (HasFatalFailure()) return;
  }
}

/// Foreign keys never point at nothing, and nothing that one needs is taken away under it: MariaDB
/// refuses both, at every moment.
TEST(DiffProperties, ForeignKeysKeepTheirKeysAndTypesAtEveryStep) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    Schema state = test::random_schema(seed, everything());
    const Schema to = seed % 2 == 0 ? test::mutate(state, seed, everything())
                                    : test::random_schema(seed + 1000000, everything());
    for (const ops::Operation& operation : diff(state, to).operations) {
      state = ops::apply(std::move(state), operation);
      for (const auto& [name, table] : state.tables) {
        for (const schema::ForeignKey& key : table.foreign_keys) {
          const schema::Table& parent = state.table(key.referenced_table);
          const auto leads = [&](const std::vector<std::string>& columns) {
            return columns.size() >= key.referenced_columns.size() &&
                   std::equal(key.referenced_columns.begin(), key.referenced_columns.end(),
                              columns.begin());
          };
          const bool has_key =
              (parent.primary_key && leads(parent.primary_key->columns)) ||
              std::any_of(parent.uniques.begin(), parent.uniques.end(),
                          [&](const auto& unique) { return leads(unique.columns); });
          EXPECT_TRUE(has_key) << key.name << " after " << ops::describe(operation);
          for (std::size_t i = 0; i < key.columns.size(); ++i) {
            EXPECT_EQ(table.column(key.columns[i]).type,
                      parent.column(key.referenced_columns[i]).type)
                << key.name << " after " << ops::describe(operation);
          }
        }
      }
    }
  }
}

/// Operations of one table stand together, so that MariaDB needs one ALTER TABLE and SQLite one
/// rebuild: but for what has to be out of the way early or wait to the end.
TEST(DiffProperties, ChangesOfATableStandTogether) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Schema from = test::random_schema(seed, everything());
    const Schema to = test::mutate(from, seed, everything());
    std::vector<std::string> runs;
    std::vector<ops::Operation> operations = diff(from, to).operations;
    while (!operations.empty() && (std::holds_alternative<ops::DropColumn>(operations.back()) ||
                                   std::holds_alternative<ops::DropTable>(operations.back()))) {
      operations.pop_back();
    }
    for (const ops::Operation& operation : operations) {
      const bool keys_only =
          std::holds_alternative<ops::CreateForeignKey>(operation) ||
          std::holds_alternative<ops::DropTrigger>(operation) ||
          std::holds_alternative<ops::CreateTrigger>(operation) ||
          (std::holds_alternative<ops::DropConstraint>(operation) &&
           std::get<ops::DropConstraint>(operation).kind == ops::ConstraintKind::foreign_key) ||
          std::holds_alternative<ops::DropIndex>(operation);
      const std::string table(ops::table_of(operation));
      if (keys_only || table.empty()) continue;
      if (runs.empty() || runs.back() != table) runs.push_back(table);
    }
    std::vector<std::string> unique = runs;
    std::sort(unique.begin(), unique.end());
    EXPECT_EQ(std::adjacent_find(unique.begin(), unique.end()), unique.end())
        << text::join(runs, " ");
  }
}

}  // namespace
}  // namespace dbmig::diff
