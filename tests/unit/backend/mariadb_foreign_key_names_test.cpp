// Names of foreign keys that several tables have: MariaDB takes them from 12.1 on, and calls keys
// without a name `1`, `2`, … in each table. No such server is needed: what it says is read as text,
// and what it is told is compared with what any server is told.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/mariadb/create_table.hpp"
#include "base/error.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/foreign_key_names.hpp"
#include "diff/diff.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

using dialect::mariadb::kForeignKeyNamesPerTable;
using dialect::mariadb::MariadbDialect;
using schema::Schema;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kOldServer = 101119;

Schema model(const std::string& text) {
  return yaml::parse_model({{.name = "model.yaml", .content = text}}).schema;
}

std::string plan(const MariadbDialect& dialect, const Schema& before, const Schema& after) {
  std::string out;
  for (const auto& one : dialect.plan(before, diff::diff(before, after).operations, {})) {
    out += one.sql + ";\n";
  }
  return out;
}

constexpr const char* kParent = R"(
tables:
  parent:
    columns: {id: integer}
    primary_key: [id]
)";

/// Two tables with a key called `1` onto `parent`, whose column and theirs are of `type`.
Schema two_children(const std::string& type) {
  return model(fmt::format(R"(
tables:
  parent:
    columns: {{id: {0}}}
    primary_key: [id]
  a:
    columns: {{id: {0}, parent: {0}}}
    primary_key: [id]
    foreign_keys: {{"1": {{columns: [parent], references: parent(id)}}}}
  b:
    columns: {{id: {0}, parent: {0}}}
    primary_key: [id]
    foreign_keys: {{"1": {{columns: [parent], references: parent(id)}}}}
)",
                           type));
}

TEST(MariadbForeignKeyNames, AreReadAsTheTablesOwn) {
  Schema found;
  for (const char* name : {"a", "b"}) {
    const auto read = backend::mariadb::read_create_table(
        fmt::format("CREATE TABLE `{}` (\n  `id` int(11) NOT NULL,\n  `parent` int(11) DEFAULT "
                    "NULL,\n  PRIMARY KEY (`id`),\n  KEY `parent` (`parent`),\n  CONSTRAINT `1` "
                    "FOREIGN KEY (`parent`) REFERENCES `parent` (`id`)\n) ENGINE=InnoDB DEFAULT "
                    "CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci",
                    name),
        "app");
    EXPECT_THAT(read.lacking, IsEmpty());
    found.tables[name] = read.table;
  }
  found.tables["parent"] = model(kParent).table("parent");
  EXPECT_EQ(found.table("a").foreign_keys.at(0).name, "1");
  EXPECT_EQ(found.table("b").foreign_keys.at(0).name, "1");
  // As a file says it, it is the same again.
  const Schema written = model(yaml::print_model(found));
  EXPECT_EQ(written.table("a").foreign_keys, found.table("a").foreign_keys);
  EXPECT_EQ(written.table("b").foreign_keys, found.table("b").foreign_keys);
}

/// No operation speaks of the keys: the plan takes them off and puts them back.
TEST(MariadbForeignKeyNames, KeysOfOneNameAreAllTakenOffAndPutBack) {
  std::vector<ops::Operation> operations;
  for (const auto& [table, column] : std::vector<std::pair<std::string, std::string>>{
           {"parent", "id"}, {"a", "parent"}, {"b", "parent"}}) {
    ops::AlterColumn alter;
    alter.table = table;
    alter.name = column;
    alter.type = schema::parse_type("bigint");
    operations.emplace_back(std::move(alter));
  }
  std::string sql;
  for (const auto& one :
       MariadbDialect(kForeignKeyNamesPerTable).plan(two_children("integer"), operations, {})) {
    sql += one.sql + ";\n";
  }
  for (const char* table : {"a", "b"}) {
    EXPECT_THAT(sql, HasSubstr(fmt::format("ALTER TABLE `{}` DROP FOREIGN KEY `1`", table)));
    EXPECT_THAT(sql, HasSubstr(fmt::format("ALTER TABLE `{}` ADD CONSTRAINT `1`", table)));
  }
}

/// The names of the foreign keys of both schemas, by table: a number for each. A number that goes
/// with a key of one table comes with none of another: on older servers such changes wait for one
/// another.
class Numbers {
 public:
  explicit Numbers(const test::SchemaPair& pair) {
    number(pair.from, pair.to, 100, 300);
    number(pair.to, pair.from, 200, 300);
  }

  /// With names that `called(table, number)` gives.
  template <class Called>
  Schema renamed(Schema schema, const Called& called) const {
    for (auto& [table, one] : schema.tables) {
      for (schema::ForeignKey& key : one.foreign_keys) {
        key.name = called(table, names_.at({table, key.name}));
      }
    }
    return schema;
  }

 private:
  void number(const Schema& schema, const Schema& other, int alone, int both) {
    for (const auto& [table, one] : schema.tables) {
      int count = 0;
      for (const schema::ForeignKey& key : one.foreign_keys) {
        const schema::Table* there = other.find_table(table);
        const bool stays = there != nullptr && there->find_foreign_key(key.name) != nullptr;
        names_.emplace(std::pair{table, key.name}, (stays ? both : alone) + ++count);
      }
    }
  }

  std::map<std::pair<std::string, std::string>, int> names_;
};

/// What is told to a server where each table has a key `1` is what is told where all keys have
/// names of their own, but for the names.
std::string differs_by_more_than_names(const test::SchemaPair& pair) {
  const Numbers numbers(pair);
  std::map<std::string, std::string> short_names;
  std::map<std::string, int> tables;
  const auto unique = [&](const std::string& table, int number) {
    const int place = tables.emplace(table, static_cast<int>(tables.size())).first->second;
    const std::string name = fmt::format("1_{}_{}", place, number);
    short_names["`" + name + "`"] = fmt::format("`{}`", number);
    return name;
  };
  const auto repeated = [](const std::string&, int number) { return std::to_string(number); };
  const MariadbDialect dialect(kForeignKeyNamesPerTable);
  std::string expected =
      plan(dialect, numbers.renamed(pair.from, unique), numbers.renamed(pair.to, unique));
  for (const auto& [name, number] : short_names) {
    for (std::size_t at = 0; (at = expected.find(name, at)) != std::string::npos;) {
      expected.replace(at, name.size(), number);
    }
  }
  const std::string got =
      plan(dialect, numbers.renamed(pair.from, repeated), numbers.renamed(pair.to, repeated));
  return got == expected ? "" : fmt::format("{}\n  where this was expected:\n{}", got, expected);
}

TEST(MariadbForeignKeyNames, ChangeNothingElseOfAPlan) {
  const auto make = [](std::uint64_t seed) {
    const test::RandomOptions options{.max_tables = 4, .odd_names = false};
    const Schema from = test::random_schema(seed, options);
    return test::SchemaPair{from, test::mutate(from, seed + 1, options)};
  };
  EXPECT_EQ(test::try_property(1, 100, make, differs_by_more_than_names), "");
}

TEST(MariadbForeignKeyNames, AnOlderServerIsToldNothing) {
  const Schema children = two_children("integer");
  const MariadbDialect older(kOldServer);
  try {
    plan(older, {}, children);
    FAIL() << "planned";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_THAT(error.what(), HasSubstr("tables 'a' and 'b' both have a foreign key '1'"));
    EXPECT_THAT(error.what(), HasSubstr("MariaDB 10.11"));
  }
  EXPECT_EQ(older.refusals(children).size(), 1U);
  EXPECT_THAT(MariadbDialect(kForeignKeyNamesPerTable).refusals(children), IsEmpty());
  // A name goes from one table to another.
  Schema before = children;
  before.tables.at("b").foreign_keys.clear();
  Schema after = children;
  after.tables.at("a").foreign_keys.clear();
  EXPECT_THAT(plan(older, before, after),
              HasSubstr("ALTER TABLE `b` ADD KEY `1` (`parent`), ADD CONSTRAINT `1`"));
}

}  // namespace
}  // namespace dbmig
