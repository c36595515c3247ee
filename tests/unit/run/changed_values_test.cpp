// Keys, checks and foreign keys over columns whose type or collation changes in the same run: what
// the rows will hold is asked about, not what they hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/runner.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ChangedValuesTest : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    if (database_ && connection_) {
      connection_->execute("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
    }
  }

  static std::string revision(const std::string& id, const std::string& parent,
                              const std::string& operations) {
    return "revision: " + id + "\nparents: [" + parent +
           "]\nmessage: m\ncreated: " + "2026-01-01T00:00:00Z\nupgrade:\n" + operations;
  }

  /// Makes `tables`, fills them with `rows` (SQL statements) and goes through `steps`, a revision
  /// each. What the upgrade says, having changed nothing; "" when it goes through.
  std::string refusal(const std::string& tables, const std::vector<std::string>& rows,
                      const std::vector<std::string>& steps) {
    std::vector<std::string> texts{revision("aaa", "", tables)};
    std::string parent = "aaa";
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string id = "bb" + std::to_string(i);
      texts.push_back(revision(id, parent, steps[i]));
      parent = id;
    }
    const history::Graph graph = this->graph(texts);
    Runner runner = this->runner(graph);
    runner.upgrade("aaa", {});
    for (const std::string& sql : rows) connection_->execute(sql);
    const schema::Schema before = connection_->inspect({}).schema;
    try {
      runner.upgrade("head", {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.what();
      EXPECT_EQ(connection_->inspect({}).schema, before) << "something was changed";
      EXPECT_EQ(runner.applied(), std::set<std::string>{"aaa"});
      return error.what();
    }
    EXPECT_EQ(runner.applied().size(), steps.size() + 1);
    return "";
  }

  /// The same over tables t and `more`, t with a column c of `type`.
  static std::string with_c(const std::string& type, const std::string& more = "") {
    return "  - create_table:\n      t:\n        columns: {id: {type: integer, nullable: false}, "
           "c: " +
           type + "}\n        primary_key: [id]\n" + more;
  }
  static std::string retyped(const std::string& type, const std::string& table = "t") {
    return "  - alter_column: {table: " + table + ", name: c, type: " + type + "}\n";
  }
  static const char* const kUnique;

  /// A case-insensitive collation of either database.
  std::string folded() const {
    return is_sqlite() ? "sqlite: {collation: NOCASE}"
                       : "mariadb: {charset: utf8mb4, collation: utf8mb4_general_ci}";
  }
  std::string exact() const {
    return is_sqlite() ? "sqlite: {collation: BINARY}"
                       : "mariadb: {charset: utf8mb4, collation: utf8mb4_bin}";
  }
};

const char* const ChangedValuesTest::kUnique =
    "  - create_unique_constraint: {table: t, name: uq, columns: [c]}\n";

TEST_P(ChangedValuesTest, TextsThatBecomeTheSameNumber) {
  EXPECT_THAT(refusal(with_c("varchar(9)"), {"INSERT INTO t VALUES (1, '05'), (2, '5'), (3, '6')"},
                      {retyped("integer") + kUnique}),
              AllOf(HasSubstr("r2.yaml:7:5"), HasSubstr("2 rows of table 't'"),
                    HasSubstr("constraint 'uq'"), HasSubstr("c = 5")));
}

TEST_P(ChangedValuesTest, TextsThatBecomeTheSameNumberOneRevisionLater) {
  EXPECT_THAT(refusal(with_c("varchar(9)"), {"INSERT INTO t VALUES (1, '05'), (2, '5'), (3, '6')"},
                      {retyped("integer"), kUnique}),
              AllOf(HasSubstr("upgrade of revision bb1"), HasSubstr("2 rows of table 't'")));
}

TEST_P(ChangedValuesTest, TextsThatBecomeOtherNumbers) {
  EXPECT_EQ(refusal(with_c("varchar(9)"), {"INSERT INTO t VALUES (1, '05'), (2, '6')"},
                    {retyped("integer") + kUnique}),
            "");
}

TEST_P(ChangedValuesTest, DuplicatesThroughAWideningAreFound) {
  EXPECT_THAT(refusal(with_c("integer"), {"INSERT INTO t VALUES (1, 5), (2, 5)"},
                      {retyped("bigint") + kUnique}),
              HasSubstr("2 rows of table 't'"));
  EXPECT_EQ(scalar("SELECT COUNT(*) FROM t"), "2");
}

TEST_P(ChangedValuesTest, NumbersThatBecomeTexts) {
  EXPECT_THAT(refusal(with_c("integer"), {"INSERT INTO t VALUES (1, 5), (2, 5), (3, 6)"},
                      {retyped("varchar(20)") + kUnique}),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("c = 5")));
}

TEST_P(ChangedValuesTest, RowsThatDoNotFitAreNotCountedTwice) {
  const std::string said =
      refusal(with_c("varchar(9)"), {"INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, '6')"},
              {retyped("integer") + kUnique});
  EXPECT_THAT(said, AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("cannot hold"),
                          Not(HasSubstr("to be unique"))));
}

TEST_P(ChangedValuesTest, ACollationThatMakesDuplicatesUnderANewKey) {
  EXPECT_THAT(refusal(with_c("{type: varchar(9), " + exact() + "}"),
                      {"INSERT INTO t VALUES (1, 'ana'), (2, 'ANA'), (3, 'bo')"},
                      {"  - alter_column: {table: t, name: c, " + folded() + "}\n" + kUnique}),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("constraint 'uq'")));
}

TEST_P(ChangedValuesTest, ACollationThatMakesDuplicatesUnderAKeyThatIsThere) {
  EXPECT_THAT(refusal(with_c("{type: varchar(9), " + exact() + "}") + kUnique,
                      {"INSERT INTO t VALUES (1, 'ana'), (2, 'ANA'), (3, 'bo')"},
                      {"  - alter_column: {table: t, name: c, " + folded() + "}\n"}),
              AllOf(HasSubstr("r2.yaml:6:5"), HasSubstr("2 rows of table 't'"),
                    HasSubstr("constraint 'uq'")));
}

TEST_P(ChangedValuesTest, ACollationThatMakesNoDuplicates) {
  EXPECT_EQ(refusal(with_c("{type: varchar(9), " + exact() + "}") + kUnique,
                    {"INSERT INTO t VALUES (1, 'ana'), (3, 'bo')"},
                    {"  - alter_column: {table: t, name: c, " + folded() + "}\n"}),
            "");
}

TEST_P(ChangedValuesTest, TwoCollationsThatChangeTogetherAreJudgedInTheEnd) {
  const std::string make =
      "  - create_table:\n      t:\n        columns: {a: {type: varchar(9), "
      "nullable: false, " +
      exact() + "}, b: {type: varchar(9), nullable: false, " + exact() +
      "}}\n        primary_key: [a]\n  - create_unique_constraint: {table: t, "
      "name: uq, columns: [b]}\n";
  EXPECT_THAT(refusal(make, {"INSERT INTO t VALUES ('x', 'p'), ('X', 'P'), ('y', 'q')"},
                      {"  - alter_column: {table: t, name: a, " + folded() +
                       "}\n  - alter_column: {table: t, name: b, " + folded() + "}\n"}),
              AllOf(HasSubstr("the primary key is to be unique over (a)"),
                    HasSubstr("constraint 'uq' is to be unique over (b)")));
}

TEST_P(ChangedValuesTest, NumbersThatBecomeTheSameUnderAKeyThatIsThere) {
  EXPECT_THAT(refusal(with_c("varchar(9)") + kUnique,
                      {"INSERT INTO t VALUES (1, '05'), (2, '5'), (3, '6')"}, {retyped("integer")}),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("constraint 'uq'")));
}

TEST_P(ChangedValuesTest, ACheckSeesTheNewValues) {
  const std::string check = "  - create_check_constraint: {table: t, name: ck, sql: \"c < 20\"}\n";
  // As texts '100' < '20', and '9' is not.
  EXPECT_THAT(refusal(with_c("varchar(9)"), {"INSERT INTO t VALUES (1, '9'), (2, '100')"},
                      {retyped("integer") + check}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("check 'ck'")));
}

TEST_P(ChangedValuesTest, ACheckThatTheNewValuesFulfil) {
  EXPECT_EQ(refusal(with_c("varchar(9)"), {"INSERT INTO t VALUES (1, '9'), (2, '10')"},
                    {retyped("integer") +
                     "  - create_check_constraint: {table: t, name: ck, sql: \"c < 20\"}\n"}),
            "");
}

TEST_P(ChangedValuesTest, ACheckThatStaysSeesTheNewValues) {
  EXPECT_THAT(refusal(with_c("varchar(9)", "        checks: {ck: \"c <> '5'\"}\n"),
                      {"INSERT INTO t VALUES (1, '05'), (2, '6')"}, {retyped("integer")}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("check 'ck'")));
}

const char* const kParent =
    "  - create_table: {p: {columns: {c: {type: integer, nullable: false}}, primary_key: [c]}}\n";
const char* const kForeignKey =
    "  - create_foreign_key: {table: t, name: fk, columns: [c], references: p(c)}\n";

TEST_P(ChangedValuesTest, AChildThatTakesItsParentsType) {
  EXPECT_THAT(
      refusal(with_c("varchar(9)", kParent),
              {"INSERT INTO p VALUES (5)", "INSERT INTO t VALUES (1, '05'), (2, '6'), (3, NULL)"},
              {retyped("integer") + kForeignKey}),
      AllOf(HasSubstr("1 row of table 't'"), HasSubstr("foreign key 'fk'"), HasSubstr("id = 2")));
}

TEST_P(ChangedValuesTest, AChildThatFindsItsParentInItsType) {
  EXPECT_EQ(refusal(with_c("varchar(9)", kParent),
                    {"INSERT INTO p VALUES (5)", "INSERT INTO t VALUES (1, '05'), (3, NULL)"},
                    {retyped("integer") + kForeignKey}),
            "");
}

TEST_P(ChangedValuesTest, AParentThatTakesItsChildsType) {
  const std::string parent =
      "  - create_table: {p: {columns: {c: {type: varchar(9), nullable: false}}, primary_key: "
      "[c]}}\n";
  EXPECT_THAT(refusal(with_c("integer", parent),
                      {"INSERT INTO p VALUES ('05')", "INSERT INTO t VALUES (1, 5), (2, 6)"},
                      {retyped("integer", "p") + kForeignKey}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("id = 2")));
}

TEST_P(ChangedValuesTest, ParentAndChildThatChangeTogether) {
  const std::string widen = "  - drop_constraint: {table: t, name: fk, kind: foreign_key}\n" +
                            retyped("bigint", "p") + retyped("bigint") + kForeignKey;
  EXPECT_EQ(
      refusal(with_c("integer", kParent) + kForeignKey,
              {"INSERT INTO p VALUES (5)", "INSERT INTO t VALUES (1, 5), (3, NULL)"}, {widen}),
      "");
}

TEST_P(ChangedValuesTest, ParentAndChildThatChangeTogetherUnderANewKey) {
  EXPECT_THAT(refusal(with_c("integer", kParent),
                      {"INSERT INTO p VALUES (5)", "INSERT INTO t VALUES (1, 5), (2, 7)"},
                      {retyped("bigint", "p") + retyped("bigint") + kForeignKey}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("id = 2, c = 7")));
}

class ChangedValuesTestOnSqlite : public ChangedValuesTest {};
INSTANTIATE_TEST_SUITE_P(Databases, ChangedValuesTestOnSqlite,
                         ::testing::Values(DialectKind::sqlite), name_of_kind);

TEST_P(ChangedValuesTestOnSqlite, AForeignKeyThatStaysLosesAParent) {
  const std::string parent =
      "  - create_table: {p: {columns: {c: {type: varchar(9), nullable: false, sqlite: {collation: "
      "NOCASE}}}, primary_key: [c]}}\n";
  EXPECT_THAT(refusal(with_c("varchar(9)", parent) + kForeignKey,
                      {"INSERT INTO p VALUES ('ana'), ('bo')",
                       "INSERT INTO t VALUES (1, 'ANA'), (2, 'bo')"},
                      {"  - alter_column: {table: p, name: c, sqlite: {}}\n"}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("id = 1, c = 'ANA'")));
}

/// SQLite puts a child's value into its parent's column to compare them.
TEST_P(ChangedValuesTestOnSqlite, AForeignKeyThatStaysKeepsItsParent) {
  const std::string parent =
      "  - create_table: {p: {columns: {c: {type: varchar(9), nullable: false}}, primary_key: "
      "[c]}}\n";
  EXPECT_EQ(refusal(with_c("varchar(9)", parent) + kForeignKey,
                    {"INSERT INTO p VALUES ('05')", "INSERT INTO t VALUES (1, '05')"},
                    {retyped("integer", "p")}),
            "");
}

TEST_P(ChangedValuesTestOnSqlite, ARowThatHadNoParentBeforeIsInNobodysWay) {
  EXPECT_EQ(refusal(with_c("varchar(9)", kParent) + kForeignKey,
                    {"INSERT INTO p VALUES (5)", "PRAGMA foreign_keys = OFF",
                     "INSERT INTO t VALUES (1, '5'), (2, 'none')", "PRAGMA foreign_keys = ON"},
                    {retyped("blob")}),
            "");
}

class ChangedValuesTestOnMariadb : public ChangedValuesTest {};
INSTANTIATE_TEST_SUITE_P(Databases, ChangedValuesTestOnMariadb,
                         ::testing::Values(DialectKind::mariadb), name_of_kind);

TEST_P(ChangedValuesTestOnMariadb, ACharacterSetThatHasNotTheLetters) {
  EXPECT_THAT(refusal(with_c("{type: varchar(9), mariadb: {charset: utf8mb4}}"),
                      {"INSERT INTO t VALUES (1, 'é'), (2, '名前'), (3, NULL)"},
                      {"  - alter_column: {table: t, name: c, mariadb: {charset: latin1}}\n"}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("character set latin1"),
                    HasSubstr("id = 2")));
}

TEST_P(ChangedValuesTestOnMariadb, ATableWhoseCollationChangesTakesItsColumnsAlong) {
  EXPECT_THAT(refusal(with_c("varchar(9)",
                             "        mariadb: {charset: utf8mb4, collation: utf8mb4_bin}\n") +
                          kUnique,
                      {"INSERT INTO t VALUES (1, 'ana'), (2, 'ANA')"},
                      {"  - alter_table: {table: t, mariadb: {charset: utf8mb4, collation: "
                       "utf8mb4_general_ci}}\n"}),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("constraint 'uq'")));
}

/// Lists of MariaDB, which find their members in their own collation, whatever that of the text
/// was.
class ListsTest : public ChangedValuesTest {
 protected:
  static std::string listed(const std::string& type, const std::string& collation) {
    return "  - alter_column: {table: t, name: c, type: \"" + type +
           "\", mariadb: {charset: utf8mb4, collation: " + collation + "}}\n";
  }
  static std::string column(const std::string& type, const std::string& collation) {
    return with_c("{type: \"" + type + "\", mariadb: {charset: utf8mb4, collation: " + collation +
                  "}}");
  }
};

TEST_P(ListsTest, AnEnumFindsItsMembersInItsCollation) {
  EXPECT_EQ(refusal(column("varchar(9)", "utf8mb4_bin"),
                    {"INSERT INTO t VALUES (1, 'A'), (2, 'b'), (3, 'a ')"},
                    {listed("enum('a','b')", "utf8mb4_general_ci")}),
            "");
  EXPECT_EQ(scalar("SELECT COUNT(*) FROM t WHERE c = 'a'"), "2");
}

TEST_P(ListsTest, AnEnumDoesNotFindWhatItsCollationTellsApart) {
  EXPECT_THAT(refusal(column("varchar(9)", "utf8mb4_general_ci"),
                      {"INSERT INTO t VALUES (1, 'A'), (2, 'b'), (3, 'a ')"},
                      {listed("enum('a','b')", "utf8mb4_nopad_bin")}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("id = 1, c = 'A'")));
}

TEST_P(ListsTest, ASetFindsItsMembersInItsCollation) {
  EXPECT_EQ(refusal(column("varchar(9)", "utf8mb4_bin"),
                    {"INSERT INTO t VALUES (1, 'A'), (2, 'b,á'), (3, 'a,b,a'), (4, ''), (5, 'a ')"},
                    {listed("set('a','b')", "utf8mb4_general_ci")}),
            "");
  EXPECT_EQ(scalar("SELECT COUNT(*) FROM t WHERE FIND_IN_SET('a', c)"), "4");
}

TEST_P(ListsTest, ASetDoesNotFindWhatItsCollationTellsApart) {
  EXPECT_THAT(
      refusal(column("varchar(9)", "utf8mb4_general_ci"),
              {"INSERT INTO t VALUES (1, 'b,A'), (2, 'b'), (3, 'b,a'), (4, 'a.')"},
              {listed("set('a','b')", "utf8mb4_bin")}),
      AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("id = 1, c = 'b,A'"), HasSubstr("id = 4")));
}

TEST_P(ListsTest, MembersOfASetInAnotherCase) {
  EXPECT_EQ(refusal(column("set('A','b','c')", "utf8mb4_general_ci"),
                    {"INSERT INTO t VALUES (1, 'A'), (2, 'A,b')"},
                    {listed("set('a','b')", "utf8mb4_general_ci")}),
            "");
}

TEST_P(ListsTest, AMemberOfASetThatGoes) {
  EXPECT_THAT(refusal(column("set('A','b','c')", "utf8mb4_general_ci"),
                      {"INSERT INTO t VALUES (1, 'A'), (2, 'A,c')"},
                      {listed("set('a','b')", "utf8mb4_general_ci")}),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("id = 2, c = 'A,c'")));
}

INSTANTIATE_TEST_SUITE_P(Databases, ListsTest, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);

TEST_P(ChangedValuesTestOnMariadb, APrefixOfAKeyIsWhatCounts) {
  EXPECT_THAT(
      refusal(with_c("varchar(9)"), {"INSERT INTO t VALUES (1, 'anab'), (2, 'anac')"},
              {"  - create_unique_constraint: {table: t, name: uq, columns: [\"c(3)\"]}\n"}),
      AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("c = 'ana'")));
}

/// SQLite calls a subquery's column TRUE by another name.
TEST_P(ChangedValuesTest, AColumnNamedTrue) {
  EXPECT_THAT(
      refusal("  - create_table: {t: {columns: {id: {type: integer, nullable: false}, \"true\": "
              "varchar(9)}, primary_key: [id]}}\n",
              {is_sqlite() ? "INSERT INTO t VALUES (1, '05'), (2, '5')"
                           : "INSERT INTO t VALUES (1, '05'), (2, '5')"},
              {"  - alter_column: {table: t, name: \"true\", type: integer}\n"
               "  - create_unique_constraint: {table: t, name: uq, columns: [\"true\"]}\n"}),
      AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("true = 5")));
}

TEST_P(ChangedValuesTestOnSqlite, AnExpressionOverAColumnNamedTrue) {
  EXPECT_THAT(
      refusal("  - create_table: {t: {columns: {id: {type: integer, nullable: false}, \"true\": "
              "varchar(9)}, primary_key: [id]}}\n",
              {"INSERT INTO t VALUES (1, 'a'), (2, 'A'), (3, 'b')"},
              {"  - create_index: {table: t, name: ux, unique: true, columns: [{expr: "
               "'lower(\"true\")'}]}\n"}),
      HasSubstr("2 rows of table 't'"));
}

/// Outside of DEFAULT, TRUE is such a column and not 1.
TEST_P(ChangedValuesTestOnSqlite, ADefaultThatIsATruth) {
  EXPECT_THAT(refusal(with_c("integer"), {"INSERT INTO t VALUES (1, 1), (2, 2)"},
                      {"  - add_column: {table: t, name: d, type: integer, default: {sql: \"1\", "
                       "sqlite: \"TRUE\"}}\n"
                       "  - create_unique_constraint: {table: t, name: uq, columns: [d]}\n"}),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("d = 1")));
}

TEST_P(ChangedValuesTestOnSqlite, ADefaultInHexadecimalDigits) {
  EXPECT_THAT(refusal(with_c("integer"), {"INSERT INTO t VALUES (1, 1), (2, 2)"},
                      {"  - add_column: {table: t, name: d, type: integer, default: {sql: \"31\", "
                       "sqlite: \"0x1F\"}}\n"
                       "  - create_unique_constraint: {table: t, name: uq, columns: [d]}\n"}),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("d = 31")));
}

TEST_P(ChangedValuesTest, ADefaultIsNotTheColumnNamedAsIt) {
  const std::string value = is_sqlite() ? "(true + 1)" : "(1 + 1)";
  EXPECT_EQ(
      refusal("  - create_table: {t: {columns: {id: {type: integer, nullable: false}, \"true\": "
              "integer}, primary_key: [id]}}\n",
              {"INSERT INTO t VALUES (1, 40), (2, 50)"},
              {"  - add_column: {table: t, name: n, type: integer, default: {sql: \"" + value +
               "\"}}\n  - alter_column: {table: t, name: n, default: null}\n"}),
      "");
  EXPECT_EQ(scalar("SELECT COUNT(*) FROM t WHERE n = 2"), "2");
}

INSTANTIATE_TEST_SUITE_P(Databases, ChangedValuesTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
