#include "support/random_schema.hpp"

#include <gtest/gtest.h>

#include "schema/names.hpp"
#include "schema/validate.hpp"

namespace dbmig::schema {
namespace {

test::RandomOptions everything() {
  test::RandomOptions options;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  return options;
}

std::string findings(const Schema& schema) {
  Diagnostics diagnostics;
  validate(schema, {}, diagnostics);
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.list()) text += to_string(diagnostic) + "\n";
  return text;
}

TEST(RandomSchema, IsValidNamedAndNormalised) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Schema schema = test::random_schema(seed, everything());
    ASSERT_EQ(findings(schema), "") << "seed " << seed << "\n" << test::describe(schema);
    ASSERT_EQ(normalized(schema), schema) << "seed " << seed << "\n" << test::describe(schema);
    for (const auto& entry : schema.tables) ASSERT_EQ(with_names(entry.second), entry.second);
  }
}

TEST(RandomSchema, StaysValidWhenMutated) {
  std::size_t changed = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Schema schema = test::random_schema(seed, everything());
    for (std::uint64_t step = 0; step < 6; ++step) {
      const Schema before = schema;
      schema = test::mutate(before, seed * 100 + step, everything());
      if (schema != before) ++changed;
      ASSERT_EQ(findings(schema), "") << "seed " << seed << " step " << step << "\n"
                                      << test::describe(schema);
      ASSERT_EQ(normalized(schema), schema);
    }
  }
  EXPECT_GT(changed, 1500U);
}

TEST(RandomSchema, IsTheSameForTheSameSeed) {
  EXPECT_EQ(test::random_schema(7), test::random_schema(7));
  EXPECT_NE(test::random_schema(7), test::random_schema(8));
  EXPECT_EQ(test::mutate(test::random_schema(7), 1), test::mutate(test::random_schema(7), 1));
}

// A generator that never makes a thing tests nothing of it.
TEST(RandomSchema, HasEveryFeature) {
  int autoincrement = 0;
  int composite = 0;
  int self_references = 0;
  int checks = 0;
  int descending = 0;
  int sql_defaults = 0;
  int set_null = 0;
  int generated = 0;
  std::vector<int> kinds(static_cast<std::size_t>(TypeKind::native));
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    for (const auto& [name, table] : test::random_schema(seed, everything()).tables) {
      for (const Column& column : table.columns) {
        ++kinds[static_cast<std::size_t>(column.type.kind)];
        autoincrement += column.autoincrement ? 1 : 0;
        generated += column.generated ? 1 : 0;
        sql_defaults +=
            column.default_value && column.default_value->kind == Default::Kind::sql ? 1 : 0;
      }
      composite += table.primary_key && table.primary_key->columns.size() > 1 ? 1 : 0;
      checks += static_cast<int>(table.checks.size());
      for (const ForeignKey& key : table.foreign_keys) {
        self_references += key.referenced_table == name ? 1 : 0;
        set_null += key.on_delete == ReferentialAction::set_null ? 1 : 0;
      }
      for (const Index& index : table.indexes) descending += index.parts[0].descending ? 1 : 0;
    }
  }
  EXPECT_GT(autoincrement, 20);
  EXPECT_GT(composite, 20);
  EXPECT_GT(self_references, 20);
  EXPECT_GT(checks, 20);
  EXPECT_GT(descending, 20);
  EXPECT_GT(sql_defaults, 20);
  EXPECT_GT(set_null, 20);
  EXPECT_GT(generated, 20);
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const auto type = static_cast<TypeKind>(kind);
    // Not every server has vectors: tests/unit/backend/mariadb_newer_test.cpp.
    if (is_geometry(type) || type == TypeKind::vector) continue;
    EXPECT_GT(kinds[kind], 0) << name_of(type);
  }
}

}  // namespace
}  // namespace dbmig::schema
