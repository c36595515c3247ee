// Revisions that only build up new tables, applied at once.

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "run/check.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string create(const std::string& id, const std::string& parent, const std::string& table) {
  return fmt::format(
      "revision: {}\nparents: [{}]\nupgrade:\n  - create_table: {{{}: {{columns: {{id: integer}}, "
      "primary_key: [id]}}}}\n",
      id, parent, table);
}

std::string change(const std::string& id, const std::string& parent, const std::string& operation) {
  return fmt::format("revision: {}\nparents: [{}]\nupgrade:\n  - {}\n", id, parent, operation);
}

class Combine : public RunTest {
 protected:
  Runner combining(const history::Graph& graph, std::size_t least = 2) {
    Runner runner = this->runner(graph);
    runner.combine(yaml::print_revision, least);
    return runner;
  }

  std::size_t tables_made() const {
    return static_cast<std::size_t>(
        std::count_if(sink_.statements.begin(), sink_.statements.end(), [](const std::string& sql) {
          return sql.starts_with("CREATE TABLE") || sql.starts_with("ALTER TABLE");
        }));
  }
};

TEST_P(Combine, CreatesNewTablesAsTheyEndUp) {
  const auto graph = this->graph(
      {create("a", "", "t"), change("b", "a", "add_column: {table: t, name: n, type: integer}"),
       change("c", "b", "add_column: {table: t, name: m, type: integer}"),
       change("d", "c", "drop_column: {table: t, name: n}")});
  EXPECT_THAT(combining(graph).upgrade("head", {}), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(tables_made(), 1U);
  EXPECT_THAT(combining(graph).applied(), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(find_drift(*connection_, graph.fold()).difference.operations, IsEmpty());
  // Each has its row, with its text, and goes back by itself.
  EXPECT_THAT(combining(graph).downgrade("b", RunOptions::losing_data()), ElementsAre("d", "c"));
  EXPECT_NE(connection_->inspect({}).schema.table("t").find_column("n"), nullptr);
  EXPECT_EQ(combining(graph).edit_of("a"), "");
}

TEST_P(Combine, StopsAtRowsAndAtTablesThatWereThere) {
  const auto graph = this->graph(
      {create("a", "", "t"), change("b", "a", "add_column: {table: t, name: n, type: integer}"),
       change("c", "b", "bulk_insert: {table: t, columns: [id, n], rows: [[1, 2]]}"),
       change("d", "c", "add_column: {table: t, name: m, type: integer}"), create("e", "d", "u"),
       change("f", "e", "add_column: {table: u, name: m, type: integer}"),
       change("g", "f",
              "create_foreign_key: {table: u, name: fk_u, columns: [m], references: t(id)}")});
  combining(graph).upgrade("head", {});
  // t; its column m; u with its column and key.
  EXPECT_EQ(tables_made(), 3U);
  EXPECT_EQ(scalar("SELECT n FROM t"), "2");
  EXPECT_THAT(find_drift(*connection_, graph.fold()).difference.operations, IsEmpty());
}

TEST_P(Combine, RunsOneByOneWhatCannotBeCreatedAtOnce) {
  connection_->execute("CREATE TABLE u (x INTEGER)");
  const auto graph = this->graph(
      {create("a", "", "t"), change("b", "a", "add_column: {table: t, name: n, type: integer}"),
       create("c", "b", "u"), create("d", "c", "v")});
  try {
    combining(graph).upgrade("head", {});
    FAIL() << "u is there already";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("upgrade of revision c failed"));
  }
  // As without combining: what came before the one that fails stays.
  EXPECT_THAT(combining(graph).applied(), ElementsAre("a", "b"));
  EXPECT_THAT(sink_.lines, Contains(HasSubstr("4 revisions cannot be applied at once")));
  connection_->execute("DROP TABLE u");
  EXPECT_THAT(combining(graph).upgrade("head", {}), ElementsAre("c", "d"));
  EXPECT_THAT(find_drift(*connection_, graph.fold()).difference.operations, IsEmpty());
}

TEST_P(Combine, LeavesFewRevisionsAndThoseOfListenersAlone) {
  const auto graph = this->graph(
      {create("a", "", "t"), change("b", "a", "add_column: {table: t, name: n, type: integer}")});
  combining(graph, 3).upgrade("head", {});
  EXPECT_EQ(tables_made(), 2U);
  combining(graph).downgrade("base", RunOptions::losing_data());
  sink_.statements.clear();
  RunOptions options;
  std::vector<std::string> told;
  options.listener = [&](const RunEvent& event) {
    if (event.point == RunEvent::Point::after_revision) told.push_back(event.revision->revision.id);
  };
  combining(graph).upgrade("head", options);
  EXPECT_THAT(told, ElementsAre("a", "b"));
}

TEST_P(Combine, AppliesBranchesAndTheirMerge) {
  const auto graph = this->graph(
      {create("a", "", "t"), change("b", "a", "add_column: {table: t, name: n, type: integer}"),
       change("c", "a", "add_column: {table: t, name: m, type: integer}"),
       "revision: d\nparents: [b, c]\nupgrade: []\n",
       change("e", "a", "create_index: {table: t, name: ix_t, columns: [id]}")});
  combining(graph).upgrade(std::vector<std::string>{"d", "e"}, {});
  EXPECT_EQ(tables_made(), 1U);
  EXPECT_THAT(combining(graph).database_state().heads, ElementsAre("d", "e"));
  combining(graph).downgrade("b", RunOptions::losing_data());
  combining(graph).upgrade("heads", {});
  EXPECT_THAT(find_drift(*connection_, graph.fold()).difference.operations, IsEmpty());
}

/// Revisions that lead from nothing to random schemas, one after the other.
std::vector<history::Revision> random_history(std::uint64_t seed) {
  test::RandomOptions options;
  options.views = seed % 3 == 0;
  options.triggers = seed % 4 == 0;
  options.max_tables = 4;
  std::vector<history::Revision> revisions;
  schema::Schema before;
  schema::Schema after = test::random_schema(seed, options);
  constexpr std::size_t kRevisions = 8;
  while (revisions.size() < kRevisions) {
    history::Revision revision;
    revision.id = fmt::format("r{}", revisions.size());
    if (!revisions.empty()) revision.parents = {revisions.back().id};
    revision.upgrade = diff::diff(before, after).operations;
    revision.text = yaml::print_revision(revision);
    revisions.push_back(yaml::parse_revision(revision.text, revision.id));
    before = ops::apply(before, revisions.back().upgrade);
    after = test::mutate(before, seed * kRevisions + revisions.size(), options);
  }
  return revisions;
}

TEST_P(Combine, ComesToTheSameAsOneByOne) {
  const std::uint64_t seeds = test::property_seeds(is_sqlite() ? 60 : 12);
  std::size_t combined = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const history::Graph graph(random_history(seed));
    const auto run = [&](bool at_once) {
      Runner runner = at_once ? combining(graph) : this->runner(graph);
      runner.upgrade("head", {});
      return schema::sorted(connection_->inspect({}).schema);
    };
    const auto back = [&] {
      std::vector<schema::Schema> passed;
      for (std::size_t i = 0; i < graph.size(); ++i) {
        runner(graph).downgrade("-1", RunOptions::losing_data());
        passed.push_back(schema::sorted(connection_->inspect({}).schema));
      }
      return passed;
    };
    const schema::Schema long_way = run(false);
    const std::vector<schema::Schema> long_way_back = back();
    sink_.lines.clear();
    EXPECT_EQ(run(true), long_way) << "seed " << seed;
    combined += static_cast<std::size_t>(
        std::count_if(sink_.lines.begin(), sink_.lines.end(), [](const std::string& line) {
          return line.find("at once: their tables are new") != line.npos;
        }));
    EXPECT_THAT(sink_.lines, Not(Contains(HasSubstr("cannot be applied at once"))))
        << "seed " << seed;
    EXPECT_EQ(back(), long_way_back) << "seed " << seed;
    if (HasFailure()) return;
  }
  EXPECT_GE(combined, seeds);
}

INSTANTIATE_TEST_SUITE_P(Databases, Combine,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
