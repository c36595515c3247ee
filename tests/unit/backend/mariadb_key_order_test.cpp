// Keys stand in the database in the order in which they are written, also where foreign keys go in
// circles and have to wait. DBMIG_PROPERTY_SEEDS says how many schemas are tried
// (support/property.hpp).
#include <gtest/gtest.h>

#include "backend/mariadb/connection.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig::backend {
namespace {

schema::Column integer(const std::string& name) {
  schema::Column column;
  column.name = name;
  column.type = schema::parse_type("integer");
  return column;
}

schema::Index index_over(const std::string& name, const std::string& column) {
  schema::Index index;
  index.name = name;
  index.parts.emplace_back().column = column;
  return index;
}

/// Tables whose foreign keys lead to any of them, with indexes under them and others in between.
schema::Schema tables_in_circles(std::uint64_t seed) {
  test::RandomSource random(seed);
  schema::Schema schema;
  const int count = random.between(2, 4);
  for (int t = 0; t < count; ++t) {
    schema::Table table;
    table.name = "t" + std::to_string(t);
    table.columns.push_back(integer("id"));
    table.primary_key = schema::PrimaryKey{{}, {"id"}, {}};
    std::vector<schema::Index> indexes;
    for (int c = 0; c < random.between(2, 5); ++c) {
      const std::string column = "c" + std::to_string(c);
      table.columns.push_back(integer(column));
      const std::string name = std::string(1, static_cast<char>('a' + random.below(26))) +
                               std::to_string(t) + std::to_string(c);
      indexes.push_back(index_over(name, column));
      if (!random.chance(60)) continue;
      schema::ForeignKey key;
      key.name = "fk_" + table.name + "_" + column;
      key.columns = {column};
      key.referenced_table = "t" + std::to_string(random.below(static_cast<std::size_t>(count)));
      key.referenced_columns = {"id"};
      table.foreign_keys.push_back(key);
    }
    random.shuffle(indexes);
    table.indexes = indexes;
    schema.tables.emplace(table.name, table);
  }
  return schema;
}

std::vector<std::string> index_names(const schema::Table& table) {
  std::vector<std::string> names;
  for (const schema::Index& index : table.indexes) names.push_back(index.name);
  return names;
}

TEST(MariadbKeyOrder, IsAsWrittenAlsoInCirclesOfForeignKeys) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  test::MariadbDatabase database;
  for (std::uint64_t seed = 0; seed < test::property_seeds(20); ++seed) {
    const schema::Schema wanted = tables_in_circles(seed);
    const std::vector<std::string> sent = database.migrate({}, diff::diff({}, wanted).operations);
    const schema::Schema live = database.connection().inspect({}).schema;
    for (const auto& [name, table] : wanted.tables) {
      EXPECT_EQ(index_names(live.table(name)), index_names(table))
          << "seed " << seed << ' ' << name << text::join(sent, "\n");
      EXPECT_EQ(live.table(name).foreign_keys.size(), table.foreign_keys.size());
    }
    database.migrate(wanted, diff::diff(wanted, {}).operations);
  }
}

}  // namespace
}  // namespace dbmig::backend
