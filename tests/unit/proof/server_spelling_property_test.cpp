// SQL that nobody here has to understand: whatever the server takes is proved, is no difference
// after an upgrade, and none to a model that is written as the server words it.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "proof/proof.hpp"
#include "run/ask_spelling.hpp"
#include "run/check.hpp"
#include "run/runner.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/source_path.hpp"
#include "unit/proof/random_sql.hpp"
#include "yaml/revision.hpp"

namespace dbmig::proof {
namespace {

using schema::Schema;
using testing::IsEmpty;

constexpr const char* kSpellingTables = R"yaml(
  - create_table: {t: {columns: {id: integer, a: integer, b: 'decimal(10,2)', c: bigint, s: varchar(40), s2: varchar(40), d: datetime, d2: datetime, j: json, order: integer, a b: integer}, primary_key: [id]}}
  - create_table: {k: {columns: {id: integer, t_id: integer, note: text}, primary_key: [id], indexes: {ix: [t_id]}}}
  - create_table: {u: {columns: {id: integer, a: integer, s: varchar(40), b: integer, j: json}, primary_key: [id]}}
  - create_table: {w: {columns: {id: integer, uid: integer, t: text}, primary_key: [id]}}
  - create_view: {name: base, sql: "SELECT id, a, s FROM t"}
)yaml";

std::vector<std::string> forms_in(const std::string& name) {
  std::ifstream file(test::source_path("tests/unit/proof/spelling/" + name));
  std::vector<std::string> forms;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("# ")) forms.push_back(line);
  }
  return forms;
}

class ServerSpelling : public test::MariadbTest {
 protected:
  void SetUp() override {
    MariadbTest::SetUp();
    if (IsSkipped()) return;
    const history::Revision tables =
        yaml::parse_revision(std::string("revision: aaa\nparents: []\nmessage: m\ncreated: "
                                         "2026-01-01T00:00:00Z\nupgrade:") +
                                 kSpellingTables,
                             "aaa.yaml");
    start_ = schema::normalized(history::apply({}, tables));
    database_ = std::make_unique<test::MariadbDatabase>();
    database_->migrate({}, diff::diff({}, start_).operations);
  }

  /// Whether the server takes it.
  bool is_valid(const std::string& create, const std::string& drop) {
    try {
      database_->connection().execute(create);
      database_->connection().execute(drop);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
  bool is_check(const std::string& sql) {
    return is_valid("ALTER TABLE t ADD CONSTRAINT tried CHECK (" + sql + ")",
                    "ALTER TABLE t DROP CONSTRAINT tried");
  }
  bool is_column(const std::string& definition) {
    return is_valid("ALTER TABLE t ADD COLUMN tried VARCHAR(200) " + definition,
                    "ALTER TABLE t DROP COLUMN tried");
  }
  bool is_view(const std::string& sql) {
    return is_valid("CREATE VIEW tried AS " + sql, "DROP VIEW tried");
  }

  static schema::Column column(const std::string& name) {
    schema::Column column;
    column.name = name;
    column.type.kind = schema::TypeKind::varchar;
    column.type.length = 200;
    return column;
  }

  /// Holds the property for all of `model`; `told` says what is in it.
  void expect_property(const Schema& model, const std::string& told) {
    history::Revision revision;
    revision.id = "aaa";
    revision.message = "m";
    revision.checksum = std::string("v1:aaa");
    revision.path = "aaa.yaml";
    revision.upgrade = diff::diff({}, model).operations;
    const history::Graph graph({revision});
    const backend::ScratchOptions options{.kind = DialectKind::mariadb, .server = database_->url()};
    try {
      prove(options, graph, "aaa", yaml::parse_revision, nullptr);
    } catch (const Error& error) {
      // Rows are another matter.
      EXPECT_EQ(std::string(error.what()).find("what the revisions add up to"), std::string::npos)
          << error.what() << "\n"
          << told;
    }
    test::MariadbDatabase database;
    NullEventSink silence;
    run::Runner(database.connection(), graph, yaml::parse_revision, silence).upgrade("head", {});
    EXPECT_THAT(run::find_drift(database.connection(), model).difference.detected, IsEmpty())
        << "by the record\n"
        << told;
    const run::AskSpelling ask = [&](const Schema& schema,
                                     const std::set<dialect::DefinitionKey>& keys) {
      return run::ask_spelling(options, schema, keys);
    };
    Schema pasted = schema::normalized(database.connection().inspect({}).schema);
    for (auto& [name, table] : pasted.tables) table = schema::with_names(std::move(table));
    const Schema equivalent = run::equivalent(model, pasted, {DialectKind::mariadb}, ask);
    EXPECT_THAT(diff::diff(model, equivalent).detected, IsEmpty()) << "of the model\n" << told;
  }

  Schema start_;
  std::unique_ptr<test::MariadbDatabase> database_;
};

TEST_F(ServerSpelling, OfExpressionsAreNoDifference) {
  std::size_t held = 0;
  std::size_t made = 0;
  for (std::uint64_t seed = 0; seed < test::property_seeds(4); ++seed) {
    test::RandomSql sql(seed);
    Schema model = start_;
    model.views.clear();
    schema::Table& table = model.table("t");
    std::string told = "seed " + std::to_string(seed) + "\n";
    constexpr int kOfEach = 25;
    for (int i = 0; i < kOfEach; ++i, made += 3) {
      const std::string check = sql.condition();
      if (is_check(check)) {
        table.checks.push_back(
            {"k" + std::to_string(i), {.any = check, .mariadb = {}, .sqlite = {}}});
        told += "check " + check + "\n";
        ++held;
      }
      const std::string value = sql.value();
      if (is_column("AS (" + value + ")")) {
        table.columns.push_back(column("made" + std::to_string(i)));
        table.columns.back().generated.emplace();
        table.columns.back().generated->sql.any = value;
        told += "generated " + value + "\n";
        ++held;
      }
      const std::string constant = sql.constant();
      if (is_column("DEFAULT (" + constant + ")")) {
        table.columns.push_back(column("given" + std::to_string(i)));
        table.columns.back().default_value = {
            .kind = schema::Default::Kind::sql, .literal = {}, .sql = {}};
        table.columns.back().default_value->sql.any = constant;
        told += "default " + constant + "\n";
        ++held;
      }
    }
    expect_property(schema::normalized(model), told);
  }
  // Most of what is made is valid, so that the property says something.
  EXPECT_GT(held * 2, made);
}

TEST_F(ServerSpelling, OfQueriesAreNoDifference) {
  std::size_t held = 0;
  std::size_t made = 0;
  for (std::uint64_t seed = 0; seed < test::property_seeds(3); ++seed) {
    test::RandomSql sql(seed);
    Schema model = start_;
    std::string told = "seed " + std::to_string(seed) + "\n";
    constexpr int kViews = 40;
    for (int i = 0; i < kViews; ++i, ++made) {
      schema::View view;
      view.name = "v" + std::to_string(i);
      view.sql.any = sql.query();
      if (!is_view(view.sql.any)) continue;
      told += view.name + ' ' + view.sql.any + "\n";
      model.views[view.name] = std::move(view);
      ++held;
    }
    expect_property(schema::normalized(model), told);
  }
  EXPECT_GT(held * 2, made);
}

TEST_F(ServerSpelling, OfWhatPeopleWriteAreNoDifference) {
  Schema model = start_;
  std::size_t number = 0;
  const std::vector<std::string> checks = forms_in("expressions.txt");
  const std::vector<std::string> queries = forms_in("queries.txt");
  ASSERT_GT(checks.size(), 400U);
  for (const std::string& check : checks) {
    if (!is_check(check)) continue;
    model.table("t").checks.push_back(
        {"k" + std::to_string(++number), {.any = check, .mariadb = {}, .sqlite = {}}});
  }
  EXPECT_GT(number * 10, checks.size() * 9);
  for (const std::string& query : queries) {
    if (!is_view(query)) continue;
    schema::View view;
    view.name = "v" + std::to_string(++number);
    view.sql.any = query;
    model.views[view.name] = std::move(view);
  }
  EXPECT_GT(number * 10, (checks.size() + queries.size()) * 9);
  expect_property(schema::normalized(model), {});
}

}  // namespace
}  // namespace dbmig::proof
