// Up and down over rows, tried on many made-up schemas. DBMIG_PROPERTY_SEEDS says how many
// (support/property.hpp).
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"
#include "dialect/backfill_value.hpp"
#include "dialect/sqlite/types.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "run/ask_spelling.hpp"
#include "run/spelling.hpp"
#include "support/property.hpp"
#include "support/random_mariadb.hpp"
#include "support/random_schema.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using schema::Schema;

test::RandomOptions everything(DialectKind kind) {
  test::RandomOptions options;
  options.generated_columns = true;
  options.reorder_columns = true;
  options.views = true;
  options.triggers = true;
  options.sqlite = kind == DialectKind::sqlite;
  return options;
}

/// MariaDB refuses ON UPDATE CASCADE from a column that may be NULL to one that may not.
Schema buildable(Schema schema) {
  for (auto& [name, table] : schema.tables) {
    for (schema::ForeignKey& key : table.foreign_keys) {
      key.on_update = schema::ReferentialAction::none;
    }
  }
  return schema;
}

class WayBackProperty : public RunTest {
 protected:
  void SetUp() override {
    if (!is_sqlite()) RunTest::SetUp();
  }

  const dialect::Dialect& dialect() const { return dialect::dialect(GetParam()); }

  /// A value that column `column` takes, another one for each `row` where there is one; SQL.
  std::string value(const schema::Table& table, schema::Column column, int row) const {
    const bool in_key = std::any_of(
        table.foreign_keys.begin(), table.foreign_keys.end(), [&](const schema::ForeignKey& key) {
          return std::find(key.columns.begin(), key.columns.end(), column.name) !=
                 key.columns.end();
        });
    if (column.nullable && (in_key || row == 2)) return "NULL";
    const schema::Type& type = column.type_on(GetParam());
    if (schema::is_numeric(type.kind) || schema::is_text(type.kind)) {
      return type.kind == schema::TypeKind::bit || type.kind == schema::TypeKind::boolean
                 ? std::to_string(row % 2)
                 : std::to_string(row);
    }
    column.nullable = false;
    column.default_value.reset();
    const auto any = dialect::backfill_value(column, table, GetParam());
    return any ? dialect::describe_backfill_value(*any, GetParam()) : "NULL";
  }

  void insert_rows(backend::Connection& connection, const Schema& schema) {
    // Twice, for parents that come after their children.
    for (int round = 0; round < 2; ++round) {
      for (const auto& [name, table] : schema.tables) {
        if (!table.sqlite.module.empty()) continue;
        for (int row = 1; row <= 3; ++row) insert_row(connection, table, row);
      }
    }
  }

  void insert_row(backend::Connection& connection, const schema::Table& table, int row) {
    std::vector<std::string> columns;
    std::vector<std::string> values;
    for (const schema::Column& column : table.columns) {
      if (column.generated) continue;
      columns.push_back(dialect().quote_identifier(column.name));
      values.push_back(value(table, column, row));
    }
    try {
      connection.execute(fmt::format("INSERT INTO {} ({}) VALUES ({})",
                                     dialect().quote_identifier(table.name),
                                     text::join(columns, ", "), text::join(values, ", ")));
      ++rows_;
    } catch (const Error&) {
      // A key, a check or a parent is in its way.
    }
  }

  static history::Revision revision(const std::string& id, const std::vector<std::string>& parents,
                                    std::vector<ops::Operation> operations) {
    history::Revision out;
    out.id = id;
    out.parents = parents;
    out.message = id;
    out.path = id + ".yaml";
    out.checksum = "v1:" + id;
    out.upgrade = std::move(operations);
    return out;
  }

  static AskSpelling server(backend::Connection& connection) {
    return [&connection](const Schema& schema, const std::set<dialect::DefinitionKey>& keys) {
      return ask_spelling({.kind = DialectKind::mariadb, .server = connection.url()}, schema, keys);
    };
  }

  /// What the database has that `model` does not mean, if anything.
  std::string difference(backend::Connection& connection, const Schema& model) {
    const Schema wanted = connection.canonical(model);
    const Schema live = dialect().reconciled(connection.canonical(with_expected_spelling(
                                                 connection, model, connection.inspect({}).schema,
                                                 {.recorded = true, .ask = server(connection)})),
                                             wanted);
    if (live == wanted) return {};
    return fmt::format("the database has\n{}\ninstead of\n{}", test::describe(live),
                       test::describe(wanted));
  }

  /// Runs; nothing, or "!" when rows are said to be in the way, or what else went wrong: a row that
  /// was in the way and not said to be, or a statement that cannot run.
  template <class Run>
  std::string outcome(const Run& run) {
    try {
      run();
      return {};
    } catch (const Error& error) {
      if (error.code() == ErrorCode::constraint &&
          std::string(error.what()).find(" would fail: ") != std::string::npos) {
        said_ = error.what();
        return "!";
      }
      return fmt::format("{}\n{}", error.what(), error.statement());
    }
  }

  /// The database gives a number to rows that hold NULL in a column of `pair.to`, and did not.
  static bool has_new_numbers(const test::SchemaPair& pair) {
    const auto numbers = [](const schema::Table& table, const schema::Column& column) {
      return column.autoincrement || dialect::sqlite::is_rowid(table, column);
    };
    for (const auto& [name, table] : pair.to.tables) {
      const schema::Table* old = pair.from.find_table(name);
      for (const schema::Column& column : table.columns) {
        const schema::Column* was = old == nullptr ? nullptr : old->find_column(column.name);
        if (was != nullptr && numbers(table, column) && !numbers(*old, *was)) return true;
      }
    }
    return false;
  }

  /// Goes on where rows were said to be in the way of `pair.from` becoming `pair.to` by
  /// `operations`: one of them must be.
  std::string false_alarm(backend::Connection& connection, const test::SchemaPair& pair,
                          const std::vector<ops::Operation>& operations) {
    const auto concerns = [&](const char* what) { return said_.find(what) != std::string::npos; };
    // SQLite keeps such values as they are, and MariaDB makes others of some.
    if (concerns("cannot hold the values there")) return {};
    // Rows that a key numbers by itself, and new columns that MariaDB fills by itself.
    if (concerns("they hold NULL") && has_new_numbers(pair)) return {};
    if (!is_sqlite() && concerns("would have no value there")) return {};
    if (is_sqlite()) connection.execute("PRAGMA foreign_keys = OFF");
    ++alarms_;
    try {
      for (const auto& one : dialect().plan(pair.from, operations, {})) connection.execute(one.sql);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::constraint) return {};
      return fmt::format("{}\n{}\nwhere it was said that {}", error.what(), error.statement(),
                         said_);
    }
    if (is_sqlite() && !connection.query("PRAGMA foreign_key_check").rows.empty()) return {};
    return "a false alarm: " + said_;
  }

  /// What is wrong with going from `pair.from` to `pair.to` and back over rows.
  std::string there_and_back(backend::Connection& connection, const test::SchemaPair& pair) {
    const auto forth = diff::diff(pair.from, pair.to).operations;
    const history::Graph graph({revision("aaa", {}, diff::diff({}, pair.from).operations),
                                revision("bbb", {"aaa"}, forth)});
    Runner runner(connection, graph, yaml::parse_revision, sink_);
    // What is being made smaller may have lost its meaning; what was made up has not, see built_.
    if (!outcome([&] { runner.upgrade("aaa", {}); }).empty()) return {};
    ++built_;
    insert_rows(connection, pair.from);
    const std::string up = outcome([&] { runner.upgrade("head", {}); });
    if (up == "!") {
      const std::string changed = difference(connection, pair.from);
      return changed.empty() ? false_alarm(connection, pair, forth) : changed;
    }
    if (!up.empty()) return up;
    const std::string down = outcome([&] { runner.downgrade("aaa", RunOptions::losing_data()); });
    if (down == "!") {
      const std::string changed = difference(connection, pair.to);
      const auto back = ops::inverse(std::span<const ops::Operation>(forth), pair.from);
      return changed.empty() ? false_alarm(connection, {pair.to, pair.from}, back) : changed;
    }
    if (!down.empty()) return down;
    ++back_;
    return difference(connection, pair.from);
  }

  /// A default that is no value of its column takes no row, and only trying it tells.
  static void drop_odd_defaults(Schema& schema) {
    for (auto& [name, table] : schema.tables) {
      for (schema::Column& column : table.columns) {
        const bool is_sql =
            column.default_value && column.default_value->kind == schema::Default::Kind::sql;
        if (!is_sql) continue;
        if (!schema::is_numeric(column.type.kind)) column.default_value.reset();
      }
    }
  }

  /// Some generated columns may not be NULL, by the bits of `which`.
  static void demand_values(Schema& schema, std::uint64_t which) {
    for (auto& [name, table] : schema.tables) {
      for (schema::Column& column : table.columns) {
        if (!column.generated) continue;
        column.nullable = which % 2 == 0;
        which /= 2;
      }
    }
  }

  test::SchemaPair pair(std::uint64_t seed) const {
    const auto options = everything(GetParam());
    Schema from = test::random_schema(seed, options);
    Schema to = test::mutate(from, seed, options);
    for (Schema* one : {&from, &to}) drop_odd_defaults(*one);
    demand_values(from, seed / 4);
    demand_values(to, seed);
    if (is_sqlite()) return {std::move(from), std::move(to)};
    test::SchemaPair pair{buildable(std::move(from)), buildable(std::move(to))};
    if (seed % 2 == 0) return pair;
    return {test::with_mariadb_features(std::move(pair.from), seed),
            test::with_mariadb_features(std::move(pair.to), seed + 1)};
  }

  std::string said_;  ///< last, of rows in the way
  std::uint64_t rows_ = 0;
  std::uint64_t built_ = 0;
  std::uint64_t alarms_ = 0;
  std::uint64_t back_ = 0;
};

TEST_P(WayBackProperty, ADowngradeOverRowsWorksOrSaysBeforehandWhyNot) {
  const std::uint64_t usual = is_sqlite() ? 300 : 30;
  EXPECT_EQ("", test::try_property(
                    40000, usual, [&](std::uint64_t seed) { return pair(seed); },
                    [&](const test::SchemaPair& pair) {
                      if (is_sqlite()) {
                        const auto connection =
                            backend::connect(Url::parse("sqlite:///:memory:"), {.create = true});
                        return there_and_back(*connection, pair);
                      }
                      const test::MariadbDatabase database;
                      const auto connection = backend::connect(database.url(), {});
                      return there_and_back(*connection, pair);
                    }));
  EXPECT_GE(built_, test::property_seeds(usual));
  EXPECT_GT(rows_, test::property_seeds(usual));
  EXPECT_TRUE(alarms_ > 0 || test::property_seeds(usual) < usual);
  EXPECT_GT(back_, test::property_seeds(usual) / 3);
}

INSTANTIATE_TEST_SUITE_P(Databases, WayBackProperty,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
