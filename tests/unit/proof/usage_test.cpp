// After the upgrade a proof uses the schema as an application would.

#include "proof/usage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/scratch.hpp"
#include "base/error.hpp"
#include "proof/proof.hpp"
#include "support/mariadb.hpp"
#include "yaml/revision.hpp"

namespace dbmig::proof {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Case {
  const char* name;
  const char* on;       ///< sqlite, mariadb or both
  const char* columns;  ///< further ones of table t
  const char* more;     ///< further operations
  const char* failure;  ///< what the refusal says; empty: it is proved
  const char* note;     ///< what the proof notes; empty: nothing
};

constexpr const char* kTable =
    "  - create_table: {t: {columns: {id: {type: integer, autoincrement: true}, a: varchar(40)%s}, "
    "primary_key: [id]}}\n";

std::string with(const std::string& columns, const std::string& more) {
  std::string text = kTable;
  return text.replace(text.find("%s"), 2, columns) + more + (more.empty() ? "" : "\n");
}

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"FunctionInDefaultIsUnknown", "sqlite", ", u: {type: char(36), default: {sql: uuid()}}", "",
       "unknown function: uuid()", ""},
      {"DefaultIsNoJson", "mariadb", ", j: {type: json, default: no json}", "", "",
       "an INSERT into table 't' that leaves out every column with a default fails"},
      {"CheckRefusesDefault", "both", ", n: {type: integer, nullable: false, default: 0}",
       "  - create_check_constraint: {table: t, name: ck, sql: n > 5}", "",
       "an INSERT into table 't' that leaves out every column with a default fails"},
      {"DefaultUnderAUniqueKey", "both", ", n: {type: integer, nullable: false, default: 0}",
       "  - create_unique_constraint: {table: t, name: uq, columns: [n]}", "", ""},
      {"ParentThatSortsBehindItsChild", "both", ", z_id: {type: integer, nullable: false}",
       "  - create_table: {z: {columns: {id: {type: integer, autoincrement: true}, z_id: integer}, "
       "primary_key: [id], foreign_keys: {fk_z: {columns: [z_id], references: z(id)}}}}\n  - "
       "create_foreign_key: {table: t, name: fk, columns: [z_id], references: z(id)}",
       "", ""},
      {"ViewOverNothing", "sqlite", "", "  - create_view: {name: v, sql: SELECT nope FROM gone}",
       "reading view 'v' fails", ""},
      {"ViewOverNoColumn", "sqlite", "", "  - create_view: {name: v, sql: SELECT nope FROM t}",
       "reading view 'v' fails", ""},
      {"TriggerWritesNoColumn", "sqlite", "",
       "  - create_trigger: {name: tr, table: t, sql: \"AFTER UPDATE ON t BEGIN UPDATE t SET nope "
       "= 1; END\"}",
       "an UPDATE of table 't' fails", ""},
      {"TriggerOfAnotherTable", "both", "",
       "  - create_table: {u: {columns: {id: integer}, primary_key: [id]}}\n  - create_trigger: "
       "{name: tr, table: u, sqlite: \"AFTER DELETE ON u BEGIN DELETE FROM gone; END\", mariadb: "
       "\"AFTER DELETE ON u FOR EACH ROW DELETE FROM gone\"}",
       "a DELETE from table 'u' fails", ""},
      // MariaDB's error 1442: a trigger may not write the table that it belongs to.
      {"TriggerWritesItsOwnTable", "mariadb", "",
       "  - create_trigger: {name: tr, table: t, mariadb: \"AFTER INSERT ON t FOR EACH ROW UPDATE "
       "t SET a = 'x'\"}",
       "an INSERT into table 't'", ""},
      {"TriggerComesBackToItsOwnTable", "mariadb", "",
       "  - create_table: {u: {columns: {id: {type: integer, autoincrement: true}, t_id: integer}, "
       "primary_key: [id]}}\n  - create_trigger: {name: tr, table: t, mariadb: \"AFTER UPDATE ON t "
       "FOR EACH ROW INSERT INTO u (t_id) VALUES (NEW.id)\"}\n  - create_trigger: {name: tu, "
       "table: "
       "u, mariadb: \"AFTER INSERT ON u FOR EACH ROW UPDATE t SET a = 'x'\"}",
       "Can't update table", ""},
      {"TriggerCallsWhatWritesItsOwnTable", "mariadb", "",
       "  - create_procedure: {name: p, sql: \"() DELETE FROM t WHERE id < 0\"}\n  - "
       "create_trigger: "
       "{name: tr, table: t, mariadb: \"BEFORE DELETE ON t FOR EACH ROW CALL p()\"}",
       "a DELETE from table 't'", ""},
      {"TriggerWritesItsOwnTableOnSqlite", "sqlite", "",
       "  - create_trigger: {name: tr, table: t, sqlite: \"AFTER INSERT ON t BEGIN UPDATE t SET a "
       "= 'x' "
       "WHERE id = new.id; END\"}",
       "", ""},
      {"TriggerThatRefusesRows", "both", "",
       "  - create_trigger: {name: tr, table: t, sqlite: \"BEFORE DELETE ON t BEGIN SELECT "
       "RAISE(ABORT, 'rows stay'); END\", mariadb: \"BEFORE DELETE ON t FOR EACH ROW SIGNAL "
       "SQLSTATE '45000' SET MESSAGE_TEXT = 'rows stay'\"}",
       "", ""},
      {"TriggerThatEndsTheTransaction", "sqlite", "",
       "  - create_trigger: {name: tr, table: t, sql: \"BEFORE UPDATE ON t BEGIN SELECT "
       "RAISE(ROLLBACK, 'no'); END\"}",
       "", ""},
      {"InsteadOfTriggerWritesNoColumn", "sqlite", "",
       "  - create_view: {name: v, sql: SELECT id FROM t}\n  - create_trigger: {name: tr, table: "
       "v, sql: \"INSTEAD OF INSERT ON v BEGIN INSERT INTO t (nope) VALUES (1); END\"}",
       "trigger 'tr' of view 'v' fails", ""},
      {"InsteadOfTriggers", "sqlite", "",
       "  - create_view: {name: v, sql: SELECT id FROM t}\n  - create_trigger: {name: tr, table: "
       "v, sql: \"INSTEAD OF UPDATE ON v BEGIN UPDATE t SET id = new.id WHERE id = old.id; END\"}",
       "", ""},
      {"InsteadOfTriggerOfOneColumn", "sqlite", "",
       "  - create_view: {name: v, sql: \"SELECT id, a FROM t\"}\n  - create_trigger: {name: tr, "
       "table: v, sql: \"INSTEAD OF UPDATE OF a ON v BEGIN UPDATE t SET a = new.a WHERE id = "
       "old.id; END\"}",
       "", ""},
      {"InsteadOfTriggerOfTwoColumnsWritesNoColumn", "sqlite", "",
       "  - create_view: {name: v, sql: \"SELECT id, a FROM t\"}\n  - create_trigger: {name: tr, "
       "table: v, sql: \"INSTEAD OF UPDATE OF a, [id] ON v BEGIN UPDATE t SET nope = new.a; "
       "END\"}",
       "trigger 'tr' of view 'v' fails: no such column: nope", ""},
      {"TriggerReadsJsonFromText", "both", ", j: {type: text, nullable: false}",
       "  - create_trigger: {name: tr, table: t, sqlite: \"AFTER INSERT ON t BEGIN UPDATE t SET a "
       "= "
       "json_extract(new.j, '$.a') WHERE id = new.id; END\", mariadb: \"BEFORE INSERT ON t FOR "
       "EACH "
       "ROW SET NEW.a = json_extract(NEW.j, '$.a')\"}",
       "", ""},
      {"TriggerReadsTextThatIsNeverJson", "both", ", j: {type: text, nullable: false}",
       "  - create_trigger: {name: tr, table: t, sqlite: \"AFTER INSERT ON t BEGIN UPDATE t SET a "
       "= "
       "json_extract('{' || new.j, '$.a') WHERE id = new.id; END\", mariadb: \"BEFORE INSERT ON t "
       "FOR EACH ROW SET NEW.a = json_extract(concat('{', NEW.j), '$.a')\"}",
       "", "an INSERT into table 't' that leaves out every column with a default fails"},
      {"TriggerReadsNoColumnOfJson", "both", ", j: {type: text, nullable: false}",
       "  - create_trigger: {name: tr, table: t, sqlite: \"AFTER INSERT ON t BEGIN UPDATE t SET a "
       "= "
       "json_extract(j, nope) WHERE id = new.id; END\", mariadb: \"BEFORE INSERT ON t FOR EACH ROW "
       "SET NEW.a = json_extract(NEW.j, (SELECT nope FROM t LIMIT 1))\"}",
       "an INSERT into table 't' that leaves out every column with a default fails", ""},
      {"GeneratedColumnReadsJson", "both",
       ", j: {type: text, nullable: false}, k: {type: varchar(9), generated: {sql: "
       "\"json_extract(j, "
       "'$.kind')\", stored: true}}",
       "", "", ""},
      {"IndexReadsJson", "sqlite", ", j: {type: text, nullable: false}",
       "  - create_index: {table: t, name: ix, columns: [{expr: \"json_extract(j, '$.kind')\"}]}",
       "", ""},
      {"TriggerDividesByAValue", "mariadb", ", n: {type: integer, nullable: false, default: 0}",
       "  - create_trigger: {name: tr, table: t, mariadb: \"BEFORE INSERT ON t FOR EACH ROW SET "
       "NEW.a = 5 / NEW.n\"}",
       "", "Division by 0"},
      {"TriggerReadsTheOnlyRow", "mariadb", "",
       "  - create_table: {u: {columns: {id: integer}, primary_key: [id]}}\n  - bulk_insert: "
       "{table: "
       "u, columns: [id], rows: [[1], [2]]}\n  - create_trigger: {name: tr, table: t, mariadb: "
       "\"BEFORE INSERT ON t FOR EACH ROW SET NEW.a = (SELECT id FROM u)\"}",
       "", "Subquery returns more than 1 row"},
      // MariaDB's error 1178: where Aria takes part in a transaction, there are no savepoints.
      {"TriggersBetweenTablesOfAria", "mariadb", "",
       "  - create_table: {u: {columns: {id: {type: integer, autoincrement: true}, t_id: integer}, "
       "primary_key: [id], mariadb: {engine: Aria}}}\n  - create_trigger: {name: tr, table: t, "
       "mariadb: \"AFTER UPDATE ON t FOR EACH ROW INSERT INTO u (t_id) VALUES (NEW.id)\"}\n  - "
       "create_trigger: {name: tu, table: u, mariadb: \"AFTER INSERT ON u FOR EACH ROW INSERT "
       "INTO t (a) VALUES ('x')\"}\n  - alter_table: {table: t, mariadb: {engine: Aria}}",
       "Can't update table", ""},
      {"TablesOfAria", "mariadb", "",
       "  - create_table: {u: {columns: {id: {type: integer, autoincrement: true}, n: integer}, "
       "primary_key: [id], mariadb: {engine: Aria}}}\n  - alter_table: {table: t, mariadb: "
       "{engine: Aria}}",
       "", ""},
      {"TriggerOfATableOfAriaWritesNoColumn", "mariadb", "",
       "  - create_table: {u: {columns: {id: {type: integer, autoincrement: true}}, primary_key: "
       "[id], mariadb: {engine: Aria}}}\n  - create_trigger: {name: tr, table: u, mariadb: \"AFTER "
       "DELETE ON u FOR EACH ROW DELETE FROM gone\"}",
       "a DELETE from table 'u' fails", ""},
      {"RowsThatOthersReferTo", "both", "",
       "  - create_table: {u: {columns: {id: integer, t_id: {type: integer, nullable: false}}, "
       "primary_key: [id], foreign_keys: {fk: {columns: [t_id], references: t(id)}}}}",
       "", ""},
  };
  return list;
}

class UsageOf : public ::testing::TestWithParam<std::tuple<Case, DialectKind>> {};

TEST_P(UsageOf, IsTriedAfterTheUpgrade) {
  const auto& [c, kind] = GetParam();
  backend::ScratchOptions options{.kind = kind};
  if (kind == DialectKind::mariadb) {
    if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
    options.server = test::mariadb_url();
  }
  const history::Graph graph({yaml::parse_revision(
      "revision: r0\nparents: []\nmessage: m\ncreated: 2026-11-22T05:10:22Z\nupgrade:\n" +
          with(c.columns, c.more),
      "migrations/r0.yaml")});
  std::string failure;
  Proof proof;
  try {
    proof = prove(options, graph, "r0", yaml::parse_revision);
  } catch (const Error& error) {
    failure = error.what();
  }
  if (std::string(c.failure).empty()) {
    EXPECT_EQ(failure, "");
  } else {
    EXPECT_THAT(failure, AllOf(HasSubstr("use after the upgrade"), HasSubstr(c.failure)));
  }
  if (std::string(c.note).empty()) {
    EXPECT_THAT(proof.notes, IsEmpty());
  } else {
    EXPECT_THAT(proof.notes, Contains(HasSubstr(c.note)));
  }
}

std::vector<std::tuple<Case, DialectKind>> cases_on_their_databases() {
  std::vector<std::tuple<Case, DialectKind>> list;
  for (const Case& c : cases()) {
    for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
      if (c.on == std::string("both") || c.on == to_string(kind)) list.emplace_back(c, kind);
    }
  }
  return list;
}

INSTANTIATE_TEST_SUITE_P(Kinds, UsageOf, ::testing::ValuesIn(cases_on_their_databases()),
                         [](const auto& p) {
                           return std::string(std::get<0>(p.param).name) + "_" +
                                  std::string(to_string(std::get<1>(p.param)));
                         });

/// What did not work before the revision is not held against it.
TEST(Usage, WhatWasBrokenBeforeIsNamedAndNoFaultOfTheRevision) {
  const auto revision = [](const std::string& id, const std::string& parents,
                           const std::string& upgrade) {
    return yaml::parse_revision("revision: " + id + "\nparents: " + parents +
                                    "\nmessage: m\ncreated: 2026-11-22T05:10:22Z\nupgrade:\n" +
                                    upgrade,
                                "migrations/" + id + ".yaml");
  };
  const history::Graph graph(
      {revision("r0", "[]", with("", "  - create_view: {name: v, sql: SELECT nope FROM t}")),
       revision("r1", "[r0]",
                "  - create_table: {u: {columns: {id: integer}, primary_key: [id]}}\n")});
  const Proof proof = prove({.kind = DialectKind::sqlite}, graph, "r1", yaml::parse_revision);
  EXPECT_THAT(proof.notes,
              Contains(AllOf(HasSubstr("reading view 'v'"), HasSubstr("as before the revision"))));
}

}  // namespace
}  // namespace dbmig::proof
