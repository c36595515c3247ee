// parse(print(x)) == x, over generated schemas and operations with everything in them.

#include "support/property.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support.hpp"
#include "support/random_schema.hpp"
#include "yaml/model.hpp"
#include "yaml/revision.hpp"

namespace dbmig::yaml {
namespace {

test::RandomOptions everything() {
  test::RandomOptions options;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  return options;
}

TEST(Property, ModelReadsBack) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(200); ++seed) {
    test::RandomSource random(seed);
    schema::Schema schema = test::random_schema(seed, everything());
    if (seed % 2 == 1) schema = test::decorated(std::move(schema), random);
    const std::string text = print_model(schema);
    schema::Model model;
    ASSERT_EQ(test::complaint([&] {
                model = parse_model({{"m.yaml", text}});
              }),
              "no error")
        << "seed " << seed << "\n"
        << text;
    ASSERT_TRUE(model.schema == schema) << "seed " << seed << "\n"
                                        << text << test::describe(model.schema);
    ASSERT_EQ(print_model(model.schema), text) << "seed " << seed;
    EXPECT_EQ(model.renames, schema::RenameHints{});
  }
}

/// What only SQLite has, as its inspection reports it: in a model and in a revision.
TEST(Property, WhatOnlySqliteHasReadsBack) {
  test::RandomOptions options = everything();
  options.sqlite = true;
  for (std::uint64_t seed = 0; seed < test::property_seeds(100); ++seed) {
    const schema::Schema schema = test::random_schema(seed, options);
    const std::string text = print_model(schema);
    schema::Model model;
    ASSERT_EQ(test::complaint([&] {
                model = parse_model({{"m.yaml", text}});
              }),
              "no error")
        << "seed " << seed << "\n"
        << text;
    ASSERT_TRUE(model.schema == schema) << "seed " << seed << "\n"
                                        << text << test::describe(model.schema);
    history::Revision revision;
    revision.id = "0123456789ab";
    for (const auto& [name, table] : schema.tables) {
      revision.upgrade.emplace_back(ops::CreateTable{table});
      revision.upgrade.emplace_back(ops::AlterTable{name, {}, {}, table.sqlite});
    }
    ASSERT_TRUE(parse_revision(print_revision(revision), "r.yaml").upgrade == revision.upgrade)
        << "seed " << seed;
  }
}

TEST(Property, ModelReadsBackWithWindowsLineEndsAndByteOrderMark) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    test::RandomSource random(seed);
    const schema::Schema schema = test::decorated(test::random_schema(seed, everything()), random);
    const std::string text = "\xEF\xBB\xBF" + text::replace_all(print_model(schema), "\n", "\r\n");
    ASSERT_TRUE(parse_model({{"m.yaml", text}}).schema == schema) << text;
  }
}

/// Every operation that `schema` gives material for.
std::vector<ops::Operation> operations_over(const schema::Schema& schema,
                                            test::RandomSource& random) {
  std::vector<ops::Operation> all;
  const auto position = [&]() -> std::optional<ops::Position> {
    if (random.chance(60)) return std::nullopt;
    return random.chance(50) ? ops::Position{} : ops::Position{test::nasty_text(random, false)};
  };
  for (const auto& [name, table] : schema.tables) {
    all.emplace_back(ops::CreateTable{table});
    all.emplace_back(ops::DropTable{name});
    all.emplace_back(ops::RenameTable{name, test::nasty_text(random, false)});
    all.emplace_back(ops::AlterTable{name, table.comment, std::nullopt, std::nullopt});
    all.emplace_back(ops::AlterTable{name, std::nullopt, table.mariadb, table.sqlite});
    for (const schema::Column& column : table.columns) {
      all.emplace_back(ops::AddColumn{name, column, position()});
      all.emplace_back(ops::DropColumn{name, column.name});
      ops::AlterColumn alter = ops::changes_between(name, random.pick(table.columns), column);
      alter.name = column.name;
      if (random.chance(20)) alter.mariadb = column.mariadb;
      if (random.chance(20)) alter.sqlite = column.sqlite;
      if (random.chance(20)) alter.comment = "";
      // A default goes with its type, else what it means hangs on the column it meets.
      if (alter.default_value) alter.type = column.type;
      alter.position = position();
      if (!ops::is_empty(alter)) all.emplace_back(alter);
    }
    if (table.primary_key) {
      all.emplace_back(ops::CreatePrimaryKey{name, *table.primary_key});
      all.emplace_back(ops::DropConstraint{name, "", ops::ConstraintKind::primary_key});
    }
    for (const auto& unique : table.uniques) {
      all.emplace_back(ops::CreateUniqueConstraint{name, unique});
      all.emplace_back(ops::DropConstraint{name, unique.name, ops::ConstraintKind::unique});
    }
    for (const auto& index : table.indexes) {
      all.emplace_back(ops::CreateIndex{name, index});
      all.emplace_back(ops::DropIndex{name, index.name});
      all.emplace_back(ops::RenameIndex{name, index.name, index.name + "_2"});
    }
    for (const auto& key : table.foreign_keys) {
      all.emplace_back(ops::CreateForeignKey{name, key});
      all.emplace_back(ops::DropConstraint{name, key.name, ops::ConstraintKind::foreign_key});
    }
    for (const auto& check : table.checks) {
      all.emplace_back(ops::CreateCheckConstraint{name, check});
      all.emplace_back(ops::DropConstraint{name, check.name, ops::ConstraintKind::check});
      all.emplace_back(ops::Execute{check.sql, {}});
    }
    ops::BulkInsert insert{name, table.column_names(), {}};
    for (int row = 0; row < random.between(0, 4); ++row) {
      std::vector<std::optional<std::string>> values;
      for (std::size_t i = 0; i < insert.columns.size(); ++i) {
        if (random.chance(80)) {
          values.emplace_back(test::nasty_text(random));
        } else {
          values.emplace_back(std::nullopt);
        }
      }
      insert.rows.push_back(std::move(values));
    }
    all.emplace_back(ops::BulkDelete{insert.table, insert.columns, insert.rows});
    all.emplace_back(std::move(insert));
  }
  for (const auto& [name, view] : schema.views) {
    all.emplace_back(ops::CreateView{view});
    all.emplace_back(ops::DropView{name});
  }
  for (const auto& [name, trigger] : schema.triggers) {
    all.emplace_back(ops::CreateTrigger{trigger});
    all.emplace_back(ops::DropTrigger{name});
  }
  random.shuffle(all);
  std::vector<ops::Operation> some(all.begin(), all.begin() + 5);
  all.emplace_back(ops::Execute{{"UPDATE x", {}, {}}, std::move(some)});
  all.emplace_back(ops::Execute{{}, {ops::DropTable{"t"}}});
  return all;
}

TEST(Property, RevisionReadsBack) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(80); ++seed) {
    test::RandomSource random(seed);
    schema::Schema schema = test::random_schema(seed, everything());
    if (seed % 2 == 1) schema = test::decorated(std::move(schema), random);
    history::Revision revision;
    revision.id = fmt::format("{:012x}", random.bits() >> 16U);
    for (int i = 0; i < random.between(0, 2); ++i) {
      revision.parents.push_back(fmt::format("p{}", i));
    }
    revision.message = test::nasty_text(random);
    if (random.chance(80)) revision.created = "2026-11-22T05:10:22Z";
    if (random.chance(20)) revision.labels = {"null"};
    if (random.chance(20)) revision.labels.emplace_back("other");
    if (random.chance(20)) revision.depends_on = {"dep", "true"};
    revision.upgrade = operations_over(schema, random);
    if (random.chance(50)) revision.downgrade = operations_over(schema, random);
    const std::string text = print_revision(revision);

    history::Revision read;
    ASSERT_EQ(test::complaint([&] { read = parse_revision(text, "r.yaml"); }), "no error") << text;
    ASSERT_EQ(read.id, revision.id);
    ASSERT_EQ(read.parents, revision.parents);
    ASSERT_EQ(read.message, revision.message) << text;
    ASSERT_EQ(read.created, revision.created);
    ASSERT_EQ(read.labels, revision.labels);
    ASSERT_EQ(read.depends_on, revision.depends_on);
    ASSERT_EQ(read.upgrade.size(), revision.upgrade.size()) << text;
    for (std::size_t i = 0; i < read.upgrade.size(); ++i) {
      ASSERT_TRUE(read.upgrade[i] == revision.upgrade[i])
          << "seed " << seed << "\n"
          << print_operations({revision.upgrade[i]}) << print_operations({read.upgrade[i]});
    }
    ASSERT_TRUE(read.downgrade == revision.downgrade) << text;
    ASSERT_EQ(read.upgrade_positions.size(), read.upgrade.size());
    ASSERT_EQ(read.text, text);
    ASSERT_EQ(print_revision(read), text);
    ASSERT_EQ(read.checksum.get(), checksum(revision));
  }
}

TEST(Property, EveryPositionIsThatOfItsOperation) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    test::RandomSource random(seed);
    history::Revision revision;
    revision.id = "a";
    revision.upgrade = operations_over(test::random_schema(seed, everything()), random);
    const std::string text = print_revision(revision);
    const std::vector<std::string> lines = text::split(text, '\n');
    const history::Revision read = parse_revision(text, "r.yaml");
    for (std::size_t i = 0; i < read.upgrade.size(); ++i) {
      const SourcePosition& at = read.upgrade_positions[i];
      ASSERT_EQ(at.file, "r.yaml");
      const std::string& line = lines.at(static_cast<std::size_t>(at.line) - 1);
      ASSERT_EQ(line.substr(static_cast<std::size_t>(at.column) - 1)
                    .rfind(std::string(ops::name_of(read.upgrade[i])) + ":", 0),
                0U)
          << line;
    }
  }
}

}  // namespace
}  // namespace dbmig::yaml
