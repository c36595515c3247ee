#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backend/scratch.hpp"
#include "base/event.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "proof/snapshot.hpp"
#include "run/check.hpp"
#include "run/runner.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "teams/squash.hpp"
#include "yaml/revision.hpp"

namespace dbmig::teams {
namespace {

using Texts = std::vector<std::string>;

/// Revisions of every kind of operation, in one line, with a side branch that is merged now and
/// then. What they do works on both databases.
class HistoryMaker {
 public:
  explicit HistoryMaker(std::uint64_t seed) : random_(seed) {}

  Texts make(int count) {
    for (int i = 1; i <= count; ++i) {
      const bool branches = i + 2 < count && random_.chance(20);
      if (branches) {
        const std::string base = head_;
        add({base});
        const std::string one = head_;
        add({base});
        const std::string other = head_;
        texts_.push_back(
            fmt::format("revision: r{}\nparents: [{}, {}]\nmessage: merge\nupgrade: "
                        "[]\n",
                        ++number_, one, other));
        head_ = fmt::format("r{}", number_);
      } else {
        add(head_.empty() ? Texts{} : Texts{head_});
      }
    }
    return texts_;
  }

 private:
  void add(const Texts& parents) {
    const std::string id = fmt::format("r{}", ++number_);
    std::string operations;
    for (int i = random_.between(1, 3); i > 0; --i) operations += "  - " + operation() + "\n";
    std::string text = fmt::format(
        "revision: {}\nparents: [{}]\nmessage: step {}\ncreated: 2026-01-{:02}\n{}"
        "upgrade:\n{}",
        id, text::join(parents, ", "), id, number_ % 28 + 1,
        random_.chance(10) ? fmt::format("label: line_{}\n", id) : "", operations);
    texts_.push_back(std::move(text));
    head_ = id;
  }

  std::string operation() {
    if (tables_.empty() || random_.chance(25)) return create();
    const std::string table = pick_table();
    std::set<std::string>& columns = tables_[table];
    const int kind = random_.between(1, 10);
    if (kind <= 3) return add_column(table, columns);
    if (kind == 4 && columns.size() > 1) {
      const std::string gone = *columns.begin();
      columns.erase(gone);
      return fmt::format("drop_column: {{table: {}, name: {}}}", table, gone);
    }
    if (kind == 5 && !columns.empty()) {
      const std::string old = *columns.rbegin();
      const std::string now = fmt::format("c{}", ++names_);
      columns.erase(old);
      columns.insert(now);
      return fmt::format("alter_column: {{table: {}, name: {}, rename: {}}}", table, old, now);
    }
    if (kind == 6) {
      const std::string now = fmt::format("t{}", ++names_);
      tables_[now] = columns;
      rows_[now] = rows_[table];
      rows_.erase(table);
      tables_.erase(table);
      return fmt::format(
          "alter_table: {{table: {}, comment: x}}\n  - rename_table: {{name: {}, to: "
          "{}}}",
          table, table, now);
    }
    if (kind == 7 && !columns.empty()) {
      return fmt::format("execute: {{sql: \"UPDATE {0} SET {1} = id + 100\", undo: none}}", table,
                         *columns.begin());
    }
    if (kind == 8 && tables_.size() > 1) {
      tables_.erase(table);
      return fmt::format("drop_table: {}", table);
    }
    const int first = rows_[table] + 1;
    rows_[table] += 2;
    return fmt::format("bulk_insert: {{table: {}, columns: [id], rows: [[{}], [{}]]}}", table,
                       first, first + 1);
  }

  std::string create() {
    const std::string table = fmt::format("t{}", ++names_);
    const std::string column = fmt::format("c{}", ++names_);
    tables_[table] = {column};
    return fmt::format(
        "create_table: {{{}: {{columns: {{id: integer, {}: varchar(40)}}, "
        "primary_key: [id]}}}}",
        table, column);
  }

  std::string add_column(const std::string& table, std::set<std::string>& columns) {
    const std::string name = fmt::format("c{}", ++names_);
    columns.insert(name);
    return fmt::format("add_column: {{table: {}, name: {}, type: varchar(20){}}}", table, name,
                       random_.chance(50) ? ", nullable: false, default: new" : "");
  }

  std::string pick_table() {
    auto table = tables_.begin();
    std::advance(table, static_cast<std::ptrdiff_t>(random_.below(tables_.size())));
    return table->first;
  }

  test::RandomSource random_;
  Texts texts_;
  std::string head_;
  int number_ = 0;
  int names_ = 0;
  std::map<std::string, std::set<std::string>> tables_;
  std::map<std::string, int> rows_;
};

history::Graph graph_of(const Texts& texts) {
  std::vector<history::Revision> revisions;
  for (const std::string& text : texts) {
    revisions.push_back(yaml::parse_revision(text, fmt::format("{}.yaml", revisions.size())));
  }
  return history::Graph(std::move(revisions));
}

/// A database that revisions are tried on.
struct Subject {
  explicit Subject(const backend::ScratchOptions& options) : scratch(options) {}

  void upgrade(const history::Graph& graph, const std::vector<std::string>& targets) {
    runner(graph).upgrade(targets, run::RunOptions::losing_data());
  }
  run::Runner runner(const history::Graph& graph) {
    return {scratch.connection(), graph, yaml::parse_revision, silence};
  }
  schema::Schema found() {
    return scratch.connection().canonical(scratch.connection().inspect({}).schema);
  }

  NullEventSink silence;
  backend::Scratch scratch;
};

std::string differences(Subject& one, Subject& other) {
  const schema::Schema mine = one.found();
  const diff::Difference difference = diff::diff(mine, other.found());
  if (!difference.operations.empty()) return text::join(difference.detected, "; ");
  const proof::Snapshot rows(one.scratch.connection(), mine, {});
  return text::join(rows.differences({other.scratch.connection(), mine, {}}), "; ");
}

class SquashProperty : public ::testing::TestWithParam<DialectKind> {
 protected:
  void SetUp() override {
    options_.kind = GetParam();
    if (GetParam() == DialectKind::sqlite) return;
    if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
    options_.server = test::mariadb_url();
  }

  /// A range of `graph` that can be squashed; empty when none was found.
  static std::vector<std::string> some_range(const history::Graph& graph,
                                             test::RandomSource& random) {
    const std::vector<std::string>& order = graph.topological();
    for (int attempt = 0; attempt < 100; ++attempt) {
      const std::size_t a = random.below(order.size());
      const std::size_t b = random.below(order.size());
      if (a >= b) continue;
      try {
        return squash_range(graph, random.chance(30) ? "" : order[a], order[b]);
      } catch (const Error&) {
        // No single revision can stand there.
      }
    }
    return {};
  }

  /// A database that took the first `cut` revisions of `stage`, with the files of the last stage.
  void expect_it_comes_to(Subject& wanted, const history::Graph& stage, std::size_t cut,
                          const std::vector<history::Graph>& stages, const history::Graph& old) {
    const history::Graph& now = stages.back();
    Subject subject(options_);
    const std::vector<std::string> first(
        stage.topological().begin(),
        stage.topological().begin() + static_cast<std::ptrdiff_t>(cut));
    if (!first.empty()) subject.upgrade(stage, first);
    subject.upgrade(now, {"heads"});
    ASSERT_EQ(differences(wanted, subject), "");
    const run::DatabaseCheck check = run::check_database(subject.scratch.connection(), now);
    ASSERT_TRUE(check.is_clean()) << text::join(check.pending, ", ");
    if (cut % 3 != 0) return;
    // Into the range, and on again; then to the beginning.
    const std::vector<std::string> back{old.topological()[old.size() / 2]};
    subject.runner(now).downgrade(back, run::RunOptions::losing_data());
    subject.upgrade(now, {"heads"});
    const diff::Difference again = diff::diff(wanted.found(), subject.found());
    ASSERT_TRUE(again.operations.empty()) << text::join(again.detected, "; ");
    // Back to an older branch of git, whose files have what was squashed one by one.
    subject.runner(stage).withdraw_unknown(run::RunOptions::losing_data());
    ASSERT_TRUE(run::check_database(subject.scratch.connection(), stage).is_clean());
    subject.upgrade(now, {"heads"});
    subject.runner(now).downgrade("base", run::RunOptions::losing_data());
    ASSERT_TRUE(subject.runner(now).applied().empty());
  }

  backend::ScratchOptions options_;
};

// Every revision that a database may be at when ranges are squashed: what the upgrade makes of it
// is what the old files made. The second squash stands beside the first, or takes it in; databases
// may be anywhere in the history before either.
TEST_P(SquashProperty, EachDatabaseInsideOfTheRangeComesToTheSame) {
  const bool on_sqlite = GetParam() == DialectKind::sqlite;
  int nested = 0;
  for (std::uint64_t seed = 1; seed <= test::property_seeds(on_sqlite ? 16 : 3); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    test::RandomSource random(seed * 7919);
    const Texts texts = HistoryMaker(seed).make(on_sqlite ? 7 : 6);
    const history::Graph old = graph_of(texts);
    std::vector<history::Graph> stages{old};
    for (const char* name : {"squash1", "squash2", "squash3"}) {
      const history::Graph& before = stages.back();
      const std::vector<std::string> range = some_range(before, random);
      if (range.empty()) break;
      for (const std::string& id : range) nested += before.header(id).replaces.empty() ? 0 : 1;
      history::Revision squash = squashed(before, range);
      squash.id = name;
      squash.message = name;
      // Without the old files.
      std::vector<history::Revision> left;
      for (const std::string& id : before.topological()) {
        if (std::find(range.begin(), range.end(), id) == range.end())
          left.push_back(before.get(id));
      }
      left.push_back(yaml::parse_revision(yaml::print_revision(squash), "squash.yaml"));
      const history::Graph with_files = with_squash(before, squash);
      history::Graph now(std::move(left));
      EXPECT_EQ(with_files.topological(), now.topological());
      stages.push_back(std::move(now));
      if (stages.back().size() < 2) break;
    }
    ASSERT_EQ(old.fold(), stages.back().fold());
    Subject wanted(options_);
    wanted.upgrade(old, {"heads"});
    for (const history::Graph& stage : stages) {
      for (std::size_t cut = &stage == &stages.front() ? 0 : 1; cut <= stage.size(); ++cut) {
        SCOPED_TRACE(fmt::format("of {} revisions {}", stage.size(), cut));
        expect_it_comes_to(wanted, stage, cut, stages, old);
        if (HasFatalFailure()) break;
      }
    }
    if (HasFailure()) {
      for (const std::string& text : texts) std::fputs((text + "---\n").c_str(), stderr);
      break;
    }
  }
  EXPECT_GT(nested, 0) << "no squash took in another one";
}

INSTANTIATE_TEST_SUITE_P(Both, SquashProperty,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         [](const auto& chosen) { return std::string(to_string(chosen.param)); });

}  // namespace
}  // namespace dbmig::teams
