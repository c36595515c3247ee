// Any schema goes in, comes out and is built again as it was, to the letter of SHOW CREATE.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "support/mariadb.hpp"
#include "support/source_path.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using test::MariadbDatabase;
using MariadbRoundTrip = test::MariadbTest;

std::string quoted(const std::string& name) {
  return dialect::dialect(DialectKind::mariadb).quote_identifier(name);
}

/// SHOW CREATE of every object, by "KIND name".
std::map<std::string, std::string> dump(MariadbDatabase& database) {
  std::map<std::string, std::string> out;
  auto& connection = database.connection();
  const auto show = [&](const std::string& kind, const std::string& name) {
    const backend::Rows rows = connection.query("SHOW CREATE " + kind + ' ' + quoted(name));
    std::string text;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      const std::string& column = rows.columns[i];
      if (column == "Created" || column == "Database Collation") continue;
      text += rows.rows.at(0)[i].value_or("NULL") + "\n";
    }
    // Views and defaults name their database.
    for (std::size_t at = text.find(database.name()); at != std::string::npos;
         at = text.find(database.name())) {
      text.replace(at, database.name().size(), "DATABASE");
    }
    out[kind + ' ' + name] = text;
  };
  for (const auto& row : connection.query("SHOW FULL TABLES").rows) {
    const std::string type = row[1].value_or("");
    show(type == "VIEW" || type == "SEQUENCE" ? type : "TABLE", row[0].value_or(""));
  }
  for (const auto& row : connection.query("SHOW TRIGGERS").rows) {
    show("TRIGGER", row[0].value_or(""));
  }
  for (const std::string kind : {"FUNCTION", "PROCEDURE"}) {
    for (const auto& row :
         connection.query("SHOW " + kind + " STATUS WHERE Db = DATABASE()").rows) {
      show(kind, row[1].value_or(""));
    }
  }
  for (const auto& row : connection.query("SHOW EVENTS").rows) show("EVENT", row[1].value_or(""));
  return out;
}

void expect_same(const std::map<std::string, std::string>& built,
                 const std::map<std::string, std::string>& original) {
  for (const auto& [object, text] : original) {
    const auto found = built.find(object);
    if (found == built.end()) {
      ADD_FAILURE() << object << " is missing";
    } else {
      EXPECT_EQ(found->second, text) << object;
    }
  }
  for (const auto& [object, text] : built) EXPECT_EQ(original.count(object), 1U) << object;
}

std::vector<ops::Operation> between(const Schema& from, const Schema& to) {
  return diff::diff(from, to).operations;
}

void apply_difference(MariadbDatabase& database, const Schema& from, const Schema& to) {
  try {
    database.migrate(from, between(from, to));
  } catch (const Error& error) {
    FAIL() << error.what() << "\n" << error.statement();
  }
}

void expect_same_schema(MariadbDatabase& database, const Schema& live, const Schema& model) {
  const Schema expected = database.connection().canonical(model);
  const Schema found = dialect::dialect(DialectKind::mariadb)
                           .reconciled(database.connection().canonical(live), expected);
  for (const auto& [name, table] : expected.tables) {
    const schema::Table* other = found.find_table(name);
    ASSERT_NE(other, nullptr) << name;
    for (const schema::Column& column : table.columns) {
      ASSERT_NE(other->find_column(column.name), nullptr) << column.name;
      EXPECT_EQ(*other->find_column(column.name), column)
          << name << '.' << column.name << ": "
          << column.default_value.value_or(schema::Default{}).literal;
    }
    EXPECT_EQ(*other, table) << name;
  }
  for (const auto& [name, view] : expected.views) {
    ASSERT_EQ(found.views.count(name), 1U) << name;
    EXPECT_EQ(found.views.at(name).sql.any, view.sql.any);
    EXPECT_EQ(found.views.at(name), view) << name;
  }
  for (const auto& [name, trigger] : expected.triggers) {
    ASSERT_EQ(found.triggers.count(name), 1U) << name;
    EXPECT_EQ(found.triggers.at(name).sql.any, trigger.sql.any);
  }
  for (const auto& [key, routine] : expected.routines) {
    ASSERT_EQ(found.routines.count(key), 1U) << key.second;
    EXPECT_EQ(found.routines.at(key).sql, routine.sql);
  }
  EXPECT_EQ(found, expected);
}

/// Written under rules by which "x" is a name and a backslash is itself.
void add_programs_of_other_modes(MariadbDatabase& database) {
  auto& connection = database.connection();
  connection.execute("SET @old = @@sql_mode");
  connection.execute("SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'");
  connection.execute(
      R"(CREATE PROCEDURE "p1"(IN a int, OUT b int, INOUT c json) MODIFIES SQL DATA BEGIN
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET @x = 1;
  SELECT "id" || '\' || 'y' INTO b FROM "parent"; SELECT '\'; END)");
  connection.execute(R"(CREATE TRIGGER `tr ansi` BEFORE INSERT ON "child" FOR EACH ROW
  SET NEW."q" = NEW."p" || '\')");
  connection.execute("SET sql_mode = ''");
  connection.execute("CREATE EVENT `no mode` ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1");
  connection.execute("SET sql_mode = @old");
}

class MariadbRoundTripOf : public MariadbRoundTrip,
                           public ::testing::WithParamInterface<std::string> {};

TEST_P(MariadbRoundTripOf, IsExact) {
  MariadbDatabase original;
  original.run(
      "SET FOREIGN_KEY_CHECKS = 1, sql_mode = 'STRICT_TRANS_TABLES,"
      "ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION'");
  original.run(read_file(test::source_path("tests/unit/backend/mariadb/") + GetParam() + ".sql"));
  if (GetParam() == "torture") add_programs_of_other_modes(original);
  const auto wanted = dump(original);
  const backend::Inspection inspection = original.connection().inspect({});
  for (const auto& lack : inspection.unsupported) {
    ADD_FAILURE() << lack.object << ": " << lack.reason;
  }
  const Schema model =
      yaml::parse_model({{.name = "model.yaml", .content = yaml::print_model(inspection.schema)}})
          .schema;

  MariadbDatabase copy;
  apply_difference(copy, {}, model);
  expect_same(dump(copy), wanted);
  expect_same_schema(copy, copy.connection().inspect({}).schema, model);
  apply_difference(copy, model, {});
  EXPECT_TRUE(dump(copy).empty());
}

INSTANTIATE_TEST_SUITE_P(Schemas, MariadbRoundTripOf,
                         ::testing::Values("torture", "sakila", "applications"));

}  // namespace
}  // namespace dbmig
