#include "yaml/revision.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.hpp"
#include "base/text.hpp"
#include "support.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::yaml {
namespace {

history::Revision parse_revision_text(const std::string& text) {
  return parse_revision(text, "r.yaml");
}

std::string complaint_about_revision(const std::string& text) {
  return test::complaint([&] { parse_revision_text(text); });
}

const char* const kText = R"yaml(revision: 2fa6cb75c75d
parents: [aaa, bbb]
message: migracion mariaDB
created: 2026-11-22T05:10:22Z
label: prod
upgrade:
  - create_table:
      usuario:
        columns:
          id: {type: integer, autoincrement: true}
        primary_key: [id]
  - drop_table: usuario
  - rename_table: {name: a, to: b}
  - add_column: {table: pedido, name: nota, type: text, after: total}
  - add_column: {table: pedido, name: n, type: integer, default: 5, first: true}
  - drop_column: {table: pedido, name: nota}
  - alter_column: {table: t, name: c, rename: d, type: varchar(120), nullable: false, default: null}
  - alter_column: {table: t, name: c, generated: null, comment: "", mariadb: {}, after: x}
  - create_index: {table: t, name: ix, columns: [a, b desc], unique: true}
  - drop_index: {table: t, name: ix}
  - create_unique_constraint: {table: t, name: uq, columns: [a]}
  - create_foreign_key: {table: t, name: fk, columns: [a], references: pais(id), on_delete: cascade}
  - create_check_constraint: {table: t, name: ck, sql: a > 0}
  - create_primary_key: {table: t, name: pk_t_a, columns: [a]}
  - drop_constraint: {table: t, name: fk_x, kind: foreign_key}
  - alter_table: {table: t, comment: hola}
  - create_view: {name: v, sql: SELECT 1}
  - drop_view: v
  - create_trigger: {name: tr, table: t, sql: AFTER INSERT ON t BEGIN SELECT 1; END}
  - drop_trigger: tr
  - bulk_insert:
      table: pais
      columns: [id, nombre]
      rows:
        - [1, España]
        - [2, null]
        - ["null", "true"]
  - bulk_delete:
      table: pais
      columns: [id]
      rows: []
  - execute: UPDATE x SET y = 1
  - execute: {mariadb: A, sqlite: B}
  - execute:
      sql: A
      undo: none
  - execute:
      sql: A
      undo: B
      state:
        - drop_column: {table: x, name: y}
  - execute:
      mariadb: A
      sqlite: B
      undo: {mariadb: C, sqlite: none}
  - execute:
      sqlite: B
      undo: {sqlite: C}
  - execute:
      sql: ALTER TABLE x
      state:
        - drop_column: {table: x, name: y}
downgrade: []
)yaml";

TEST(Revision, TheFormatReadsAndPrintsAsItIs) {
  const history::Revision revision = parse_revision_text(kText);
  EXPECT_EQ(print_revision(revision), kText);
  EXPECT_EQ(revision.id, "2fa6cb75c75d");
  EXPECT_EQ(revision.parents, (std::vector<std::string>{"aaa", "bbb"}));
  EXPECT_EQ(revision.labels, std::vector<std::string>{"prod"});
  ASSERT_TRUE(revision.downgrade.has_value());
  EXPECT_TRUE(revision.downgrade->empty());
  const auto& alter = std::get<ops::AlterColumn>(revision.upgrade.at(6));
  ASSERT_TRUE(alter.default_value.has_value());
  EXPECT_FALSE(alter.default_value->has_value());
  EXPECT_FALSE(alter.comment.has_value());
  const auto& second = std::get<ops::AlterColumn>(revision.upgrade.at(7));
  EXPECT_EQ(second.comment, "");
  EXPECT_EQ(second.position, ops::Position{"x"});
  EXPECT_TRUE(second.generated.has_value() && !second.generated->has_value());
  EXPECT_EQ(second.mariadb, schema::MariadbColumn{});
}

TEST(Revision, OtherWaysToWriteTheSame) {
  const auto operation = [](const std::string& yaml) {
    return parse_revision_text("revision: a\nparents: []\nupgrade:\n  - " + yaml + "\n")
        .upgrade.at(0);
  };
  EXPECT_TRUE(operation("drop_table: {name: t}") == operation("drop_table: t"));
  EXPECT_TRUE(operation("drop_constraint: {table: t, name: uq_x}") ==
              operation("drop_constraint: {table: t, name: uq_x, kind: unique}"));
  EXPECT_TRUE(operation("drop_constraint: {table: t, name: x, type: foreignkey}") ==
              operation("drop_constraint: {table: t, name: x, kind: foreign_key}"));
  EXPECT_TRUE(operation("drop_constraint: {table: t, kind: primary}") ==
              operation("drop_constraint: {table: t, kind: primary_key}"));
  EXPECT_TRUE(operation("create_primary_key: {table: t, columns: [a, b]}") ==
              operation("create_primary_key: {table: t, name: pk_t_a_b, columns: [a, b]}"));
  EXPECT_TRUE(operation("bulk_insert: {table: t, rows: [{a: 1, b: true}, {b: null, a: x}]}") ==
              operation("bulk_insert: {table: t, columns: [a, b], rows: [[1, 1], [x, null]]}"));
  EXPECT_TRUE(operation("execute: {sql: SELECT 1}") == operation("execute: SELECT 1"));
  EXPECT_TRUE(operation("execute: {sql: {mariadb: A, sqlite: B}, undo: None}") ==
              operation("execute: {mariadb: A, sqlite: B, undo: {mariadb: none, sqlite: none}}"));
  EXPECT_TRUE(operation("execute: {sql: A, undo: {sql: B, sqlite: none}}") ==
              operation("execute: {sql: A, undo: {mariadb: B, sqlite: none}}"));
  EXPECT_FALSE(operation("execute: {sql: A, undo: none}") == operation("execute: A"));
  EXPECT_TRUE(operation("add_column: {table: t, name: c, type: text, default: 5}") ==
              operation("add_column: {table: t, name: c, type: text, default: \"5\"}"));
  EXPECT_TRUE(operation("add_column: {table: t, name: c, type: text, first: false}") ==
              operation("add_column: {table: t, name: c, type: text}"));
  EXPECT_TRUE(operation("create_table: {t: {columns: {a: {type: int, primary_key: true}}}}") ==
              operation("create_table: {t: {columns: {a: integer}, primary_key: [a]}}"));
}

TEST(Revision, MissingPartsAreEmpty) {
  const history::Revision revision = parse_revision_text("revision: \"0012\"\nparents:\n");
  EXPECT_EQ(revision.id, "0012");
  EXPECT_TRUE(revision.parents.empty());
  EXPECT_TRUE(revision.upgrade.empty());
  EXPECT_FALSE(revision.downgrade.has_value());
  EXPECT_EQ(parse_revision_text("revision: 12\nparents: abc\n").parents,
            (std::vector<std::string>{"abc"}));
}

TEST(Revision, PositionsOfOperations) {
  const history::Revision revision = parse_revision_text(
      "\xEF\xBB\xBFrevision: a\r\nparents: []\r\nupgrade:\r\n# ñ\r\n  - drop_table: x\r\n\r\n"
      "  -   drop_view: y\r\ndowngrade: [drop_view: y, drop_table: x]\r\n");
  ASSERT_EQ(revision.upgrade_positions.size(), 2U);
  EXPECT_EQ(revision.upgrade_positions[0], (SourcePosition{"r.yaml", 5, 5}));
  EXPECT_EQ(revision.upgrade_positions[1], (SourcePosition{"r.yaml", 7, 7}));
  ASSERT_EQ(revision.downgrade_positions.size(), 2U);
  EXPECT_EQ(revision.downgrade_positions[0], (SourcePosition{"r.yaml", 8, 13}));
  EXPECT_EQ(revision.downgrade_positions[1], (SourcePosition{"r.yaml", 8, 27}));
}

TEST(Revision, ChecksumIsOfTheMeaning) {
  const history::Revision revision = parse_revision_text(kText);
  EXPECT_EQ(revision.checksum.get().rfind("v1:", 0), 0U);
  EXPECT_EQ(revision.checksum.get().size(), 3U + 64U);
  const std::string other_style =
      "# a comment\r\nupgrade: [drop_table: \"t\"]\r\nmessage: x\r\nparents: []\r\nrevision: "
      "abc\r\n";
  const std::string plain = "revision: abc\nparents: []\nmessage: y\nupgrade:\n  - drop_table: t\n";
  EXPECT_EQ(parse_revision_text(other_style).checksum.get(),
            parse_revision_text(plain).checksum.get());
  EXPECT_NE(parse_revision_text(plain).checksum.get(),
            parse_revision_text(text::replace_all(plain, ": t", ": u")).checksum.get());
  EXPECT_NE(parse_revision_text(plain).checksum.get(),
            parse_revision_text(text::replace_all(plain, "abc", "abd")).checksum.get());
  EXPECT_NE(parse_revision_text(plain).checksum.get(),
            parse_revision_text(plain + "downgrade: []\n").checksum.get());
  EXPECT_EQ(checksum(parse_revision_text(kText)), revision.checksum.get());
}

// Databases keep these: a change of this value makes every applied revision look edited.
TEST(Revision, ChecksumStaysTheSameFromReleaseToRelease) {
  // Without what came after the first release: `undo` of execute.
  std::string text = kText;
  const std::size_t begin = text.find("  - execute:\n      sql: A\n      undo: none\n");
  const std::size_t end = text.find("  - execute:\n      sql: ALTER TABLE x\n");
  ASSERT_LT(begin, end);
  EXPECT_EQ(parse_revision_text(text.erase(begin, end - begin)).checksum.get(),
            "v1:257eee6a32fab0fb538ee6d959f1b9a9d3d61234264dbdaf2f3717e1a56e4bdc");
}

TEST(Revision, FileNames) {
  history::Revision revision;
  revision.id = "2fa6cb75c75d";
  revision.created = "2026-11-22T05:10:22Z";
  revision.message = "migracion mariaDB";
  EXPECT_EQ(file_name(revision), "2026-11-22_2fa6cb75c75d_migracion_mariadb.yaml");
  revision.message = "¡¡!!";
  EXPECT_EQ(file_name(revision), "2026-11-22_2fa6cb75c75d.yaml");
  revision.created.clear();
  revision.message = "../x\ny/";
  EXPECT_EQ(file_name(revision), "2fa6cb75c75d_x_y.yaml");
}

struct BrokenRevision {
  std::string text;
  std::string says;
};

TEST(BrokenRevision, Head) {
  const std::vector<BrokenRevision> cases = {
      {"",
       "r.yaml: the revision file is empty; it needs revision, parents and upgrade; `dbmig "
       "revision` "
       "writes one"},
      {"[]\n", "r.yaml:1:1: the revision must be a mapping, not a list"},
      {"revision: a\n",
       "r.yaml:1:1: the revision has no 'parents'; write parents: [] for the first revision, else "
       "the id of the one before"},
      {"parents: []\n", "r.yaml:1:1: the revision has no 'revision'; as in revision: 2fa6cb75c75d"},
      {"revision: head\nparents: []\n",
       "r.yaml:1:11: a revision's id cannot be 'head', which is a reserved word"},
      {"revision: a b\nparents: []\n",
       "r.yaml:1:11: a revision's id 'a b' may hold only A-Z, a-z, 0-9, '_' and '-'"},
      {"revision: -a\nparents: []\n",
       "r.yaml:1:11: a revision's id '-a' begins with '-'; on a command line it would be an "
       "option"},
      {"revision: " + std::string(65, 'a') + "\nparents: []\n",
       "r.yaml:1:11: a revision's id must have 1 to 64 characters"},
      {"revision: a\nparents: [x, x, a]\n",
       "r.yaml:2:10: parent 'x' is named twice\n"
       "r.yaml:2:10: a revision cannot be its own parent"},
      {"revision: a\ndown_revision: x\n",
       "r.yaml:2:1: unknown key 'down_revision' in the revision; here it is called 'parents'"},
      {"revision: a\nparents: []\nmessage: [x]\ncreated: ayer\nlabel: base\n",
       "r.yaml:3:10: 'message' must be text, not a list\n"
       "r.yaml:4:10: 'ayer' is not a time; as in 2026-11-22T05:10:22Z\n"
       "r.yaml:5:8: a label cannot be 'base', which is a reserved word"},
      {"revision: a\nparents: []\nupgrade: {}\ndowngrade:\n",
       "r.yaml:3:10: 'upgrade' must be a list, not a mapping; as in - drop_table: customer\n"
       "r.yaml:4:1: 'downgrade' is empty; leave it out for the exact inverse, or write [] to do "
       "nothing"},
      {"revision: a\nparents: []\nrevision: b\n",
       "r.yaml:3:1: key 'revision' is used twice; the first one is on line 1"},
      {"revision: a\nparents: [\nupgrade:\n",
       "r.yaml:2:10: this '[' is not closed where line 4 goes on; add the ']', or a ',' that is "
       "missing between two entries"},
  };
  for (const BrokenRevision& row : cases)
    EXPECT_EQ(complaint_about_revision(row.text), row.says) << row.text;
}

TEST(BrokenRevision, Operations) {
  const std::string head = "revision: a\nparents: []\nupgrade:\n";
  const std::vector<BrokenRevision> cases = {
      {"  - add_colunm: {table: t}\n",
       "r.yaml:4:5: unknown operation 'add_colunm'; did you mean 'add_column'?"},
      {"  - rename_column: {}\n",
       "r.yaml:4:5: unknown operation 'rename_column'; use alter_column with rename"},
      {"  - drop_table\n",
       "r.yaml:4:5: an operation must be a mapping, not text; as in - drop_table: customer"},
      {"  - drop_table:\n",
       "r.yaml:4:5: 'drop_table' is empty; say what it does, as in - drop_table: customer"},
      {"  - drop_table: [a]\n", "r.yaml:4:17: 'drop_table' needs a name; as in drop_table: name"},
      {"  - add_column:\n    table: t\n    name: c\n",
       "r.yaml:4:5: an operation has one name; indent what belongs to 'add_column' below it, or "
       "write - add_column: {…}"},
      {"  - add_column: t\n", "r.yaml:4:17: add_column must be a mapping, not text"},
      {"  - add_column: {table: t, name: c, type: integer, unique: true}\n",
       "r.yaml:4:60: 'unique' is not allowed in add_column; add the operation "
       "create_unique_constraint"},
      {"  - add_column: {table: t, name: c, type: text, first: true, after: x}\n",
       "r.yaml:4:17: 'first' and 'after' exclude each other"},
      {"  - alter_column: {table: t, name: c}\n",
       "r.yaml:4:5: this alter_column changes nothing; say what changes: rename, type, nullable, "
       "default…"},
      {"  - alter_column: {table_name: t, column_name: c, new_column_name: d}\n",
       "r.yaml:4:20: unknown key 'table_name' in alter_column; here it is called 'table'\n"
       "r.yaml:4:35: unknown key 'column_name' in alter_column; here it is called 'name'\n"
       "r.yaml:4:51: unknown key 'new_column_name' in alter_column; here it is called 'rename'"},
      {"  - create_foreign_key: {table: t, name: f, columns: [a], referent_table: z}\n",
       "r.yaml:4:59: unknown key 'referent_table' in create_foreign_key; write references: "
       "table(column)"},
      {"  - create_foreign_key: {table: t, name: f, columns: [a], references: z}\n",
       "r.yaml:4:71: the foreign key to 'z' does not name the columns there; write them out, as in "
       "z(id)"},
      {"  - drop_constraint: {table: t, name: x}\n",
       "r.yaml:4:22: drop_constraint has no 'kind'; say primary_key, unique, foreign_key or check"},
      {"  - drop_constraint: {table: t, name: x, kind: forein_key}\n",
       "r.yaml:4:48: 'forein_key' is not a kind of constraint; did you mean 'foreign_key'?"},
      {"  - drop_constraint: {table: t, kind: check}\n",
       "r.yaml:4:22: drop_constraint has no 'name'"},
      {"  - alter_table: {table: t}\n",
       "r.yaml:4:5: this alter_table changes nothing; say what changes: comment, mariadb or "
       "sqlite"},
      {"  - execute: \"\"\n", "r.yaml:4:14: 'execute' is empty; write SQL, or leave it out"},
      {"  - execute: {sql: x, undo: }\n",
       "r.yaml:4:23: 'undo' must be SQL or none; write the SQL that reverses it, for each "
       "database if they differ, or `undo: none`"},
      {"  - execute: {sql: x, undo: {sqlite: y}}\n",
       "r.yaml:4:29: 'undo' has nothing for mariadb, where the SQL runs; write mariadb: …, or "
       "mariadb: none"},
      {"  - execute: {sql: x, state: [drop_tabel: x]}\n",
       "r.yaml:4:31: unknown operation 'drop_tabel'; did you mean 'drop_table'?"},
      {"  - bulk_insert: {table: t, columns: [a], rows: [[1, 2], [[3]], {a: 1}, x]}\n",
       "r.yaml:4:50: a row of 2 values for 1 column\n"
       "r.yaml:4:59: a value must be text, a number or null, not a list; write JSON as a text in "
       "quotes\n"
       "r.yaml:4:73: a row must be a list, not text; as in [1, España]"},
      {"  - bulk_insert: {table: t, columns: [a, a], rows: [{a: 1, c: 2}]}\n",
       "r.yaml:4:18: column 'a' is named twice\n"
       "r.yaml:4:60: unknown key 'c' in a row; did you mean 'a'?"},
      {"  - create_table: {a: {columns: {a: integer}}, b: {}}\n",
       "r.yaml:4:5: 'create_table' creates one table, not 2; write an operation for each"},
      {"  - create_table: {a: {columns: {a: {type: integer, renamed_from: b}}}}\n",
       "r.yaml:4:67: 'renamed_from' has no meaning in a revision; use alter_column with rename"},
      {"  - create_table: {a: {columns: {a: {type: integer, references: b}}}}\n",
       "r.yaml:4:34: the foreign key to 'b' does not name the columns there; write them out, as in "
       "b(id)"},
  };
  for (const BrokenRevision& row : cases) {
    EXPECT_EQ(complaint_about_revision(head + row.text), row.says) << row.text;
  }
}

TEST(LoadGraph, ReadsTheFolder) {
  const test::TempDir dir;
  std::filesystem::create_directories(dir / "migrations/sub");
  write_file(dir / "migrations/1.yaml", "revision: a\nparents: []\n", false);
  write_file(dir / "migrations/2.yml", "revision: b\nparents: [a]\n", false);
  write_file(dir / "migrations/.3.yaml", "revision: c\nparents: [b]\n", false);
  write_file(dir / "migrations/sub/4.yaml", "{", false);
  write_file(dir / "migrations/README.md", "{", false);
  const history::Graph graph = load_graph(dir / "migrations", dir.path());
  EXPECT_EQ(graph.topological(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(graph.get("a").path, dir / "migrations/1.yaml");
}

TEST(LoadGraph, CollectsTheMistakesOfAllFiles) {
  const test::TempDir dir;
  write_file(dir / "1.yaml", "revision: a\n", false);
  write_file(dir / "2.yaml", "revision: b\nparents: [\n", false);
  write_file(dir / "3.yaml", "revision: c\nparents: [b]\nupgrade: [drop: x]\n", false);
  const std::string said = test::complaint([&] { load_graph(dir.path(), dir.path()); });
  EXPECT_EQ(text::split(said, '\n').size(), 3U) << said;
  EXPECT_EQ(said.rfind("1.yaml:1:1: the revision has no 'parents'", 0), 0U) << said;
  EXPECT_NE(said.find("\n3.yaml:3:11: unknown operation 'drop'"), std::string::npos) << said;
}

TEST(LoadGraph, NoFolderIsAnErrorAndAnEmptyOneAnEmptyGraph) {
  const test::TempDir dir;
  EXPECT_TRUE(load_graph(dir.path(), dir.path()).empty());
  try {
    load_graph(dir / "gone", dir.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
  }
}

const char* const kSuppressed = R"yaml(revision: b
parents: []
message: drops
upgrade:
  - drop_table: a
    lint_ignore: {DS101: "archived, ticket 4711", BC301: 'no: one'}
  - lint_ignore:
      DS102: later
    drop_column: {table: t, name: c}
  - drop_table: d
)yaml";

TEST(Revision, ASuppressionStandsBesideItsOperation) {
  const history::Revision revision = parse_revision_text(kSuppressed);
  ASSERT_EQ(revision.upgrade.size(), 3U);
  ASSERT_EQ(revision.suppressions.size(), 3U);
  EXPECT_EQ(revision.suppressions[0].operation, 0U);
  EXPECT_EQ(revision.suppressions[0].code, "DS101");
  EXPECT_EQ(revision.suppressions[0].reason, "archived, ticket 4711");
  EXPECT_EQ(to_string(revision.suppressions[0].where), "r.yaml:6:19");
  EXPECT_EQ(revision.suppressions[2].operation, 1U);
  // The operation's place is that of its name, whatever stands before it.
  EXPECT_EQ(to_string(revision.upgrade_positions[1]), "r.yaml:9:5");
}

TEST(Revision, ASuppressionIsKeptAndIsNoPartOfTheMeaning) {
  history::Revision revision = parse_revision_text(kSuppressed);
  const history::Revision again = parse_revision_text(print_revision(revision));
  ASSERT_EQ(again.suppressions.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again.suppressions[i].operation, revision.suppressions[i].operation);
    EXPECT_EQ(again.suppressions[i].code, revision.suppressions[i].code);
    EXPECT_EQ(again.suppressions[i].reason, revision.suppressions[i].reason);
  }
  EXPECT_EQ(print_revision(again), print_revision(revision));
  const std::string with = revision.checksum.get();
  revision.suppressions.clear();
  EXPECT_EQ(checksum(revision), with);
}

TEST(Revision, ASuppressionMustBeOfACodeAndHaveAReason) {
  const auto beside = [](const std::string& ignore) {
    return complaint_about_revision(
        "revision: b\nparents: []\nupgrade:\n  - drop_table: a\n    lint_ignore: " + ignore + "\n");
  };
  EXPECT_EQ(beside("{DS10: why}"),
            "r.yaml:5:19: unknown code 'DS10' in 'lint_ignore'; did you mean 'DS101'?");
  EXPECT_EQ(beside("{DS: why}"),
            "r.yaml:5:19: unknown code 'DS' in 'lint_ignore'; name the code itself, as in DS101");
  EXPECT_EQ(
      beside("{whatever: why}"),
      "r.yaml:5:19: unknown code 'whatever' in 'lint_ignore'; `dbmig lint --codes` lists them");
  EXPECT_EQ(beside("{DS101: ' '}"),
            "r.yaml:5:26: the suppression of DS101 gives no reason; say why, as in lint_ignore: "
            "{DS101: \"archived, ticket 4711\"}");
  EXPECT_EQ(beside("{DS101: }"),
            "r.yaml:5:19: the suppression of DS101 gives no reason; say why, as in lint_ignore: "
            "{DS101: \"archived, ticket 4711\"}");
  EXPECT_EQ(beside("{LI001: why}"),
            "r.yaml:5:19: LI001 cannot be suppressed; remove the suppression that suppresses "
            "nothing");
  EXPECT_EQ(beside("DS101"),
            "r.yaml:5:18: 'lint_ignore' must be a mapping, not text; as in lint_ignore: {DS101: "
            "\"why\"}");
}

TEST(Revision, ASuppressionMeansNothingWhereNothingIsLinted) {
  EXPECT_EQ(
      complaint_about_revision(
          "revision: b\nparents: []\nupgrade: []\ndowngrade:\n  - drop_table: a\n"
          "    lint_ignore: {DS101: why}\n"),
      "r.yaml:6:18: 'lint_ignore' has no meaning in 'downgrade'; write it next to an operation "
      "of 'upgrade'");
  EXPECT_EQ(complaint_about_revision(
                "revision: b\nparents: []\nupgrade:\n  - lint_ignore: {DS101: why}\n"),
            "r.yaml:4:5: an operation has one name; as in - drop_table: customer");
}

}  // namespace
}  // namespace dbmig::yaml
