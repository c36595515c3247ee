// Damaged files: whatever stands in them, the answer is a value or an Error with a place, never a
// crash, a hang or another exception.

#include <gtest/gtest.h>

#include <algorithm>

#include "support.hpp"
#include "support/random_schema.hpp"
#include "yaml/model.hpp"
#include "yaml/revision.hpp"

namespace dbmig::yaml {
namespace {

/// Every mistake must say where it is; a place inside the file.
void expect_places(const Error& error, const std::string& text) {
  EXPECT_EQ(error.code(), ErrorCode::invalid);
  const auto lines = 2 + std::count(text.begin(), text.end(), '\n');
  for (const Diagnostic& diagnostic : error.diagnostics()) {
    EXPECT_EQ(diagnostic.where.file, "f.yaml") << error.what();
    EXPECT_LE(diagnostic.where.line, lines) << error.what();
    EXPECT_FALSE(diagnostic.message.empty());
  }
}

TEST(Damage, ModelsAreReadOrRefused) {
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    test::RandomSource random(seed);
    test::RandomOptions options;
    options.max_tables = 2;
    options.max_columns = 4;
    options.views = true;
    const std::string text = test::damaged(
        print_model(test::decorated(test::random_schema(seed % 50, options), random)), random);
    try {
      parse_model({{"f.yaml", text}});
    } catch (const Error& error) {
      ++refused;
      expect_places(error, text);
    }
  }
  EXPECT_GT(refused, 300);
}

TEST(Damage, RevisionsAreReadOrRefused) {
  const std::string whole =
      "revision: abc\nparents: [x]\nmessage: \"m\"\ncreated: 2026-11-22T05:10:22Z\nupgrade:\n"
      "  - create_table: {t: {columns: {id: integer, n: \"decimal(10,2)\"}, primary_key: [id]}}\n"
      "  - alter_column: {table: t, name: c, default: {sql: now()}, mariadb: {charset: x}}\n"
      "  - create_foreign_key: {table: t, name: f, columns: [a], references: {table: b, columns: "
      "[c]}}\n"
      "  - bulk_insert: {table: t, columns: [a], rows: [[1], [null]]}\n"
      "  - execute: {sql: x, state: [drop_table: t]}\n"
      "  - create_index: &i {table: t, name: ix, columns: [a desc, {expr: lower(b)}]}\n"
      "  - create_index: {<<: *i, name: iy}\n"
      "downgrade: []\n";
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    test::RandomSource random(seed);
    const std::string text = test::damaged(whole, random);
    try {
      const history::Revision revision = parse_revision(text, "f.yaml");
      EXPECT_FALSE(revision.id.empty()) << text;
      EXPECT_EQ(revision.upgrade.size(), revision.upgrade_positions.size());
    } catch (const Error& error) {
      ++refused;
      expect_places(error, text);
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace dbmig::yaml
