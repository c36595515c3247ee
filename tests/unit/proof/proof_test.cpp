#include "proof/proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "backend/scratch.hpp"
#include "base/error.hpp"
#include "diff/diff.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "yaml/revision.hpp"

namespace dbmig::proof {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A history written as revision files, one after the other, each with the id of its place: r0, r1…
history::Graph graph_of_files(const std::vector<std::string>& upgrades) {
  std::vector<history::Revision> revisions;
  for (std::size_t i = 0; i < upgrades.size(); ++i) {
    const std::string id = "r" + std::to_string(i);
    const std::string parents = i == 0 ? "[]" : "[r" + std::to_string(i - 1) + "]";
    revisions.push_back(yaml::parse_revision(
        "revision: " + id + "\nparents: " + parents +
            "\nmessage: m\ncreated: 2026-11-22T05:10:22Z\nupgrade:\n" + upgrades[i],
        "migrations/" + id + ".yaml"));
  }
  return history::Graph(std::move(revisions));
}

history::Revision revision_of(const std::string& id, std::vector<std::string> parents,
                              std::vector<ops::Operation> operations) {
  history::Revision revision;
  revision.id = id;
  revision.parents = std::move(parents);
  revision.message = "m";
  revision.created = "2026-11-22T05:10:22Z";
  revision.upgrade = std::move(operations);
  const std::string text = yaml::print_revision(revision);
  return yaml::parse_revision(text, id + ".yaml");
}

backend::ScratchOptions on_mariadb() {
  return {.kind = DialectKind::mariadb, .server = test::mariadb_url()};
}

class ProofOn : public ::testing::TestWithParam<DialectKind> {
 protected:
  void SetUp() override {
    if (GetParam() == DialectKind::mariadb && !test::mariadb_url()) {
      GTEST_SKIP() << test::kNoMariadb;
    }
  }
  Proof prove(const history::Graph& graph, const std::string& id) const {
    backend::ScratchOptions options{.kind = GetParam()};
    if (GetParam() == DialectKind::mariadb) options.server = test::mariadb_url();
    return proof::prove(options, graph, id, yaml::parse_revision);
  }
  std::string failure(const history::Graph& graph, const std::string& id) const {
    try {
      prove(graph, id);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

INSTANTIATE_TEST_SUITE_P(Backends, ProofOn,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         [](const auto& p) { return std::string(to_string(p.param)); });

constexpr const char* kShop = R"yaml(
  - create_table:
      customer:
        columns:
          id: {type: integer, autoincrement: true}
          email: {type: varchar(80), nullable: false}
          born: date
          points: {type: "decimal(8,2)", default: 0}
        primary_key: [id]
        unique: {uq_customer_email: [email]}
  - create_table:
      purchase:
        columns:
          id: bigint
          customer_id: {type: integer, nullable: false}
          amount: {type: "decimal(10,2)", nullable: false}
          state: {type: "enum('open', 'paid')",
                     nullable : false
}
        primary_key: [id]
        checks: {ck_purchase_amount: amount > 10 AND amount < 500}
        foreign_keys: {fk_purchase_customer: {columns: [customer_id], references: customer(id)}}
)yaml";

TEST_P(ProofOn, EveryTableHoldsRowsThatItsChecksAndKeysAllow) {
  const Proof proof = prove(
      graph_of_files({kShop, "  - add_column: {table: purchase, name: note, type: text}\n"}), "r1");
  EXPECT_EQ(proof.tables, 2U);
  EXPECT_GE(proof.rows, 8U);
  EXPECT_THAT(proof.empty, IsEmpty());
  EXPECT_THAT(proof.notes, IsEmpty());
}

TEST_P(ProofOn, AColumnWithoutAValueForTheRowsThatAreThereIsFound) {
  const std::string failed = failure(
      graph_of_files({kShop,
                      "  - add_column: {table: customer, name: phone, type: varchar(20), nullable: "
                      "false}\n"}),
      "r1");
  EXPECT_THAT(failed, AllOf(HasSubstr("not proved on"), HasSubstr("customer.phone"),
                            HasSubstr("give it a default")));
}

TEST_P(ProofOn, RowsThatANewKeyWouldRefuseAreForTheirOwnerToMend) {
  const Proof proof = prove(graph_of_files({kShop, R"yaml(
  - create_unique_constraint: {table: purchase, name: uq_purchase_state, columns: [state]}
  - create_check_constraint: {table: customer, name: ck_points, sql: points >= 0}
  - alter_column: {table: customer, name: born, nullable: false}
)yaml"}),
                            "r1");
  EXPECT_THAT(proof.empty, IsEmpty());
}

TEST_P(ProofOn, PlainSqlThatHidesItsEffectIsFound) {
  const std::string failed = failure(
      graph_of_files({kShop, "  - execute: {sql: CREATE TABLE hidden (id integer)}\n"}), "r1");
  EXPECT_THAT(failed, AllOf(HasSubstr("upgrade"), HasSubstr("hidden"), HasSubstr("state:")));
}

TEST_P(ProofOn, AWayBackThatLosesRowsIsFound) {
  const std::string failed = failure(graph_of_files({kShop, R"yaml(
  - add_column: {table: customer, name: note, type: text}
downgrade:
  - drop_table: {name: purchase}
  - drop_column: {table: customer, name: note}
)yaml" + std::string(kShop).replace(0, std::string(kShop).find("  - create_table:\n      purchase"),
                                    "")}),
                                     "r1");
  EXPECT_THAT(failed, AllOf(HasSubstr("downgrade"), HasSubstr("purchase"), HasSubstr("0 after")));
}

TEST_P(ProofOn, AWayBackThatIsNoneIsFound) {
  const std::string failed = failure(graph_of_files({kShop, R"yaml(
  - add_column: {table: customer, name: note, type: text}
downgrade: []
)yaml"}),
                                     "r1");
  EXPECT_THAT(failed, AllOf(HasSubstr("downgrade"), HasSubstr("note")));
}

TEST_P(ProofOn, PlainSqlThatFailsOverRowsIsFound) {
  const std::string failed =
      failure(graph_of_files(
                  {kShop, "  - execute: {sql: UPDATE purchase SET amount = 5}\ndowngrade: []\n"}),
              "r1");
  EXPECT_THAT(failed,
              AllOf(HasSubstr("not proved on"), HasSubstr("upgrade"), HasSubstr("r1.yaml:")));
}

TEST_P(ProofOn, ARevisionWithoutAWayBackIsProvedUpwards) {
  const Proof proof =
      prove(graph_of_files({kShop, "  - execute: {sql: UPDATE customer SET points = 1}\n"}), "r1");
  EXPECT_THAT(proof.notes, ElementsAre(HasSubstr("no downgrade to test")));
}

TEST_P(ProofOn, PlainSqlThatFailsOverExtremesAloneIsProvedOverPlainRows) {
  const Proof proof = prove(graph_of_files({kShop, R"yaml(
  - execute: {mariadb: "UPDATE customer SET points = points + 1", sqlite: "UPDATE purchase SET amount = amount + 1 WHERE amount < 490"}
downgrade: []
)yaml"}),
                            "r1");
  if (GetParam() == DialectKind::mariadb) {
    EXPECT_THAT(proof.notes, Contains(HasSubstr("Out of range value for column 'points'")));
  }
}

TEST_P(ProofOn, RowsThatARevisionInsertsMeetNoGeneratedOnes) {
  const Proof proof = prove(graph_of_files({kShop, R"yaml(
  - bulk_insert:
      table: customer
      rows: [{id: 1, email: a@b.c}, {id: 2, email: b@b.c}]
)yaml"}),
                            "r1");
  EXPECT_THAT(proof.notes, IsEmpty());
}

TEST_P(ProofOn, TablesThatTakeNoRowAreNamed) {
  const Proof proof =
      prove(graph_of_files({R"yaml(
  - create_table:
      closed:
        columns: {id: integer, a: {type: integer, nullable: false}}
        primary_key: [id]
        checks: {ck_closed: a > a + 1}
)yaml",
                            "  - add_column: {table: closed, name: b, type: integer}\n"}),
            "r1");
  EXPECT_THAT(proof.empty, ElementsAre(AllOf(HasSubstr("closed"), HasSubstr("ck_closed"))));
}

TEST_P(ProofOn, TriggersThatRefuseEveryRowDoNotLeaveATableEmpty) {
  const Proof proof =
      prove(graph_of_files({std::string(kShop) + R"yaml(
  - create_trigger:
      name: guard
      table: customer
      mariadb: "BEFORE INSERT ON customer FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"
      sqlite: "BEFORE INSERT ON customer BEGIN SELECT RAISE(ABORT, 'no'); END"
)yaml",
                            "  - add_column: {table: customer, name: b, type: integer}\n"}),
            "r1");
  EXPECT_THAT(proof.empty, IsEmpty());
  EXPECT_EQ(proof.rows, 10U);
}

TEST(ProofOnSqlite, KeysThatTheCommitLooksAtAreObeyed) {
  const history::Graph graph =
      graph_of_files({R"yaml(
  - create_table: {b: {columns: {id: integer, a_id: integer}, primary_key: [id]}}
  - create_table:
      a:
        columns: {id: integer, b_id: {type: integer, nullable: false}}
        primary_key: [id]
        foreign_keys: {fk_a_b: {columns: [b_id], references: b(id), deferrable: true}}
  - create_foreign_key: {table: b, name: fk_b_a, columns: [a_id], references: a(id)}
)yaml",
                      "  - add_column: {table: a, name: c, type: integer}\n"});
  const Proof proof = prove({.kind = DialectKind::sqlite}, graph, "r1", yaml::parse_revision);
  EXPECT_EQ(proof.tables, 2U);
}

/// The downgrade cannot give the unique column back, and is tried without rows: a table is emptied
/// before the full-text index of its rows, whatever their names are.
TEST(ProofOnSqlite, ATableIsEmptiedBeforeTheIndexOfItsRows) {
  for (const char* name : {"fts", "zfts"}) {
    const std::string index = name;
    const std::string schema =
        "  - create_table: {posts: {columns: {id: {type: integer, autoincrement: true}, title: "
        "text, "
        "n: {type: varchar(20), nullable: false}}, primary_key: [id], unique: {an: [n]}}}\n"
        "  - create_table: {" +
        index +
        ": {only: sqlite, sqlite: {module: \"fts5(title, content='posts', "
        "content_rowid='id')\"}}}\n"
        "  - create_trigger: {name: ai, table: posts, only: sqlite, sql: \"AFTER INSERT ON posts "
        "BEGIN "
        "INSERT INTO " +
        index +
        " (rowid, title) VALUES (new.id, new.title); END\"}\n"
        "  - create_trigger: {name: ad, table: posts, only: sqlite, sql: \"AFTER DELETE ON posts "
        "BEGIN "
        "INSERT INTO " +
        index + " (" + index + ", rowid, title) VALUES ('delete', old.id, old.title); END\"}\n";
    const Proof proof =
        prove({.kind = DialectKind::sqlite},
              graph_of_files({schema,
                              "  - drop_constraint: {table: posts, name: an, kind: unique}\n"
                              "  - drop_column: {table: posts, name: n}\n"}),
              "r1", yaml::parse_revision);
    EXPECT_THAT(proof.notes, Contains(HasSubstr("tried without rows"))) << index;
  }
}

TEST(ProofOnSqlite, AnIndexThatTakesNoDeleteNeedNotBeEmptied) {
  const Proof proof =
      prove({.kind = DialectKind::sqlite},
            graph_of_files(
                {"  - create_table: {t: {columns: {id: {type: integer, autoincrement: true}, n: "
                 "{type: varchar(20), nullable: false}}, primary_key: [id], unique: {an: "
                 "[n]}}}\n"
                 "  - create_table: {fts: {only: sqlite, sqlite: {module: \"fts5(title, "
                 "content='')\"}}}\n"
                 "  - create_trigger: {name: ai, table: t, only: sqlite, sql: \"AFTER INSERT ON t "
                 "BEGIN INSERT INTO fts (rowid, title) VALUES (new.id, 'a'); END\"}\n",
                 "  - drop_constraint: {table: t, name: an, kind: unique}\n"
                 "  - drop_column: {table: t, name: n}\n"}),
            "r1", yaml::parse_revision);
  EXPECT_THAT(proof.notes, Contains(HasSubstr("tried without rows")));
}

TEST(ProofOnSqlite, AnIndexThatReadsJsonIsMadeOverRowsThatHoldSome) {
  const Proof proof =
      prove({.kind = DialectKind::sqlite},
            graph_of_files(
                {"  - create_table: {t: {columns: {id: {type: integer, autoincrement: true}, j: "
                 "{type: text, nullable: false}}, primary_key: [id]}}\n",
                 "  - create_index: {table: t, name: ix, columns: [{expr: \"json_extract(j, "
                 "'$.kind')\"}]}\n  - add_column: {table: t, name: k, type: text, generated: "
                 "{sql: \"json_extract(j, '$.k')\"}}\n"}),
            "r1", yaml::parse_revision);
  EXPECT_GE(proof.rows, 1U);
}

TEST(ProofOnMariadb, PlainSqlThatLeavesTheDatabaseDoesNotRun) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  for (const char* sql :
       {"UPDATE mysql.user SET x = 1", "GRANT SELECT ON *.* TO app",
        "SET GLOBAL max_connections = 5", "CREATE DATABASE other",
        "INSERT INTO other.t SELECT * FROM customer", "SELECT * FROM customer INTO OUTFILE '/x'",
        "DROP USER app", "SHUTDOWN"}) {
    const history::Graph graph =
        graph_of_files({kShop, "  - execute: {mariadb: \"" + std::string(sql) + "\"}\n"});
    try {
      prove(on_mariadb(), graph, "r1", yaml::parse_revision);
      ADD_FAILURE() << sql;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::refused) << error.what();
    }
  }
  for (const char* sql :
       {"UPDATE customer c JOIN purchase AS p ON p.customer_id = c.id SET c.points = 1",
        "UPDATE customer SET email = concat(email, 'x') WHERE customer.points > 1",
        "INSERT INTO purchase SELECT d.id, 1, 20, 'open' FROM (SELECT 1 AS id) d WHERE "
        "d.id > 5"}) {
    const history::Graph graph =
        graph_of_files({kShop, "  - execute: {mariadb: \"" + std::string(sql) + "\"}\n"});
    EXPECT_NO_THROW(prove(on_mariadb(), graph, "r1", yaml::parse_revision)) << sql;
  }
}

/// Databases are often called as one of their tables: only where a column stands it is the table.
TEST(ProofOnMariadb, ATableCalledAsADatabaseOpensNoDoor) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const auto proved = [](const std::string& sql) {
    const history::Graph graph =
        graph_of_files({kShop, "  - execute: {mariadb: \"" + sql + "\"}\n"});
    try {
      prove(on_mariadb(), graph, "r1", yaml::parse_revision);
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::refused) << error.what();
      return false;
    }
  };
  for (const char* sql :
       {"DELETE FROM customer.purchase", "UPDATE customer.purchase SET id = 1",
        "UPDATE purchase, customer.purchase SET purchase.id = 1",
        "SELECT 1 FROM purchase p JOIN customer.purchase q ON q.id = p.id",
        "DROP TABLE purchase, customer.purchase", "TRUNCATE customer.purchase",
        "RENAME TABLE purchase TO customer.purchase", "CALL customer.p()",
        "UPDATE purchase SET id = (SELECT max(id) FROM customer.purchase)",
        "UPDATE purchase SET id = customer.f(1)", "CREATE INDEX i ON customer.purchase (id)",
        "UPDATE purchase SET id = (SELECT max(customer.purchase.id) FROM purchase)"}) {
    EXPECT_FALSE(proved(sql)) << sql;
  }
  for (const char* sql :
       {"INSERT INTO purchase SELECT c.id, c.id, 20, 'open' FROM customer AS c WHERE c.id IN "
        "(SELECT "
        "customer.id FROM customer WHERE customer.id < 5) ON DUPLICATE KEY UPDATE purchase.state = "
        "'paid', purchase.amount = 20",
        "UPDATE customer SET email = trim('x' FROM customer.email) WHERE extract(YEAR FROM "
        "customer.born) > 9000",
        "UPDATE customer SET customer.points = 1, customer.born = NULL WHERE EXISTS (SELECT 1 FROM "
        "purchase WHERE purchase.customer_id = customer.id)"}) {
    EXPECT_TRUE(proved(sql)) << sql;
  }
}

/// A trigger fires for generated rows, an event begins by itself.
TEST(ProofOnMariadb, ProgramsThatReachForAnotherDatabaseDoNotRun) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const auto failure = [](const std::string& operation) -> std::string {
    const history::Graph graph = graph_of_files({kShop, operation});
    try {
      prove(on_mariadb(), graph, "r1", yaml::parse_revision);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(failure("  - create_trigger: {name: t, table: customer, only: mariadb, sql: \"AFTER "
                      "INSERT ON customer FOR EACH ROW INSERT INTO audit.log VALUES (NEW.id)\"}\n"),
              HasSubstr("'audit.log'"));
  EXPECT_THAT(failure("  - create_event: {name: e, sql: \"ON SCHEDULE EVERY 1 DAY DO DELETE FROM "
                      "audit.log\"}\n"),
              HasSubstr("'audit.log'"));
  EXPECT_EQ(
      failure("  - create_trigger: {name: t, table: customer, only: mariadb, sql: \"BEFORE "
              "UPDATE ON customer FOR EACH ROW BEGIN DECLARE n INT; SELECT count(*) INTO n FROM "
              "purchase p WHERE p.customer_id = NEW.id; IF NOT EXISTS (SELECT 1 FROM purchase) "
              "AND OLD.id > 0 THEN SET NEW.points = n; END IF; END\"}\n"),
      "");
}

TEST(ProofOnMariadb, NamesAViewThatCannotBeReadAfterwards) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const history::Graph graph = graph_of_files({kShop, R"yaml(
  - create_table: {a: {columns: {id: integer, n: varchar(20)}, primary_key: [id]}}
  - create_table: {b: {columns: {id: integer, n: varchar(20)}, primary_key: [id]}}
  - create_view: {name: v, sql: "SELECT a.id FROM a JOIN b ON a.n = b.n"}
)yaml",
                                               R"yaml(
  - alter_column: {table: a, name: n, mariadb: {charset: utf8mb4, collation: utf8mb4_unicode_ci}}
)yaml"});
  try {
    prove(on_mariadb(), graph, "r2", yaml::parse_revision);
    ADD_FAILURE() << "proved";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("cannot read: view 'v': "),
                                    HasSubstr("Illegal mix of collations")));
  }
}

TEST(ProofOnMariadb, SaysWhatEachAlterCosts) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const history::Graph graph = graph_of_files({kShop, R"yaml(
  - add_column: {table: customer, name: note, type: text}
  - alter_column: {table: purchase, name: amount, type: "decimal(12,2)"}
)yaml"});
  const Proof proof = prove(on_mariadb(), graph, "r1", yaml::parse_revision);
  ASSERT_EQ(proof.costs.size(), 2U);
  EXPECT_EQ(proof.costs[0].table + ": " + describe(proof.costs[0]), "customer: INSTANT, LOCK=NONE");
  // From 11.2 on, MariaDB copies a table while others write: https://mariadb.com/kb/en/alter-table/
  EXPECT_THAT(proof.costs[1].table + ": " + describe(proof.costs[1]),
              AnyOf("purchase: COPY, LOCK=SHARED", "purchase: COPY, LOCK=NONE"));
}

/// In a STRICT table a column of type ANY keeps what it is given, elsewhere it makes numbers of
/// texts: a table that stops being STRICT may not come back as it was, and the proof says so.
bool stops_keeping_any(const test::SchemaPair& pair) {
  for (const auto& [name, table] : pair.from.tables) {
    const schema::Table* after = pair.to.find_table(name);
    if (!table.sqlite.strict || after == nullptr || after->sqlite.strict) continue;
    for (const schema::Column& column : table.columns) {
      const std::string type = to_string(column.type_on(DialectKind::sqlite));
      if (type.find("ANY") != std::string::npos) return true;
    }
  }
  return false;
}

/// Every generated change between two schemas holds its proof, but for columns that have no
/// value for the rows that are there.
void property_of_proofs(DialectKind kind, std::uint64_t usual) {
  test::RandomOptions options;
  options.sqlite = kind == DialectKind::sqlite;
  std::size_t tables = 0;
  std::size_t empty = 0;
  std::size_t refused = 0;
  const auto make = [&](std::uint64_t seed) {
    test::SchemaPair pair;
    pair.from = test::random_schema(seed, options);
    pair.to = test::mutate(pair.from, seed, options);
    return pair;
  };
  const auto property = [&](const test::SchemaPair& pair) -> std::string {
    std::vector<history::Revision> revisions;
    revisions.push_back(revision_of("a", {}, diff::diff({}, pair.from).operations));
    const auto change = diff::diff(pair.from, pair.to).operations;
    if (change.empty()) return "";
    revisions.push_back(revision_of("b", {"a"}, change));
    const history::Graph graph(std::move(revisions));
    backend::ScratchOptions scratch_options{.kind = kind};
    if (kind == DialectKind::mariadb) scratch_options.server = test::mariadb_url();
    try {
      const Proof proof = prove(scratch_options, graph, "b", yaml::parse_revision);
      tables += proof.tables;
      empty += proof.empty.size();
    } catch (const Error& error) {
      const std::string what = error.what();
      // That the schema can be built at all is for other properties; while it shrinks it may not be
      // so. Columns without a value for the rows, and foreign keys over values that only the change
      // itself makes.
      const bool legitimate =
          what.find(", replay") != std::string::npos ||
          what.find("would have no value there") != std::string::npos ||
          what.find("would refer to a row that does not exist") != std::string::npos;
      // A key or check over a column whose type changes along with it.
      const bool over_new_values = what.find("constraint failed") != std::string::npos;
      refused += over_new_values ? 1 : 0;
      return legitimate || over_new_values || stops_keeping_any(pair)
                 ? ""
                 : what + "\n" + error.statement();
    }
    return "";
  };
  EXPECT_EQ(test::try_property(1, usual, make, property), "");
  EXPECT_LE(refused, 2 + usual / 100);
  EXPECT_LT(empty * 10, tables + 20) << empty << " of " << tables << " tables stayed empty";
}

TEST(ProofProperty, ChangesHoldOnSqlite) {
  property_of_proofs(DialectKind::sqlite, 150);
}

TEST(ProofProperty, ChangesHoldOnMariadb) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  property_of_proofs(DialectKind::mariadb, 20);
}

}  // namespace
}  // namespace dbmig::proof
