// Values go with their names, however the names of columns and tables change places: permutations
// of both, up and down, over rows. DBMIG_PROPERTY_SEEDS says how many (support/property.hpp).
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cctype>

#include "base/error.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "sqlite_support.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig {
namespace {

/// What a schema is made of but for its names: tables, each of columns of two types.
struct Shape {
  struct Part {
    std::vector<bool> is_text;  ///< for each column beside the key
    std::optional<std::size_t> parent;
    std::size_t checked = 0;  ///< columns by their numbers
    std::size_t indexed = 0;
  };
  std::vector<Part> tables;
  bool has_view = false;
};

struct Names {
  std::vector<std::string> tables;
  std::vector<std::vector<std::string>> columns;
};

Shape make_shape(test::RandomSource& random) {
  Shape shape;
  for (int t = random.between(2, 4); t > 0; --t) {
    Shape::Part part;
    for (int c = random.between(2, 4); c > 0; --c) part.is_text.push_back(random.chance(50));
    part.checked = random.below(part.is_text.size());
    part.indexed = random.below(part.is_text.size());
    if (random.chance(40)) part.parent = random.below(shape.tables.size() + 1);
    shape.tables.push_back(part);
  }
  shape.has_view = random.chance(50);
  return shape;
}

Names first_names(const Shape& shape) {
  Names names;
  for (std::size_t t = 0; t < shape.tables.size(); ++t) {
    names.tables.push_back("t" + std::to_string(t));
    names.columns.emplace_back();
    for (std::size_t c = 0; c < shape.tables[t].is_text.size(); ++c) {
      // MariaDB does not tell `é` from `É`, and SQLite does.
      names.columns.back().push_back(c == 1 ? "é" : std::string(1, static_cast<char>('a' + c)));
    }
  }
  return names;
}

/// The same names, and sometimes a new one, in another order; some in another case.
void permute(test::RandomSource& random, std::vector<std::string>& names) {
  const std::size_t count = names.size();
  if (random.chance(40)) names.push_back("fresh");
  random.shuffle(names);
  names.resize(count);
  for (std::string& name : names) {
    if (!random.chance(15)) continue;
    if (name == "é") {
      name = "É";
    } else {
      name[0] = static_cast<char>(std::toupper(name[0]));
    }
  }
}

Names other_names(test::RandomSource& random, Names names) {
  if (random.chance(70)) permute(random, names.tables);
  for (auto& columns : names.columns) {
    if (random.chance(70)) permute(random, columns);
  }
  return names;
}

schema::Column column(const std::string& name, const char* type) {
  schema::Column out;
  out.name = name;
  out.type = schema::parse_type(type);
  return out;
}

schema::Schema build(const Shape& shape, const Names& names) {
  schema::Schema schema;
  for (std::size_t t = 0; t < shape.tables.size(); ++t) {
    const Shape::Part& part = shape.tables[t];
    const std::vector<std::string>& columns = names.columns[t];
    schema::Table table;
    table.name = names.tables[t];
    table.columns.push_back(column("id", "integer"));
    table.columns[0].nullable = false;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      table.columns.push_back(column(columns[c], part.is_text[c] ? "varchar(20)" : "integer"));
    }
    // What is renamed in a circle is known by what it has: no two tables are alike.
    for (const char* mark : {"x", "y"}) {
      table.columns.push_back(column(fmt::format("{}{}", mark, t), "integer"));
    }
    table.primary_key = schema::PrimaryKey{fmt::format("pk_{}", t), {"id"}, {}};
    schema::Index index;
    index.name = fmt::format("ix_{}", t);
    index.parts.emplace_back().column = columns[part.indexed];
    table.indexes = {index};
    table.checks = {{fmt::format("ck_{}", t), {columns[part.checked] + " IS NOT NULL", {}, {}}}};
    if (part.parent) {
      table.columns.push_back(column("up", "integer"));
      schema::ForeignKey key;
      key.name = fmt::format("fk_{}", t);
      key.columns = {"up"};
      key.referenced_table = names.tables[*part.parent];
      key.referenced_columns = {"id"};
      table.foreign_keys = {key};
    }
    schema.tables.emplace(table.name, table);
  }
  if (shape.has_view) {
    schema::View view;
    view.name = "v";
    view.sql.any = fmt::format("SELECT {} AS x FROM {}", names.columns[0][0], names.tables[0]);
    schema.views.emplace("v", view);
  }
  return schema;
}

schema::RenameHints hints_of(const Names& from, const Names& to) {
  schema::RenameHints hints;
  for (std::size_t t = 0; t < from.tables.size(); ++t) {
    if (from.tables[t] != to.tables[t]) hints.tables[to.tables[t]] = from.tables[t];
    for (std::size_t c = 0; c < from.columns[t].size(); ++c) {
      if (from.columns[t][c] == to.columns[t][c]) continue;
      hints.columns[{to.tables[t], to.columns[t][c]}] = from.columns[t][c];
    }
  }
  return hints;
}

/// A value that tells where it began.
std::string value_of(const Shape& shape, std::size_t t, std::size_t c) {
  return shape.tables[t].is_text[c] ? fmt::format("t{}c{}", t, c) : fmt::format("{}", 100 * t + c);
}

template <class Database>
void fill(Database& database, const Shape& shape, const Names& names) {
  for (std::size_t t = 0; t < shape.tables.size(); ++t) {
    std::string columns = "id";
    std::string values = "1";
    for (std::size_t c = 0; c < names.columns[t].size(); ++c) {
      columns += ", " + names.columns[t][c];
      values += ", '" + value_of(shape, t, c) + "'";
    }
    database.run(fmt::format("INSERT INTO {} ({}) VALUES ({})", names.tables[t], columns, values));
  }
}

/// What is not where it belongs; empty when all is.
template <class Database>
std::string misplaced(Database& database, const Shape& shape, const Names& names) {
  std::string wrong;
  for (std::size_t t = 0; t < shape.tables.size(); ++t) {
    for (std::size_t c = 0; c < names.columns[t].size(); ++c) {
      const auto rows =
          database.connection()
              .query(fmt::format("SELECT {} FROM {}", names.columns[t][c], names.tables[t]))
              .rows;
      const std::string found = rows.size() == 1 ? rows[0][0].value_or("NULL") : "no row";
      if (found == value_of(shape, t, c)) continue;
      wrong += fmt::format("{}.{} holds {}, not {}; ", names.tables[t], names.columns[t][c], found,
                           value_of(shape, t, c));
    }
  }
  if (shape.has_view) {
    const auto rows = database.connection().query("SELECT x FROM v").rows;
    if (rows.size() != 1 || rows[0][0] != value_of(shape, 0, 0)) wrong += "the view";
  }
  return wrong;
}

template <class Database>
void clear(Database& database, const schema::Schema& schema) {
  database.migrate(schema, diff::diff(schema, {}).operations);
}

template <class Database>
void try_renames(Database& database, std::uint64_t seed) {
  test::RandomSource random(seed);
  const Shape shape = make_shape(random);
  const Names names = first_names(shape);
  const Names renamed = other_names(random, names);
  const schema::Schema from = build(shape, names);
  const schema::Schema to = build(shape, renamed);
  database.migrate({}, diff::diff({}, from).operations);
  fill(database, shape, names);
  const diff::Difference difference = diff::diff(from, to, hints_of(names, renamed));
  SCOPED_TRACE(fmt::format("seed {}\n{}", seed, text::join(difference.detected, "\n")));
  database.migrate(from, difference.operations);
  EXPECT_EQ(misplaced(database, shape, renamed), "");
  database.migrate(to, ops::inverse(difference.operations, from));
  EXPECT_EQ(misplaced(database, shape, names), "");
  clear(database, from);
}

TEST(RenameProperty, ValuesGoWithTheirNamesOnSqlite) {
  test::SqliteDatabase database(true);
  for (std::uint64_t seed = 0; seed < test::property_seeds(150); ++seed) {
    ASSERT_NO_THROW(try_renames(database, seed)) << "seed " << seed;
    if (testing::Test::HasFailure()) return;
  }
}

TEST(RenameProperty, ValuesGoWithTheirNamesOnMariadb) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  test::MariadbDatabase database;
  for (std::uint64_t seed = 0; seed < test::property_seeds(30); ++seed) {
    ASSERT_NO_THROW(try_renames(database, seed)) << "seed " << seed;
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace dbmig
