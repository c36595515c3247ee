#include "runner/trial.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "diff/diff.hpp"
#include "run/ask_spelling.hpp"
#include "run/check.hpp"
#include "run/runner.hpp"
#include "run/spelling.hpp"
#include "runner/contents.hpp"
#include "runner/subject.hpp"
#include "schema/validate.hpp"
#include "yaml/model.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cases {
namespace {

using Lines = std::vector<std::string>;

/// What is only in the one or the other, for people.
std::string difference(const Lines& expected, const Lines& found) {
  std::string result;
  Lines a = expected;
  Lines b = found;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  Lines missing;
  Lines extra;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(missing));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(extra));
  for (const std::string& line : missing) result += "  expected: " + line + "\n";
  for (const std::string& line : extra) result += "  found:    " + line + "\n";
  return result;
}

/// The AUTO_INCREMENT that rows have moved on stands in SHOW CREATE TABLE.
Lines without_counters(Lines facts) {
  constexpr std::string_view kCounter = " AUTO_INCREMENT=";
  for (std::string& fact : facts) {
    const auto begin = fact.find(kCounter);
    if (begin == std::string::npos) continue;
    const auto end = fact.find_first_not_of("0123456789", begin + kCounter.size());
    fact.erase(begin, end == std::string::npos ? end : end - begin);
  }
  return facts;
}

/// A revision as it is when it was written to a file and read again.
history::Revision revision(std::string id, std::vector<std::string> parents,
                           std::vector<ops::Operation> operations,
                           std::optional<std::vector<ops::Operation>> back = std::nullopt) {
  history::Revision made;
  made.id = std::move(id);
  made.parents = std::move(parents);
  made.message = made.id;
  made.created = made.parents.empty() ? "2026-01-01T00:00:00Z" : "2026-01-02T00:00:00Z";
  made.upgrade = std::move(operations);
  made.downgrade = std::move(back);
  history::Revision read = yaml::parse_revision(yaml::print_revision(made), made.id + ".yaml");
  EXPECT_EQ(read.upgrade, made.upgrade) << "the revision file does not hold its operations";
  return read;
}

constexpr const char* kFirst = "aaaaaaaaaaaa";
constexpr const char* kChange = "bbbbbbbbbbbb";

/// The head of a revision file, up to its operations.
constexpr std::string_view kHandWritten =
    "revision: bbbbbbbbbbbb\nparents: [aaaaaaaaaaaa]\nmessage: by hand\n"
    "created: 2026-01-02T00:00:00Z\nupgrade:\n";

/// One case on one database.
class Trial {
 public:
  Trial(const Case& one, DialectKind kind) : case_(one), kind_(kind) {}

  void run() {
    subject_ = make_subject(kind_);
    from_ = model_of(case_.from);
    to_ = model_of(case_.to);
    build();
    if (::testing::Test::HasFailure()) return;
    insert_rows(*subject_, from_.schema, case_);
    remember_rows();
    if (case_.refused.contains(kind_)) {
      expect_refusal();
      return;
    }
    if (case_.same != Same::no) {
      expect_same();
      return;
    }
    make_change();
    runner().upgrade("head", {});
    expect_at(to_.schema, "after the upgrade");
    expect_no_second_change();
    expect_as_if_built_anew();
    expect_rows_moved("after the upgrade");
    if (::testing::Test::HasFailure()) return;
    runner().downgrade("-1", run::RunOptions::losing_data());
    expect_at(from_.schema, "after the downgrade");
    expect_facts_are_back();
    expect_rows_back();
    if (::testing::Test::HasFailure()) return;
    runner().upgrade("head", {});
    expect_at(to_.schema, "after the second upgrade");
    expect_rows_moved("after the second upgrade");
  }

 private:
  /// The model of one side. SQL becomes one through a scratch database and the model file that
  /// `inspect` would write.
  schema::Model model_of(const Side& side) {
    if (!side.sql) return side.model;
    const auto sql = side.sql->find(kind_);
    if (sql == side.sql->end()) return {};
    const auto scratch = make_subject(kind_);
    scratch->run(sql->second);
    const backend::Inspection found = scratch->connection().inspect({});
    for (const backend::Unsupported& object : found.unsupported) {
      ADD_FAILURE() << "not represented: " << object.object << ": " << object.reason;
    }
    const std::string text = yaml::print_model(found.schema);
    schema::Model model = yaml::parse_model({{"inspected.yaml", text}});
    EXPECT_EQ(yaml::print_model(model.schema), text) << "the model file changes when it is read";
    expect_builds(model.schema, *scratch);
    return model;
  }

  /// That building `schema` anew gives what is in `original` to the letter.
  void expect_builds(const schema::Schema& schema, Subject& original) {
    const auto copy = make_subject(kind_);
    build_into(*copy, schema);
    const Lines wanted = without_counters(original.facts());
    const Lines built = without_counters(copy->facts());
    EXPECT_EQ(wanted, built) << "the inspected model builds something else\n"
                             << difference(wanted, built);
  }

  static void build_into(Subject& subject, const schema::Schema& schema) {
    const history::Graph graph({revision(kFirst, {}, diff::diff({}, schema).operations)});
    NullEventSink quiet;
    run::Runner(subject.connection(), graph, yaml::parse_revision, quiet).upgrade("head", {});
  }

  run::Runner runner() { return {subject_->connection(), *graph_, yaml::parse_revision, events_}; }

  /// Who is asked how MariaDB words texts: its own server; on SQLite nobody has to be.
  run::AskSpelling server() {
    return [this](const schema::Schema& schema, const std::set<dialect::DefinitionKey>& keys) {
      if (kind_ == DialectKind::sqlite) return schema;
      return run::ask_spelling({.kind = kind_, .server = subject_->connection().url()}, schema,
                               keys);
    };
  }

  void build() {
    std::vector<history::Revision> revisions;
    revisions.push_back(revision(kFirst, {}, diff::diff({}, from_.schema).operations));
    graph_ = std::make_unique<history::Graph>(std::move(revisions));
    if (case_.from.sql && case_.from.sql->contains(kind_)) {
      subject_->run(case_.from.sql->at(kind_));
      runner().stamp({"head"}, false, {});
    } else {
      runner().upgrade("head", {});
    }
    expect_at(from_.schema, "as built");
    first_facts_ = subject_->facts();
  }

  /// What `dbmig migrate` does, or what was written by hand.
  void make_change() {
    const schema::Schema before = schema::normalized(graph_->fold());
    diff::Difference change;
    std::optional<std::vector<ops::Operation>> back;
    if (case_.operations.empty()) {
      change = diff::diff(before, run::equivalent(before, to_.schema, {}, server()), to_.renames);
    } else {
      std::string text = std::string(kHandWritten) + case_.operations;
      if (!case_.downgrade.empty()) text += "downgrade:\n" + case_.downgrade;
      history::Revision written = yaml::parse_revision(text, case_.where);
      change.operations = std::move(written.upgrade);
      back = std::move(written.downgrade);
    }
    ASSERT_FALSE(change.operations.empty()) << "there is nothing to change";
    expect_consent(change, before);
    kept_ = kept(before, to_.schema, change.operations, kind_);
    for (const std::string& name : kept_tables(kept_)) {
      old_rows_[name] = kept_rows(*subject_, kept_, from_.schema, name, false);
    }
    std::vector<history::Revision> revisions{graph_->get(kFirst)};
    revisions.push_back(revision(kChange, {kFirst}, change.operations, std::move(back)));
    graph_ = std::make_unique<history::Graph>(std::move(revisions));
  }

  void expect_same() {
    expect_at(to_.schema, "compared with the other words");
    if (case_.same == Same::live) return;
    const schema::Schema before = schema::normalized(graph_->fold());
    const diff::Difference change =
        diff::diff(before, run::equivalent(before, to_.schema, {}, server()), to_.renames);
    EXPECT_TRUE(change.operations.empty())
        << "the models are said to differ: " << text::join(change.detected, "; ");
  }

  void expect_consent(const diff::Difference& change, const schema::Schema& before) const {
    try {
      diff::require_consent(change, before);
      EXPECT_FALSE(case_.destructive) << "it loses data, and nobody was asked for consent";
    } catch (const Error& error) {
      EXPECT_TRUE(case_.destructive) << "it is said to lose data:\n" << error.what();
    }
  }

  void expect_at(const schema::Schema& model, const std::string& when) {
    const dialect::Dialect& dialect = subject_->connection().dialect();
    const schema::Schema expected = schema::sorted(subject_->connection().canonical(model));
    const backend::Inspection found = subject_->connection().inspect({});
    const schema::Schema live = schema::sorted(dialect.reconciled(
        dialect.canonical(run::with_expected_spelling(subject_->connection(), model, found.schema,
                                                      {.recorded = true, .ask = server()})),
        expected));
    for (const backend::Unsupported& object : found.unsupported) {
      ADD_FAILURE() << when << ": not represented: " << object.object << ": " << object.reason;
    }
    if (live != expected) {
      ADD_FAILURE() << when << " the schema is another\n"
                    << difference(text::split(yaml::print_model(expected), '\n'),
                                  text::split(yaml::print_model(live), '\n'))
                    << text::join(diff::diff(expected, live).detected, "\n");
    }
    for (const std::string& complaint : subject_->complaints()) {
      ADD_FAILURE() << when << ": " << complaint;
    }
  }

  void expect_no_second_change() {
    const schema::Schema now = schema::normalized(graph_->fold());
    const diff::Difference second =
        diff::diff(now, run::equivalent(now, to_.schema, {}, server()), to_.renames);
    EXPECT_TRUE(second.operations.empty())
        << "a second migrate finds: " << text::join(second.detected, "; ");
    const run::DatabaseCheck check =
        run::check_database(subject_->connection(), *graph_, {}, server());
    EXPECT_TRUE(check.is_clean()) << "check finds: "
                                  << text::join(check.drift.difference.detected, "; ");
  }

  void expect_as_if_built_anew() {
    const auto anew = make_subject(kind_);
    build_into(*anew, to_.schema);
    const Lines wanted = without_counters(anew->facts());
    const Lines found = without_counters(subject_->facts());
    EXPECT_EQ(wanted, found) << "an upgraded database is not what a new one is\n"
                             << difference(wanted, found);
  }

  void expect_facts_are_back() {
    const Lines facts = subject_->facts();
    const Lines wanted = case_.destructive ? without_counters(first_facts_) : first_facts_;
    const Lines found = case_.destructive ? without_counters(facts) : facts;
    EXPECT_EQ(wanted, found) << "the downgrade does not lead back\n" << difference(wanted, found);
  }

  void remember_rows() {
    for (const auto& [name, table] : from_.schema.tables) {
      if (!lives_here(table)) continue;
      first_rows_[name] = all_rows(*subject_, table);
    }
    first_facts_ = subject_->facts();
  }

  bool lives_here(const schema::Table& table) const {
    return (!table.only || *table.only == kind_) && !table.columns.empty();
  }

  void expect_rows_moved(const std::string& when) {
    const auto expected = case_.after.find(kind_);
    const std::map<std::string, Content> none;
    const auto& tables = expected == case_.after.end() ? none : expected->second;
    for (const auto& [name, content] : tables) {
      const Lines found = all_rows(*subject_, to_.schema.table(name));
      EXPECT_EQ(lines_of(content), found) << when << ", rows of " << name;
    }
    for (const std::string& name : kept_tables(kept_)) {
      const std::string now = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) {
                                return k.table == name;
                              })->table_after;
      if (tables.contains(now)) continue;
      EXPECT_EQ(old_rows_[name], kept_rows(*subject_, kept_, to_.schema, name, true))
          << when << ", rows of " << now;
    }
  }

  void expect_rows_back() {
    const auto expected = case_.back.find(kind_);
    const std::map<std::string, Content> none;
    const auto& tables = expected == case_.back.end() ? none : expected->second;
    for (const auto& [name, content] : tables) {
      const Lines found = all_rows(*subject_, from_.schema.table(name));
      EXPECT_EQ(lines_of(content), found) << "after the downgrade, rows of " << name;
    }
    for (const std::string& name : kept_tables(kept_)) {
      if (tables.contains(name)) continue;
      EXPECT_EQ(old_rows_[name], kept_rows(*subject_, kept_, from_.schema, name, false))
          << "after the downgrade, rows of " << name;
    }
  }

  /// A change that would lose or break rows is not made, in no part.
  void expect_refusal() {
    std::string message;
    try {
      make_change();
      runner().upgrade("head", {});
      ADD_FAILURE() << "the change was made";
    } catch (const Error& error) {
      message = error.what();
    }
    EXPECT_NE(message.find(case_.refused.at(kind_)), std::string::npos)
        << "expected: " << case_.refused.at(kind_) << "\nsaid: " << message;
    expect_at(from_.schema, "after the refusal");
    EXPECT_EQ(first_facts_, subject_->facts()) << difference(first_facts_, subject_->facts());
    for (const auto& [name, lines] : first_rows_) {
      EXPECT_EQ(lines, all_rows(*subject_, from_.schema.table(name))) << "rows of " << name;
    }
  }

  const Case& case_;
  DialectKind kind_;
  std::unique_ptr<Subject> subject_;
  schema::Model from_;
  schema::Model to_;
  std::unique_ptr<history::Graph> graph_;
  NullEventSink events_;
  std::vector<Kept> kept_;
  Lines first_facts_;
  std::map<std::string, Lines> first_rows_;  ///< every column, as text
  std::map<std::string, Lines> old_rows_;    ///< the columns that are kept
};

}  // namespace

void try_case(const Case& one, DialectKind kind) {
  try {
    Trial(one, kind).run();
  } catch (const Error& error) {
    ADD_FAILURE() << error.what() << "\n" << error.statement();
  }
}

}  // namespace dbmig::cases
