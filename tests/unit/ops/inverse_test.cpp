#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "ops/apply.hpp"
#include "ops/risk.hpp"
#include "schema/charset.hpp"
#include "unit/ops/support.hpp"

namespace dbmig::ops {
namespace {

using schema::Schema;
using testing::ElementsAre;
using testing::HasSubstr;

/// One of every operation that fits the sample and has an inverse; AlterColumn and Rename several.
std::vector<Operation> every_operation() {
  AlterColumn alter;
  alter.table = "usuario";
  alter.name = "correo";
  alter.type = schema::parse_type("text");
  alter.nullable = false;
  alter.default_value = schema::Default{schema::Default::Kind::string, "x", {}};
  alter.comment = "mail";
  alter.mariadb = schema::MariadbColumn{{}, "utf8mb4", {}, {}, false, false};
  alter.position = Position{};
  AlterColumn rename;
  rename.table = "usuario";
  rename.name = "saldo";
  rename.rename = "monto";
  AlterColumn both = rename;
  both.type = schema::parse_type("bigint");
  both.position = Position{"pais_id"};
  AlterColumn plain;
  plain.table = "usuario";
  plain.name = "doble";
  plain.generated = std::optional<schema::Generated>();
  AlterTable options;
  options.table = "usuario";
  options.comment = "People";
  options.mariadb = schema::MariadbTable{"Aria", {}, {}, {}, {}};
  options.sqlite = schema::SqliteTable{true, false};
  schema::Index index;
  index.name = "ix";
  index.parts.push_back({"nombre", {}, true, 0, {}});
  return {
      CreateTable{table("nueva", {column("a")})},
      DropTable{"usuario"},
      RenameTable{"usuario", "persona"},
      RenameTable{"pais", "land"},
      AddColumn{"pais", column("iso"), Position{"id"}},
      AddColumn{"pais", column("iso"), {}},
      DropColumn{"usuario", "doble"},
      alter,
      rename,
      both,
      plain,
      CreateIndex{"pais", index},
      DropIndex{"usuario", "ix_usuario_saldo"},
      RenameIndex{"usuario", "ix_usuario_saldo", "ix_saldo"},
      CreateUniqueConstraint{"pais", {"uq", {"id", "nombre"}, {}}},
      CreateForeignKey{"pais", {"fk", {"id"}, "usuario", {"id"}, {}, {}, false}},
      CreateCheckConstraint{"pais", {"ck", sql("id > 0")}},
      DropConstraint{"pais", "", ConstraintKind::primary_key},
      DropConstraint{"pais", "uq_pais_nombre", ConstraintKind::unique},
      DropConstraint{"usuario", "fk_usuario_pais", ConstraintKind::foreign_key},
      DropConstraint{"usuario", "ck_usuario_saldo", ConstraintKind::check},
      options,
      CreateView{{"pobres", sql("SELECT 1"), {}, {}}},
      DropView{"ricos"},
      CreateTrigger{{"tr", "pais", sql("AFTER INSERT ON pais BEGIN SELECT 1; END"), {}}},
      DropTrigger{"tr_usuario"},
      CreateRoutine{{schema::RoutineKind::event, "nightly", "ON SCHEDULE EVERY 1 DAY DO SELECT 1"}},
      DropRoutine{schema::RoutineKind::sequence, "numeros"},
      BulkInsert{"pais", {"id", "nombre"}, {{"1", "Chile"}}},
      BulkDelete{"pais", {"id", "nombre"}, {{"1", "Chile"}}},
      Execute{{}, {AddColumn{"pais", column("iso"), {}}}},
  };
}

TEST(Inverse, UndoesEveryOperation) {
  const Schema before = sample();
  std::set<std::size_t> seen;
  for (const Operation& operation : every_operation()) {
    SCOPED_TRACE(describe(operation));
    EXPECT_TRUE(is_reversible(operation));
    const std::vector<Operation> back = inverse(operation, before);
    EXPECT_EQ(schema::sorted(ops::apply(ops::apply(before, operation), back)),
              schema::sorted(before));
    seen.insert(operation.index());
  }
  // CreatePrimaryKey has a test of its own: the sample has no table without one.
  EXPECT_EQ(seen.size() + 1, std::variant_size_v<Operation>);
}

TEST(Inverse, UndoesAPrimaryKey) {
  const Schema before = ops::apply({}, CreateTable{table("t", {column("a"), column("b")})});
  const Operation operation = CreatePrimaryKey{"t", {"pk", {"a", "b"}, {}}};
  const std::vector<Operation> back = inverse(operation, before);
  EXPECT_EQ(ops::apply(ops::apply(before, operation), back), before);
}

TEST(Inverse, OfASequenceRunsBackwards) {
  const std::vector<Operation> operations = {
      CreateTable{table("t", {column("a"), column("b")})},
      DropColumn{"t", "a"},
      AddColumn{"t", column("c"), {}},
  };
  EXPECT_THAT(
      inverse(operations, {}),
      ElementsAre(Operation(DropColumn{"t", "c"}),
                  Operation(AddColumn{"t", column("a"), Position{}}), Operation(DropTable{"t"})));
}

TEST(Inverse, ADroppedColumnComesBackWhereItWas) {
  EXPECT_THAT(inverse(DropColumn{"usuario", "doble"}, sample()),
              ElementsAre(Operation(AddColumn{"usuario", sample().table("usuario").column("doble"),
                                              Position{"saldo"}})));
  const Schema schema = ops::apply({}, CreateTable{table("t", {column("a"), column("b")})});
  EXPECT_THAT(inverse(DropColumn{"t", "b"}, schema),
              ElementsAre(Operation(AddColumn{"t", column("b"), std::nullopt})));
}

TEST(Inverse, ADroppedTableComesBackWithItsKeysAndTriggers) {
  const std::vector<Operation> back = inverse(DropTable{"usuario"}, sample());
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(std::get<CreateTable>(back[0]).table, sample().table("usuario"));
  EXPECT_EQ(std::get<CreateTrigger>(back[1]).trigger, sample().triggers.at("tr_usuario"));
}

TEST(Inverse, SpellingsThatARenameChangedAreRestored) {
  Schema before = sample();
  before.table("usuario").checks.front().sql = sql("SALDO >= 0");
  before.views["ricos"].sql = sql("SELECT correo FROM Usuario");
  AlterColumn rename;
  rename.table = "usuario";
  rename.name = "saldo";
  rename.rename = "order";
  for (const Operation& operation :
       {Operation(rename), Operation(RenameTable{"usuario", "group"})}) {
    SCOPED_TRACE(describe(operation));
    const std::vector<Operation> back = inverse(operation, before);
    EXPECT_EQ(schema::sorted(ops::apply(ops::apply(before, operation), back)),
              schema::sorted(before));
  }
}

TEST(Inverse, OfARenameOnlyRenamesWhenNothingElseChanged) {
  EXPECT_THAT(inverse(RenameTable{"usuario", "persona"}, sample()),
              ElementsAre(Operation(RenameTable{"persona", "usuario"})));
}

TEST(Inverse, InsertedRowsAreDeletedByTheirKey) {
  EXPECT_THAT(
      inverse(BulkInsert{"pais", {"nombre", "id"}, {{"Chile", "1"}, {"Perú", "2"}}}, sample()),
      ElementsAre(Operation(BulkDelete{"pais", {"id"}, {{"1"}, {"2"}}})));
  // Without the primary key, by a unique constraint.
  EXPECT_THAT(inverse(BulkInsert{"pais", {"nombre"}, {{"Chile"}}}, sample()),
              ElementsAre(Operation(BulkDelete{"pais", {"nombre"}, {{"Chile"}}})));
}

/// What inverse() says when it cannot.
std::string complaint(const Operation& operation) {
  try {
    inverse(operation, sample());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.what();
  }
  return {};
}

TEST(Inverse, RowsWithoutAKeyCannotBeTakenBack) {
  EXPECT_THAT(complaint(BulkInsert{"usuario", {"saldo"}, {{"1"}}}),
              HasSubstr("the rows inserted into table 'usuario' cannot be told from others"));
  // NULL is not unique.
  EXPECT_THAT(complaint(BulkInsert{"pais", {"nombre"}, {{std::nullopt}}}),
              HasSubstr("cannot be told"));
  EXPECT_THAT(complaint(BulkDelete{"pais", {"id"}, {{"1"}}}),
              HasSubstr("the other values are not known"));
}

TEST(Inverse, PlainSqlHasNone) {
  const Execute execute{sql("UPDATE pais SET nombre = ''"), {AddColumn{"pais", column("x"), {}}}};
  EXPECT_FALSE(is_reversible(execute));
  EXPECT_THAT(
      complaint(execute),
      HasSubstr(
          "plain SQL has no inverse; say how to reverse it with `execute: {sql: …, undo: …}`"));
}

std::vector<RiskKind> kinds(const Operation& operation) {
  std::vector<RiskKind> out;
  for (const Risk& risk : risks(operation, sample())) {
    EXPECT_FALSE(risk.message.empty());
    EXPECT_FALSE(risk.subject.empty());
    out.push_back(risk.kind);
  }
  return out;
}

TEST(Risks, OfEachKind) {
  EXPECT_THAT(kinds(DropTable{"usuario"}), ElementsAre(RiskKind::drops_table));
  EXPECT_THAT(kinds(DropColumn{"usuario", "correo"}), ElementsAre(RiskKind::drops_column));
  EXPECT_THAT(kinds(RenameTable{"usuario", "x"}), ElementsAre(RiskKind::renames));
  EXPECT_THAT(kinds(CreateUniqueConstraint{"pais", {"uq", {"id"}, {}}}),
              ElementsAre(RiskKind::adds_unique));
  EXPECT_THAT(kinds(CreateCheckConstraint{"pais", {"ck", sql("1")}}),
              ElementsAre(RiskKind::adds_check));
  EXPECT_THAT(kinds(CreateForeignKey{"pais", {"fk", {"id"}, "usuario", {"id"}, {}, {}, false}}),
              ElementsAre(RiskKind::adds_foreign_key));
  EXPECT_THAT(kinds(Execute{sql("DELETE FROM pais"), {}}), ElementsAre(RiskKind::irreversible));
  EXPECT_THAT(kinds(BulkInsert{"usuario", {"saldo"}, {}}), ElementsAre());
  EXPECT_THAT(kinds(BulkInsert{"usuario", {"saldo"}, {{"1"}}}),
              ElementsAre(RiskKind::irreversible));
}

TEST(Risks, OfAColumnThatIsAdded) {
  schema::Column strict = column("x");
  strict.nullable = false;
  EXPECT_THAT(kinds(AddColumn{"pais", column("x"), {}}), ElementsAre());
  EXPECT_THAT(kinds(AddColumn{"pais", strict, {}}), ElementsAre(RiskKind::adds_not_null));
  strict.default_value = schema::Default{schema::Default::Kind::number, "0", {}};
  EXPECT_THAT(kinds(AddColumn{"pais", strict, {}}), ElementsAre());
}

TEST(Risks, OfAColumnThatIsAltered) {
  AlterColumn change;
  change.table = "usuario";
  change.name = "correo";
  change.type = schema::parse_type("varchar(200)");
  EXPECT_THAT(kinds(change), ElementsAre());
  change.type = schema::parse_type("varchar(10)");
  EXPECT_THAT(kinds(change), ElementsAre(RiskKind::narrows_type));
  change.type.reset();
  change.nullable = false;
  EXPECT_THAT(kinds(change), ElementsAre(RiskKind::makes_not_null));
  change.nullable.reset();
  change.rename = "email";
  EXPECT_THAT(kinds(change), ElementsAre(RiskKind::renames));
  change.rename.reset();
  change.generated = schema::Generated{sql("'x'"), true};
  EXPECT_THAT(kinds(change), ElementsAre(RiskKind::drops_column));
}

TEST(Risks, TheTypeOfOneDatabaseCanBeNarrowedToo) {
  AlterColumn change;
  change.table = "usuario";
  change.name = "correo";
  schema::MariadbColumn block;
  block.type = schema::parse_type("varchar(10)");
  change.mariadb = block;
  EXPECT_THAT(kinds(change), ElementsAre(RiskKind::narrows_type));
}

TEST(Risks, ACharacterSetCanBeTooSmall) {
  Schema before = sample();
  before.table("usuario").columns[1].mariadb.charset = "utf8mb4";
  AlterColumn change;
  change.table = "usuario";
  change.name = "correo";
  change.mariadb = schema::MariadbColumn{{}, "latin1", {}, {}, false, false};
  ASSERT_EQ(risks(change, before).size(), 1U);
  EXPECT_TRUE(is_destructive(risks(change, before).front()));
}

TEST(Risks, AnotherCharacterSetWithoutACollationForgetsCase) {
  struct Change {
    schema::TextRules from;
    schema::TextRules to;
    bool forgets;
  };
  for (const auto& [from, to, forgets] : {
           Change{{"latin1", "latin1_bin"}, {"utf8mb4", ""}, true},
           Change{{"latin1", "latin1_general_cs"}, {"UTF8MB4", ""}, true},
           Change{{"", "utf8mb4_bin"}, {"latin1", ""}, true},
           Change{{"latin1", "latin1_bin"}, {"utf8mb4", "utf8mb4_bin"}, false},
           Change{{"latin1", "latin1_bin"}, {"utf8mb4", "utf8mb4_general_ci"}, false},
           Change{{"latin1", "latin1_bin"}, {"binary", ""}, false},
           Change{{"latin1", "latin1_swedish_ci"}, {"utf8mb4", ""}, false},
           Change{{"utf8mb4", "utf8mb4_bin"}, {"utf8mb4", ""}, false},
           Change{{"utf8mb4", "utf8mb4_bin"}, {"", ""}, false},
           Change{{"latin1", ""}, {"utf8mb4", ""}, false},
       }) {
    SCOPED_TRACE(from.collation + " to " + to.charset + ' ' + to.collation);
    const auto forgotten = [](const Operation& operation, const Schema& before) {
      const std::vector<Risk> found = risks(operation, before);
      return std::any_of(found.begin(), found.end(),
                         [](const Risk& risk) { return risk.kind == RiskKind::forgets_case; });
    };
    Schema before = sample();
    schema::Table& table = before.table("usuario");
    table.mariadb.charset = from.charset;
    table.mariadb.collation = from.collation;
    AlterTable alter;
    alter.table = "usuario";
    alter.mariadb = table.mariadb;
    alter.mariadb->charset = to.charset;
    alter.mariadb->collation = to.collation;
    EXPECT_EQ(forgotten(alter, before), forgets);
    // The same of a column, whether it has its collation itself or from its table.
    AlterColumn change;
    change.table = "usuario";
    change.name = "correo";
    change.mariadb = schema::MariadbColumn{};
    change.mariadb->charset = to.charset;
    change.mariadb->collation = to.collation;
    EXPECT_EQ(forgotten(change, before), forgets);
    table.columns[1].mariadb.charset = from.charset;
    table.columns[1].mariadb.collation = from.collation;
    table.mariadb = {};
    EXPECT_EQ(forgotten(change, before), forgets);
  }
}

TEST(Risks, AGeneratedColumnHoldsNothingToLose) {
  EXPECT_THAT(kinds(DropColumn{"usuario", "doble"}), ElementsAre());
}

TEST(Risks, DropsAndNarrowingNeedConsent) {
  for (const RiskKind kind : {RiskKind::drops_table, RiskKind::drops_column,
                              RiskKind::drops_history, RiskKind::narrows_type}) {
    EXPECT_TRUE(is_destructive({kind, {}, {}}));
  }
  for (const RiskKind kind :
       {RiskKind::makes_not_null, RiskKind::adds_not_null, RiskKind::adds_unique,
        RiskKind::adds_check, RiskKind::adds_foreign_key, RiskKind::renames, RiskKind::forgets_case,
        RiskKind::irreversible}) {
    EXPECT_FALSE(is_destructive({kind, {}, {}}));
  }
}

TEST(Operations, SayWhatTheyAreAndWhereTheyWork) {
  std::set<std::string_view> names;
  for (const Operation& operation : every_operation()) {
    names.insert(name_of(operation));
    EXPECT_FALSE(describe(operation).empty());
  }
  EXPECT_EQ(names.size() + 1, std::variant_size_v<Operation>);
  EXPECT_EQ(name_of(AddColumn{}), "add_column");
  EXPECT_EQ(table_of(RenameTable{"a", "b"}), "a");
  EXPECT_EQ(table_of(CreateTrigger{{"t", "pais", {}, {}}}), "pais");
  EXPECT_EQ(table_of(DropView{"v"}), "");
  EXPECT_EQ(table_of(Execute{}), "");
  EXPECT_EQ(describe(AddColumn{"pedido", column("nota"), {}}), "add column 'pedido.nota'");
  EXPECT_EQ(describe(Execute{sql("UPDATE a\nSET b = 1"), {}}), "execute \"UPDATE a…\"");
}

}  // namespace
}  // namespace dbmig::ops
