#include "yaml/model.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.hpp"
#include "support.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::yaml {
namespace {

using schema::Default;
using schema::Model;
using schema::TypeKind;

Model parse(const std::string& text) {
  return parse_model({{"m.yaml", text}});
}

std::string complaint(const std::string& text) {
  return test::complaint([&] { parse(text); });
}

/// One table `t` with the given lines in its body.
std::string table(const std::string& body) {
  return "tables:\n  t:\n" + body;
}

TEST(Model, TheFormatOfTheDocumentation) {
  const Model model = parse(R"yaml(
tables:
  pais:
    columns: {id: integer}
    primary_key: [id]
  usuario:
    comment: People who can log in
    columns:
      id:      {type: integer, autoincrement: true}
      nombre:  {type: varchar(64), nullable: false}
      email:   {type: varchar(120), nullable: false, renamed_from: correo}
      saldo:   {type: "decimal(10,2)", nullable: false, default: 0}
      creado:  {type: datetime, nullable: false, default: {sql: CURRENT_TIMESTAMP}}
      notas:   text
      pais_id: integer
      total:   {type: integer, generated: {sql: "a + b", stored: true}}
    primary_key: [id]
    unique:       {uq_usuario_email: [email]}
    indexes:      {ix_usuario_nombre: {columns: [nombre], where: "saldo > 0"}}
    foreign_keys: {fk_usuario_pais: {columns: [pais_id], references: pais(id), on_delete: cascade}}
    checks:       {ck_usuario_saldo: saldo >= 0}
    mariadb: {engine: InnoDB, charset: utf8mb4, collation: utf8mb4_unicode_ci}
    sqlite:  {strict: false}
    renamed_from: persona
views:
  ricos: {sql: SELECT id FROM usuario WHERE saldo > 1000}
)yaml");
  const schema::Table& usuario = model.schema.table("usuario");
  EXPECT_EQ(usuario.comment, "People who can log in");
  EXPECT_FALSE(usuario.column("id").nullable);
  EXPECT_TRUE(usuario.column("id").autoincrement);
  EXPECT_TRUE(usuario.column("notas").nullable);
  EXPECT_EQ(usuario.column("notas").type.kind, TypeKind::text);
  EXPECT_EQ(usuario.column("saldo").default_value, (Default{Default::Kind::number, "0", {}}));
  EXPECT_EQ(usuario.column("creado").default_value->sql.any, "CURRENT_TIMESTAMP");
  EXPECT_TRUE(usuario.column("total").generated->stored);
  EXPECT_EQ(usuario.uniques, (std::vector<schema::Unique>{{"uq_usuario_email", {"email"}, ""}}));
  EXPECT_EQ(usuario.indexes.at(0).where.any, "saldo > 0");
  EXPECT_EQ(usuario.foreign_keys.at(0).on_delete, schema::ReferentialAction::cascade);
  EXPECT_EQ(usuario.checks.at(0).sql.any, "saldo >= 0");
  EXPECT_EQ(usuario.mariadb.engine, "InnoDB");
  EXPECT_EQ(model.schema.views.at("ricos").sql.any, "SELECT id FROM usuario WHERE saldo > 1000");
  EXPECT_EQ(model.renames.tables.at("usuario"), "persona");
  EXPECT_EQ(model.renames.columns.at({"usuario", "email"}), "correo");
}

TEST(Model, ColumnShorthandBecomesConstraints) {
  const Model shorthand = parse(R"yaml(
tables:
  a:
    columns:
      id: {type: integer, primary_key: true}
      code: {type: varchar(9), unique: true}
      name: {type: varchar(9), index: true}
      both: {type: varchar(9), index: true, unique: true}
      parent: {type: integer, references: a, on_delete: set null, on_update: cascade}
)yaml");
  const Model written = parse(R"yaml(
tables:
  a:
    columns: {id: integer, code: varchar(9), name: varchar(9), both: varchar(9), parent: integer}
    primary_key: id
    unique: {uq_a_code: code}
    indexes: {ix_a_name: name, ix_a_both: {columns: both, unique: true}}
    foreign_keys:
      fk_a_parent: {columns: parent, references: a(id), on_delete: SET NULL, on_update: cascade}
)yaml");
  EXPECT_TRUE(shorthand == written) << print_model(shorthand.schema);
}

TEST(Model, UnnamedConstraintsGetNames) {
  const Model model = parse(table(R"yaml(    columns: {a: integer, b: integer, c: integer}
    primary_key: {columns: [a], name: mine}
    unique: [[a, b], {columns: [c], name: uc}]
    indexes: [b]
    foreign_keys: [{columns: [b], references: {table: t, columns: [a]}, deferrable: true}]
    checks: [a > 0, {sql: b > 0, name: ckb}, {mariadb: c > 0, sqlite: c > 1}]
)yaml"));
  const schema::Table& t = model.schema.table("t");
  EXPECT_EQ(t.primary_key->name, "mine");
  EXPECT_EQ(t.uniques.at(0).name, "uq_t_a_b");
  EXPECT_EQ(t.uniques.at(1).name, "uc");
  EXPECT_EQ(t.indexes.at(0).name, "ix_t_b");
  EXPECT_EQ(t.foreign_keys.at(0).name, "fk_t_b");
  EXPECT_TRUE(t.foreign_keys.at(0).deferrable);
  EXPECT_EQ(t.checks.at(0).name, "ck_t_1");
  EXPECT_EQ(t.checks.at(1).name, "ckb");
  EXPECT_EQ(t.checks.at(2).sql.sqlite, "c > 1");
}

TEST(Model, DefaultsKeepTheKindThatWasWritten) {
  const auto default_of = [](const std::string& type, const std::string& text) {
    return parse(table("    columns: {a: {type: " + type + ", default: " + text + "}}\n"))
        .schema.table("t")
        .column("a")
        .default_value;
  };
  using DefaultKind = Default::Kind;
  EXPECT_EQ(default_of("text", "\"5\""), (Default{DefaultKind::string, "5", {}}));
  EXPECT_EQ(default_of("integer", "5"), (Default{DefaultKind::number, "5", {}}));
  EXPECT_EQ(default_of("boolean", "True"), (Default{DefaultKind::boolean, "true", {}}));
  EXPECT_EQ(default_of("text", "yes"), (Default{DefaultKind::string, "yes", {}}));
  EXPECT_EQ(default_of("text", "'null'"), (Default{DefaultKind::string, "null", {}}));
  EXPECT_EQ(default_of("text", "007"), (Default{DefaultKind::string, "007", {}}));
  EXPECT_EQ(default_of("text", "''"), (Default{DefaultKind::string, "", {}}));
  EXPECT_EQ(default_of("text", "'CURRENT_TIMESTAMP'"),
            (Default{DefaultKind::string, "CURRENT_TIMESTAMP", {}}));
  EXPECT_EQ(default_of("date", "2024-02-29"), (Default{DefaultKind::string, "2024-02-29", {}}));
  EXPECT_EQ(default_of("text", "null"), std::nullopt);
  EXPECT_EQ(default_of("text", "~"), std::nullopt);
  EXPECT_EQ(default_of("text", ""), std::nullopt);
  EXPECT_EQ(default_of("datetime", "{sql: now()}"),
            (Default{DefaultKind::sql, "", {"now()", "", ""}}));
  EXPECT_EQ(default_of("integer", "{mariadb: f(1), sqlite: (1)}"),
            (Default{DefaultKind::sql, "", {"", "f(1)", "(1)"}}));
}

TEST(Model, NamesAreNamesWhateverTheyLookLike) {
  const Model model = parse(R"yaml(
tables:
  null:
    columns: {on: integer, yes: integer, null: integer, 123: integer, "~": integer, 1.50: integer}
    primary_key: [null, 123]
    indexes: {no: [on, ~]}
)yaml");
  const schema::Table& t = model.schema.table("null");
  EXPECT_EQ(t.column_names(), (std::vector<std::string>{"on", "yes", "null", "123", "~", "1.50"}));
  EXPECT_EQ(t.primary_key->columns, (std::vector<std::string>{"null", "123"}));
  EXPECT_EQ(t.indexes.at(0).name, "no");
  EXPECT_EQ(t.indexes.at(0).parts.at(1).column, "~");
}

TEST(Model, FilesAreMergedAndAnchorsShared) {
  const Model model = parse_model({
      {"a.yaml",
       "x-audit: &audit {creado: datetime, id: bigint}\n"
       "tables:\n  a: {columns: {id: integer, <<: *audit, z: text}}\n"},
      {"b.yaml", "tables:\n  b: {columns: {id: integer}}\nviews: {v: SELECT 1}\n"},
      {"c.yaml", "# nothing yet\n"},
  });
  EXPECT_EQ(model.schema.tables.size(), 2U);
  EXPECT_EQ(model.schema.table("a").column_names(),
            (std::vector<std::string>{"id", "creado", "z"}));
  EXPECT_EQ(model.schema.views.at("v").sql.any, "SELECT 1");
  EXPECT_EQ(parse_model({}), Model{});
  EXPECT_EQ(parse("tables:\nviews:\n"), Model{});
}

TEST(Model, PrintedAsAPersonWouldWriteIt) {
  const std::string text = R"yaml(tables:
  pais:
    columns:
      id:     {type: integer, autoincrement: true}
      nombre: {type: varchar(64), nullable: false, default: "5"}
      notas:  text
      raro:   {type: integer, sqlite: {type: {native: FOO(3)}}}
    primary_key: [id]
    unique:
      uq_pais_nombre: [nombre]
    indexes:
      ix_notas: [notas(20) desc]
      ix_raro: {columns: [{expr: lower(nombre)}], unique: true, where: raro > 0}
    checks:
      ck_pais_1: {mariadb: raro > 0, sqlite: raro > 1}
    mariadb: {engine: InnoDB, options: {KEY_BLOCK_SIZE: 8}}
    only: sqlite
triggers:
  tr:
    table: pais
    sql: |-
      AFTER INSERT ON pais
      BEGIN
        SELECT 1;
      END
    only: sqlite
)yaml";
  EXPECT_EQ(print_model(parse(text).schema), text);
  EXPECT_EQ(print_model({}), "tables: {}\n");
}

TEST(Model, ConstraintsWithoutNamesArePrintedAsLists) {
  schema::Schema schema = parse(table("    columns: {a: integer, b: integer}\n")).schema;
  schema::Table& t = schema.table("t");
  t.uniques = {{"", {"a", "b"}, ""}, {"uq", {"a"}, ""}};
  t.checks = {{"", {"a > 0", "", ""}}, {"ck", {"", "b > 0", ""}}};
  t.indexes = {{"", {{"a", "", false, 0, ""}}, false, {}, {}, "", "", "", false}};
  const schema::Table read = parse(print_model(schema)).schema.table("t");
  EXPECT_EQ(read.uniques.at(0).name, "uq_t_a_b");
  EXPECT_EQ(read.uniques.at(1).name, "uq");
  EXPECT_EQ(read.checks.at(0).sql.any, "a > 0");
  EXPECT_EQ(read.checks.at(1).name, "ck");
  EXPECT_EQ(read.indexes.at(0).name, "ix_t_a");
}

struct BrokenModel {
  std::string text;
  std::string says;
};

TEST(Model, AForeignKeyMayLeadToATableThatOthersManage) {
  const std::string rest = "    primary_key: [id]\n";
  const std::vector<std::string> forms = {
      "tables:\n  t:\n    columns: {id: integer, u: {type: integer, references: users(id), "
      "external: "
      "true}}\n" +
          rest,
      "tables:\n  t:\n    columns: {id: integer, u: integer}\n" + rest +
          "    foreign_keys: {fk_t_u: {columns: [u], references: users(id), external: true}}\n"};
  for (const std::string& form : forms) {
    const schema::Schema schema = parse_model({{"m.yaml", form}}).schema;
    ASSERT_EQ(schema.table("t").foreign_keys.size(), 1U);
    EXPECT_TRUE(schema.table("t").foreign_keys.at(0).external);
    const schema::Schema again = parse_model({{"m.yaml", print_model(schema)}}).schema;
    EXPECT_EQ(again, schema);
    EXPECT_TRUE(again.table("t").foreign_keys.at(0).external);
  }
  // A project that says which tables are its own need not say it again.
  const std::string plain =
      "tables:\n  t:\n    columns: {id: integer, u: {type: integer, references: users(id)}}\n" +
      rest;
  const schema::Model model = parse_model({{"m.yaml", plain}}, {.selection = {{"t*"}, {}}});
  EXPECT_TRUE(model.schema.table("t").foreign_keys.at(0).external);
  EXPECT_THROW(parse_model({{"m.yaml", plain}}, {.selection = {{"t*", "u*"}, {}}}), Error);
}

TEST(BrokenModel, Columns) {
  const std::vector<BrokenModel> cases = {
      {table("    colums: {id: integer}\n"),
       "m.yaml:3:5: unknown key 'colums' in table 't'; did you mean 'columns'?"},
      {table("    columns: {id: intt}\n"), "m.yaml:3:19: unknown type 'intt'; did you mean 'int'?"},
      {table("    columns: {id: {type: integer, nullable: yes}}\n"),
       "m.yaml:3:45: 'nullable' must be true or false, not 'yes'; write true"},
      {table("    columns: {id: {type: integer, not_null: true}}\n"),
       "m.yaml:3:35: unknown key 'not_null' in column 'id'; write nullable: false"},
      {table("    columns: {id: {type: integer, server_default: 1}}\n"),
       "m.yaml:3:35: unknown key 'server_default' in column 'id'; here it is called 'default'"},
      {table("    columns: {id: {nullable: true}}\n"),
       "m.yaml:3:19: column 'id' has no 'type'; as in type: varchar(64)"},
      {table("    columns: {id: }\n"),
       "m.yaml:3:15: column 'id' has no type; write a type, as in id: text"},
      {table("    columns: {id:integer}\n"),
       "m.yaml:3:15: column 'id:integer' has no type; a ':' needs a blank after it, as in id: "
       "integer"},
      {table("    columns: {id: [integer]}\n"),
       "m.yaml:3:19: column 'id' must be a mapping, not a list"},
      {table("    columns: {id: {type: datetime, default: now()}}\n"),
       "m.yaml:3:45: 'default' is the text 'now()' here, not SQL; write {sql: CURRENT_TIMESTAMP}, "
       "or put "
       "it in "
       "quotes if the text is meant"},
      {table("    columns: {id: {type: integer, default: [1]}}\n"),
       "m.yaml:3:44: 'default' must be SQL, not a list; write it as text, or as {mariadb: …, "
       "sqlite: …}"},
      {table("    columns: {id: {type: integer, default: {sql: }}}\n"),
       "m.yaml:3:44: 'default' has no SQL; write sql: …, or mariadb: … and sqlite: …"},
      {table("    columns: {id: {type: integer, on_delete: cascade}}\n"),
       "m.yaml:3:46: 'on_delete' without 'references'; add references: table(column)"},
      {table("    columns: {id: {type: integer, renamed_from: id}}\n"),
       "m.yaml:3:49: 'renamed_from' of 'id' is its own name; write the name it had before, or "
       "leave "
       "renamed_from out"},
      {table("    columns: {a: {type: integer, renamed_from: c}, b: {type: integer, "
             "renamed_from: "
             "c}}\n"),
       "m.yaml:3:85: columns 'b' and 'a' are both renamed from 'c'; keep 'renamed_from' at one of "
       "them"},
      {table("    columns: {id: {type: integer, default: hola}}\n"),
       "m.yaml:3:44: the default 'hola' of column 't.id' is not a value of integer; write a "
       "value "
       "that integer holds, or SQL as {sql: …}"},
  };
  for (const BrokenModel& row : cases) EXPECT_EQ(complaint(row.text), row.says) << row.text;
}

TEST(BrokenModel, AnUnknownTypeMayBeMeant) {
  const std::string said =
      complaint(table("    columns: {id: {type: integer, sqlite: {type: FROBNICATE}}}\n"));
  EXPECT_EQ(said.rfind("m.yaml:3:50: unknown type 'frobnicate'; known: tinyint, ", 0), 0U) << said;
  EXPECT_TRUE(said.ends_with("one that only the database knows is written {native: FROBNICATE}"))
      << said;
}

TEST(BrokenModel, KeysAndOptions) {
  const std::string columns = "    columns: {a: integer, b: integer}\n";
  const std::vector<BrokenModel> cases = {
      {table(columns + "    primary_key: [c]\n"),
       "m.yaml:4:18: the primary key names column 'c', which table 't' does not have; did you "
       "mean "
       "'a'?"},
      {table("    columns: {a: {type: integer, nullable: true}}\n    primary_key: [a]\n"),
       "m.yaml:3:44: column 't.a' is nullable and in the primary key; remove nullable: true"},
      {table("    columns: {a: {type: integer, primary_key: true}}\n    primary_key: [a]\n"),
       "m.yaml:4:18: the primary key of table 't' is given both here and at column 'a'; keep one "
       "of the "
       "two"},
      {table(columns + "    unique: [a, b]\n"),
       "m.yaml:4:13: 'unique' is a list of names: one over all of them, or one each?; write "
       "[[a, "
       "b]] for one, [[a], [b]] for several"},
      {table(columns + "    indexes: {ix: [lower(a)]}\n"),
       "m.yaml:4:20: 'lower(a)' in an index looks like an expression; write {expr: "
       "\"lower(a)\"}, "
       "or {column: \"lower(a)\"} for a column of that name"},
      {table(columns + "    indexes: {ix: {column: a}}\n"),
       "m.yaml:4:20: unknown key 'column' in index 'ix'; here it is called 'columns'"},
      {table(columns + "    indexes: {ix: {columns: [{desc: true}]}}\n"),
       "m.yaml:4:30: a part of an index needs either 'column' or 'expr'"},
      {table(columns + "    indexes: {ix: {columns: [{column: a, length: -1}]}}\n"),
       "m.yaml:4:50: 'length' must be a whole number from 1, not '-1'"},
      {table(columns + "    foreign_keys: {fk: {columns: [a], references: nada(id)}}\n"),
       "m.yaml:4:20: foreign key 'fk' of table 't' references table 'nada', which does not "
       "exist; add it, or write `external: true` into the foreign key if others manage that "
       "table"},
      {table(columns + "    foreign_keys: {fk: {columns: [a], references: nada}}\n"),
       "m.yaml:4:20: foreign key 'fk' of table 't' references table 'nada', which does not "
       "exist; add it, or write `external: true` into the foreign key if others manage that "
       "table"},
      {table(columns + "    foreign_keys: {fk: {columns: [a], references: t}}\n"),
       "m.yaml:4:20: foreign key 'fk' refers to table 't', which has no primary key; name the "
       "columns, as in t(id)"},
      {table(columns + "    foreign_keys: {fk: {columns: [a], references: t.b}}\n"),
       "m.yaml:4:51: 't.b' is not a table with its columns; write t(b)"},
      {table(columns + "    foreign_keys: {fk: {columns: [a], references: \"t(a, b\"}}\n"),
       "m.yaml:4:51: 't(a, b' is not a table with its columns; as in country(id); for odd names "
       "write "
       "{table: …, columns: […]}"},
      {table(columns + "    checks: {ck: \"  \"}\n"),
       "m.yaml:4:18: check 'ck' is empty; write SQL, or leave it out"},
      {table(columns + "    engine: InnoDB\n"),
       "m.yaml:4:5: unknown key 'engine' in table 't'; write it as mariadb: {engine: …}"},
      {table(columns + "    only: postgres\n"),
       "m.yaml:4:11: 'only' cannot be 'postgres'; known: sqlite, mariadb"},
      {"tables:\n  t:\n", "m.yaml:2:3: table 't' is empty; it needs columns: {name: type}"},
      {"tables: [t]\n", "m.yaml:1:9: 'tables' must be a mapping, not a list; as in {name: {…}}"},
      {"hola\n", "m.yaml:1:1: the model must be a mapping, not text"},
      {"table: {}\n", "m.yaml:1:1: unknown key 'table' in the model; did you mean 'tables'?"},
      {"views: {v: {columns: [a]}}\n",
       "m.yaml:1:12: view 'v' has no SQL; write sql: …, or mariadb: … and sqlite: …"},
      {"triggers: {tr: {sql: x}}\n", "m.yaml:1:16: trigger 'tr' has no 'table'"},
  };
  for (const BrokenModel& row : cases) EXPECT_EQ(complaint(row.text), row.says) << row.text;
}

TEST(BrokenModel, AllMistakesOfAllFilesAtOnce) {
  const auto parse_files = [] {
    parse_model({
        {"a.yaml",
         "tables:\n"
         "  a:\n"
         "    columns: {id: intt, n: {type: text, nullable: no}}\n"
         "    foreign_keys: {fk: {columns: [id], references: b(id)}}\n"
         "    checks: {ck: [1]}\n"},
        {"b.yaml",
         "tables:\n"
         "  b:\n"
         "    columns: {id: bigint, x: {type: integer, references: gone(id)}}\n"
         "    primary_key: [id]\n"
         "  a: {columns: {id: integer}}\n"},
    });
  };
  EXPECT_EQ(
      test::complaint(parse_files),
      "a.yaml:3:19: unknown type 'intt'; did you mean 'int'?\n"
      "a.yaml:3:51: 'nullable' must be true or false, not 'no'; write false\n"
      "a.yaml:5:18: check 'ck' must be SQL, not a list; write it as text, or as {mariadb: …, "
      "sqlite: …}\n"
      "b.yaml:3:27: foreign key 'fk_b_x' of table 'b' references table 'gone', which does not "
      "exist; add it, or write `external: true` into the foreign key if others manage that table\n"
      "b.yaml:5:3: table 'a' is defined twice; the first one is at a.yaml:2:3");
}

TEST(BrokenModel, AFileThatIsNotYamlCausesNoFollowingMistakes) {
  EXPECT_EQ(
      test::complaint([] {
        parse_model({
            {"a.yaml", "tables:\n  a: {columns: {id: integer}\n"},
            {"b.yaml", "tables:\n  b: {columns: {a: {type: integer, references: a(id)}}}\n"},
        });
      }),
      "a.yaml:2:6: this '{' is not closed where line 3 goes on; add the '}', or a ',' that is "
      "missing between two entries");
}

TEST(LoadModel, ReadsAllFilesOfAFolderInOrder) {
  const test::TempDir dir;
  std::filesystem::create_directories(dir / "schemas/sub");
  std::filesystem::create_directories(dir / "schemas/.git");
  const std::string b = "tables:\n  b: {columns: {id: integer}}\n";
  write_file(dir / "schemas/b.yml", b, false);
  write_file(dir / "schemas/sub/c.yaml", "tables:\n  c: {columns: {id: integer}}\n", false);
  write_file(dir / "schemas/.hidden.yaml", "{", false);
  write_file(dir / "schemas/.git/x.yaml", "{", false);
  write_file(dir / "schemas/notes.txt", "{", false);
  const Model model = load_model(dir / "schemas", dir.path());
  EXPECT_EQ(model.schema.tables.size(), 2U);

  write_file(dir / "schemas/sub/d.yaml", b, false);
  EXPECT_EQ(test::complaint([&] { load_model(dir / "schemas", dir.path()); }),
            "schemas/sub/d.yaml:2:3: table 'b' is defined twice; the first one is at "
            "schemas/b.yml:2:3");
}

TEST(LoadModel, AnEmptyFolderIsAnEmptyModelAndNoFolderAnError) {
  const test::TempDir dir;
  EXPECT_EQ(load_model(dir.path(), dir.path()), Model{});
  try {
    load_model(dir / "gone", dir.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_NE(error.message().find("gone"), std::string::npos);
  }
}

TEST(LoadModel, AFileThatCannotBeReadIsNamed) {
  const test::TempDir dir;
  std::filesystem::create_symlink(dir / "loop.yaml", dir / "loop.yaml");
  try {
    load_model(dir.path(), dir.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_NE(error.message().find("loop.yaml"), std::string::npos) << error.what();
  }
}

TEST(Model, KeysMayTakeAColumnByItsBeginningOrDownwards) {
  const std::string text = R"(tables:
  t:
    columns:
      a: varchar(300)
      b: integer
      c: {type: text, nullable: false}
    primary_key: [a(20), b desc]
    unique:
      uq: {columns: [c collate nocase, b], on_conflict: ignore}
)";
  const schema::Table table = parse_model({{"m.yaml", text}}).schema.table("t");
  EXPECT_EQ(table.primary_key->columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.primary_key->parts,
            (std::vector<schema::KeyPart>{{20, false, {}}, {0, true, {}}}));
  EXPECT_EQ(table.uniques.at(0).parts,
            (std::vector<schema::KeyPart>{{0, false, "nocase"}, {0, false, {}}}));
  schema::Schema schema;
  schema.tables["t"] = table;
  const std::string printed = print_model(schema);
  EXPECT_EQ(parse_model({{"m.yaml", printed}}).schema.table("t"), table) << printed;
}

TEST(ModelPart, BelongsToTheModel) {
  const Model sql = parse_model({{"x.yaml",
                                  "tables: {pais: {columns: {id: integer}, primary_key: "
                                  "[id]}}\n"}});
  ModelOptions options;
  options.part = {sql.schema, {{{"tables", "pais"}, {"a.sql", 3, 1}}}};
  const std::string yaml =
      "tables: {ciudad: {columns: {id: integer, pais: {type: integer, references: pais(id)}}}}\n";
  EXPECT_EQ(parse_model({{"m.yaml", yaml}}, options).schema.tables.size(), 2U);
  EXPECT_EQ(test::complaint([&] {
              parse_model({{"m.yaml", "tables:\n  pais: {columns: {id: integer}}\n"}}, options);
            }),
            "a.sql:3:1: table 'pais' is defined twice; the first one is at m.yaml:2:3");
}

TEST(ModelPart, MistakesInItHaveItsPlaces) {
  ModelOptions options;
  schema::Table table;
  table.name = "t";
  options.part.schema.tables["t"] = table;
  options.part.places[{"tables", "t"}] = {"a.sql", 7, 2};
  EXPECT_EQ(test::complaint([&] { parse_model({}, options); }).substr(0, 10), "a.sql:7:2:");
}

TEST(ModelTarget, OnlyItsRulesHold) {
  const std::string yaml =
      "tables: {t: {columns: {a: text}, indexes: {ix: {columns: [{expr: lower(a)}]}}}}\n";
  EXPECT_EQ(parse_model({{"m.yaml", yaml}}, {.target = DialectKind::sqlite}).schema.tables.size(),
            1U);
}

}  // namespace
}  // namespace dbmig::yaml
