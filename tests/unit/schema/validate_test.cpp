#include "schema/validate.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "base/text.hpp"
#include "schema/names.hpp"

namespace dbmig::schema {
namespace {

Column column(std::string name, std::string_view type) {
  Column column;
  column.name = std::move(name);
  column.type = parse_type(type);
  return column;
}

SqlText sql(std::string text) {
  return {std::move(text), {}, {}};
}

Index index(std::string name, const std::vector<std::string>& columns, bool unique = false) {
  Index index;
  index.name = std::move(name);
  index.unique = unique;
  for (const std::string& part : columns) {
    index.parts.emplace_back();
    index.parts.back().column = part;
  }
  return index;
}

/// pais(id, codigo unique, nombre) and usuario(id auto, pais_id → pais, nombre, edad), both valid.
struct World {
  World() {
    Table pais;
    pais.name = "pais";
    pais.columns = {column("id", "integer"), column("codigo", "char(2)"),
                    column("nombre", "varchar(64)")};
    pais.primary_key = PrimaryKey{"pk_pais", {"id"}, {}};
    pais.uniques = {{"uq_codigo", {"codigo"}, {}}};
    schema.tables["pais"] = pais;

    Table usuario;
    usuario.name = "usuario";
    usuario.columns = {column("id", "bigint"), column("pais_id", "integer"),
                       column("nombre", "varchar(64)"), column("edad", "smallint")};
    usuario.columns[0].autoincrement = true;
    usuario.primary_key = PrimaryKey{"pk_usuario", {"id"}, {}};
    usuario.indexes = {index("ix_nombre", {"nombre"})};
    usuario.foreign_keys = {{"fk_pais", {"pais_id"}, "pais", {"id"}, {}, {}, false}};
    usuario.checks = {{"ck_edad", sql("edad > 0")}};
    schema.tables["usuario"] = usuario;
  }
  Table& pais() { return schema.table("pais"); }
  Table& usuario() { return schema.table("usuario"); }
  Column& col(const char* name) { return *usuario().find_column(name); }
  Schema schema;
};

/// Every finding as `path: message`, with the path that was looked up first.
std::vector<std::string> validation_findings(const Schema& schema,
                                             std::optional<DialectKind> target = std::nullopt) {
  Diagnostics diagnostics;
  validate(
      normalized(schema),
      [](const std::vector<std::string>& path) {
        return SourcePosition{text::join(path, "."), 0, 0};
      },
      diagnostics, target);
  std::vector<std::string> list;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    EXPECT_FALSE(diagnostic.hint.empty()) << diagnostic.message;
    list.push_back(diagnostic.where.file + ": " + diagnostic.message);
  }
  return list;
}

TEST(Validate, FindsNothingInAValidSchema) {
  EXPECT_EQ(validation_findings(World().schema), std::vector<std::string>{});
  EXPECT_EQ(validation_findings(Schema{}), std::vector<std::string>{});
}

struct InvalidCase {
  std::function<void(World&)> spoil;
  std::string expected;  ///< `path: message`; empty: still valid
  std::string also{};    ///< a second finding
};

void expect(const std::vector<InvalidCase>& cases) {
  for (const InvalidCase& c : cases) {
    World world;
    c.spoil(world);
    std::vector<std::string> expected;
    if (!c.expected.empty()) expected.push_back(c.expected);
    if (!c.also.empty()) expected.push_back(c.also);
    EXPECT_EQ(validation_findings(world.schema), expected);
  }
}

TEST(Validate, Names) {
  const std::string long_name(65, 'x');
  expect({
      {[](World& w) {
         w.col("edad").name = "";
         w.usuario().checks.clear();
       },
       "tables.usuario.columns.: a column has no name"},
      {[&](World& w) {
         w.col("nombre").name = long_name;
         w.usuario().indexes.clear();
       },
       "tables.usuario.columns." + long_name + ": the name of column '" + long_name +
           "' has 65 characters"},
      // 64 characters of two bytes each are 64 characters.
      {[](World& w) {
         std::string name;
         for (int i = 0; i < 64; ++i) name += "ñ";
         w.col("edad").name = name;
       },
       ""},
      {[&](World& w) {
         w.usuario().only = DialectKind::sqlite;
         w.col("edad").name = long_name;
       },
       ""},
      {[](World& w) { w.col("edad").name = "edad "; },
       "tables.usuario.columns.edad : the name of column 'edad ' ends in a blank"},
      {[](World& w) { w.col("edad").name = "eda\xFF"; },
       "tables.usuario.columns.eda\xFF: the name of a column is not text"},
      {[&](World& w) { w.usuario().indexes[0].name = long_name; },
       "tables.usuario.indexes." + long_name + ": the name of index '" + long_name +
           "' has 65 characters"},
      {[](World& w) { w.usuario().columns.push_back(column("NOMBRE", "text")); },
       "tables.usuario.columns.NOMBRE: table 'usuario' has two columns named 'NOMBRE'"},
      {[](World& w) {
         w.usuario().columns.push_back(column("AÑO", "text"));
         w.usuario().columns.push_back(column("año", "text"));
       },
       "tables.usuario.columns.año: columns 'AÑO' and 'año' of table 'usuario' are one to MariaDB"},
      {[](World& w) { w.schema.tables["vacia"].name = "vacia"; },
       "tables.vacia: table 'vacia' has no columns"},
      {[](World& w) {
         w.schema.views["pais"] = {"pais", sql("SELECT 1"), {}, {}};
       },
       "views.pais: view 'pais' has the name of table 'pais'"},
      {[](World& w) {
         w.pais().only = DialectKind::mariadb;
         w.usuario().only = DialectKind::mariadb;
         w.schema.views["pais"] = {"pais", sql("SELECT 1"), {}, DialectKind::sqlite};
       },
       ""},
      // MariaDB tells them apart where file names have a case.
      {[](World& w) {
         w.schema.views["Pais"] = {"Pais", sql("SELECT 1"), {}, {}};
       },
       ""},
      {[](World& w) {
         w.schema.views["Pais"] = {"Pais", sql("SELECT 1"), {}, DialectKind::sqlite};
       },
       "views.Pais: view 'Pais' has the name of table 'pais'"},
  });
}

TEST(Validate, Keys) {
  expect({
      {[](World& w) {
         w.usuario().primary_key->columns = {"idd"};
         w.col("id").autoincrement = false;
       },
       "tables.usuario.primary_key: the primary key names column 'idd', which table 'usuario' does "
       "not have"},
      {[](World& w) {
         w.usuario().primary_key->columns = {"id", "id"};
       },
       "tables.usuario.primary_key: the primary key of table 'usuario' names column 'id' twice"},
      {[](World& w) {
         w.usuario().primary_key->columns = {};
         w.col("id").autoincrement = false;
       },
       "tables.usuario.primary_key: the primary key of table 'usuario' has no columns"},
      {[](World& w) {
         w.usuario().uniques = {{"uq", {"nada"}, {}}};
       },
       "tables.usuario.unique.uq: unique constraint 'uq' names column 'nada', which table "
       "'usuario' "
       "does not have"},
      {[](World& w) { w.usuario().indexes[0].parts[0].column = "Nombre"; },
       "tables.usuario.indexes.ix_nombre: index 'ix_nombre' names column 'Nombre', which table "
       "'usuario' does not have"},
      {[](World& w) { w.usuario().indexes[0].parts.clear(); },
       "tables.usuario.indexes.ix_nombre: index 'ix_nombre' of table 'usuario' has no columns"},
      {[](World& w) {
         w.usuario().indexes[0].parts[0].column.clear();
         w.usuario().indexes[0].parts[0].expression = "lower(nombre)";
       },
       ""},
      {[](World& w) { w.usuario().checks[0].sql = {}; },
       "tables.usuario.checks.ck_edad: check 'ck_edad' of table 'usuario' is empty"},
      {[](World& w) { w.usuario().indexes.push_back(index("IX_nombre", {"edad"})); },
       "tables.usuario.indexes.IX_nombre: table 'usuario' has another unique constraint or index "
       "named 'IX_nombre'"},
      {[](World& w) {
         w.usuario().uniques.push_back({"ix_nombre", {"edad"}, {}});
       },
       "tables.usuario.indexes.ix_nombre: table 'usuario' has another unique constraint or index "
       "named 'ix_nombre'"},
      {[](World& w) {
         w.usuario().checks.push_back({"ck_edad", sql("edad < 9")});
       },
       "tables.usuario.checks.ck_edad: table 'usuario' has another check named 'ck_edad'"},
      {[](World& w) { w.usuario().checks[0].name = "FK_pais"; },
       "tables.usuario.checks.FK_pais: table 'usuario' has another constraint named 'FK_pais'"},
      // As mysqldump has it in half of all schemas: a key and a foreign key of one name.
      {[](World& w) { w.usuario().indexes.push_back(index("fk_pais", {"pais_id"})); }, ""},
      {[](World& w) { w.usuario().indexes[0].name = "ck_edad"; }, ""},
      // Index names are the whole database's in SQLite and the table's in MariaDB.
      {[](World& w) { w.pais().indexes.push_back(index("ix_nombre", {"nombre"})); }, ""},
      {[](World& w) {
         w.pais().indexes.push_back(index("ix_nombre", {"nombre"}));
         w.pais().only = DialectKind::sqlite;
         w.usuario().only = DialectKind::sqlite;
       },
       "tables.usuario.indexes.ix_nombre: index 'ix_nombre' is in table 'pais' too"},
  });
}

TEST(Validate, Autoincrement) {
  expect({
      {[](World& w) { w.col("id").type = parse_type("varchar(10)"); },
       "tables.usuario.columns.id.autoincrement: column 'usuario.id' is autoincrement and of type "
       "varchar(10)"},
      {[](World& w) { w.col("id").type = parse_type("decimal(10,0)"); },
       "tables.usuario.columns.id.autoincrement: column 'usuario.id' is autoincrement and of type "
       "decimal(10,0)"},
      {[](World& w) {
         w.col("id").type = parse_type("decimal(10,0)");
         w.col("id").mariadb.type = parse_type("bigint");
       },
       ""},
      {[](World& w) {
         w.usuario().primary_key->columns = {"edad", "id"};
       },
       "tables.usuario.columns.id.autoincrement: column 'usuario.id' is autoincrement and not the "
       "first column of a key"},
      {[](World& w) {
         w.usuario().primary_key->columns = {"id", "edad"};
       },
       ""},
      {[](World& w) {
         w.usuario().primary_key->columns = {"edad"};
         w.usuario().indexes.push_back(index("ix_id", {"id"}));
       },
       ""},
      {[](World& w) {
         w.usuario().primary_key->columns = {"id", "edad"};
         w.usuario().only = DialectKind::sqlite;
       },
       "tables.usuario.columns.id.autoincrement: column 'usuario.id' is autoincrement and not the "
       "primary key"},
      {[](World& w) {
         w.col("edad").autoincrement = true;
         w.usuario().indexes.push_back(index("ix_edad", {"edad"}));
       },
       "tables.usuario.columns.edad.autoincrement: table 'usuario' has two autoincrement columns, "
       "'id' and 'edad'"},
      {[](World& w) {
         w.col("id").default_value = Default{Default::Kind::number, "1", {}};
       },
       "tables.usuario.columns.id.default: column 'usuario.id' is autoincrement and has a default"},
      {[](World& w) {
         w.col("id").generated = Generated{sql("edad + 1"), false};
       },
       "tables.usuario.columns.id.autoincrement: column 'usuario.id' is autoincrement and "
       "generated"},
  });
}

TEST(Validate, DefaultsAndGenerated) {
  const auto literal = [](Default::Kind kind, std::string text) {
    return Default{kind, std::move(text), {}};
  };
  expect({
      {[&](World& w) { w.col("edad").default_value = literal(Default::Kind::string, "joven"); },
       "tables.usuario.columns.edad.default: the default 'joven' of column 'usuario.edad' is not a "
       "value of smallint"},
      {[&](World& w) { w.col("edad").default_value = literal(Default::Kind::number, "40000"); },
       "tables.usuario.columns.edad.default: the default '40000' of column 'usuario.edad' is not a "
       "value of smallint"},
      {[&](World& w) { w.col("edad").default_value = literal(Default::Kind::string, "5"); }, ""},
      {[&](World& w) {
         w.col("nombre").default_value = literal(Default::Kind::string, std::string(65, 'x'));
       },
       "tables.usuario.columns.nombre.default: the default '" + std::string(65, 'x') +
           "' of column 'usuario.nombre' is not a value of varchar(64)"},
      {[&](World& w) { w.col("edad").default_value = literal(Default::Kind::sql, ""); },
       "tables.usuario.columns.edad.default: the default of column 'usuario.edad' is empty SQL"},
      {[&](World& w) {
         w.col("edad").generated = Generated{sql("id + 1"), true};
         w.col("edad").default_value = literal(Default::Kind::number, "1");
       },
       "tables.usuario.columns.edad.default: column 'usuario.edad' is generated and has a default"},
      {[](World& w) { w.col("edad").generated = Generated{}; },
       "tables.usuario.columns.edad.generated: column 'usuario.edad' is generated from nothing"},
  });
}

TEST(Validate, HintsAtSqlWhereALiteralLooksLikeIt) {
  World world;
  world.col("edad").type = parse_type("datetime");
  world.col("edad").default_value = Default{Default::Kind::string, "CURRENT_TIMESTAMP", {}};
  Diagnostics diagnostics;
  validate(normalized(world.schema), {}, diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(diagnostics.list()[0].hint, "write SQL as {sql: CURRENT_TIMESTAMP}");
}

// normalized() takes it back, so that only what nobody normalised has it.
TEST(Validate, NullableInThePrimaryKey) {
  World world;
  Diagnostics diagnostics;
  validate(world.schema, {}, diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 2U);
  EXPECT_EQ(diagnostics.list()[0].message, "column 'pais.id' is nullable and in the primary key");
  EXPECT_EQ(diagnostics.list()[1].message,
            "column 'usuario.id' is nullable and in the primary key");

  Diagnostics on_sqlite;
  validate(world.schema, {}, on_sqlite, DialectKind::sqlite);
  EXPECT_TRUE(on_sqlite.empty());
}

TEST(Validate, NamesThatSqliteAloneTellsApart) {
  World world;
  for (const char* name : {"AÑO", "año"}) {
    world.usuario().columns.push_back(column(name, "text"));
    world.usuario().checks.push_back({std::string("Cé_") + name, {"1", {}, {}}});
  }
  Diagnostics both;
  validate(normalized(world.schema), {}, both);
  EXPECT_EQ(both.list().size(), 2U);
  Diagnostics on_sqlite;
  validate(normalized(world.schema), {}, on_sqlite, DialectKind::sqlite);
  EXPECT_TRUE(on_sqlite.empty());
}

TEST(Validate, ForeignKeysToTablesOfOthers) {
  World world;
  ForeignKey& key = world.usuario().foreign_keys[0];
  key.referenced_table = "wp_users";
  key.external = true;
  const auto complaints = [&](std::optional<DialectKind> target) {
    Diagnostics found;
    validate(normalized(world.schema), {}, found, target);
    return found.list().size();
  };
  EXPECT_EQ(complaints(std::nullopt), 0U);
  key.referenced_columns.clear();  // SQLite: its primary key
  EXPECT_EQ(complaints(std::nullopt), 1U);
  EXPECT_EQ(complaints(DialectKind::sqlite), 0U);
  key.referenced_columns = {"a", "b"};
  EXPECT_EQ(complaints(DialectKind::sqlite), 1U);
}

TEST(Validate, ForeignKeys) {
  expect({
      {[](World& w) { w.usuario().foreign_keys[0].referenced_table = "pai"; },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' references "
       "table 'pai', which does not exist"},
      {[](World& w) { w.usuario().foreign_keys[0].columns = {"paisid"}; },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' names column "
       "'paisid', which table 'usuario' does not have"},
      {[](World& w) { w.usuario().foreign_keys[0].referenced_columns = {"ide"}; },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' names column "
       "'ide', which table 'pais' does not have"},
      {[](World& w) {
         w.usuario().foreign_keys[0].columns = {"pais_id", "edad"};
       },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' has 2 "
       "columns "
       "and references 1 column"},
      {[](World& w) {
         w.usuario().foreign_keys[0].columns = {"nombre"};
         w.usuario().foreign_keys[0].referenced_columns = {"nombre"};
       },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' references "
       "pais(nombre), which is not a key"},
      {[](World& w) { w.usuario().foreign_keys[0].referenced_columns = {}; }, ""},
      {[](World& w) {
         w.usuario().foreign_keys[0].referenced_columns = {};
         w.pais().primary_key.reset();
       },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' references "
       "'pais', which has no primary key"},
      {[](World& w) {
         w.usuario().foreign_keys[0].columns = {};
         w.usuario().foreign_keys[0].referenced_columns = {};
       },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' has no "
       "columns",
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' has 0 "
       "columns "
       "and references 1 column"},
      {[](World& w) { w.usuario().foreign_keys.push_back(w.usuario().foreign_keys[0]); },
       "tables.usuario.foreign_keys.fk_pais: table 'usuario' has another foreign key named "
       "'fk_pais'"},
      {[](World& w) {
         w.pais().columns.push_back(column("padre", "integer"));
         w.pais().foreign_keys = {{"FK_pais", {"padre"}, "pais", {"id"}, {}, {}, false}};
       },
       ""},  // a server that has each name once refuses it
      {[](World& w) { w.pais().only = DialectKind::sqlite; },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' references "
       "'pais', which does not exist on mariadb"},
      {[](World& w) { w.usuario().only = DialectKind::sqlite; }, ""},
      {[](World& w) {
         w.col("pais_id").nullable = false;
         w.usuario().foreign_keys[0].on_delete = ReferentialAction::set_null;
       },
       "tables.usuario.foreign_keys.fk_pais: foreign key 'fk_pais' of table 'usuario' sets "
       "'pais_id' to NULL, which it cannot be"},
      {[](World& w) { w.usuario().foreign_keys[0].on_delete = ReferentialAction::set_null; }, ""},
      {[](World& w) { w.col("pais_id").type = parse_type("bigint"); },
       "tables.usuario.foreign_keys.fk_pais: 'usuario.pais_id' is bigint and 'pais.id', which it "
       "references, is integer"},
      {[](World& w) {
         w.col("pais_id").type = parse_type("bigint");
         w.usuario().only = DialectKind::sqlite;
       },
       ""},
      {[](World& w) {
         w.col("pais_id").type = parse_type("bigint");
         w.col("pais_id").mariadb.type = parse_type("int(11)");
       },
       ""},
  });
}

TEST(Validate, WhichColumnsAreAKeyOfTheParent) {
  const auto accepts = [](std::vector<std::string> referenced,
                          const std::function<void(Table&)>& shape,
                          std::optional<DialectKind> only = std::nullopt) {
    Schema schema;
    Table& parent = schema.tables["p"];
    parent.name = "p";
    parent.columns = {column("a", "integer"), column("b", "integer"), column("c", "integer")};
    parent.only = only;
    shape(parent);
    Table& child = schema.tables["c"];
    child.name = "c";
    child.only = only;
    child.columns = {column("x", "integer"), column("y", "integer")};
    ForeignKey key{"fk", {"x", "y"}, "p", referenced, {}, {}, false};
    key.columns.resize(referenced.size());
    child.foreign_keys = {key};
    return validation_findings(schema).empty();
  };
  const auto primary_key = [](Table& t) { t.primary_key = PrimaryKey{"", {"a", "b"}, {}}; };
  const auto sqlite = DialectKind::sqlite;
  const auto mariadb = DialectKind::mariadb;

  EXPECT_TRUE(accepts({"a", "b"}, primary_key));
  EXPECT_TRUE(accepts({"b", "a"}, primary_key, sqlite));
  EXPECT_FALSE(accepts({"b", "a"}, primary_key, mariadb));
  EXPECT_TRUE(accepts({"b", "a"}, primary_key));
  EXPECT_TRUE(accepts({"a"}, primary_key, mariadb));
  EXPECT_FALSE(accepts({"a"}, primary_key, sqlite));
  EXPECT_FALSE(accepts({"b"}, primary_key));

  const auto unique_index = [](Table& t) { t.indexes = {index("i", {"a"}, true)}; };
  EXPECT_TRUE(accepts({"a"}, unique_index));
  EXPECT_FALSE(accepts({"b"}, unique_index));

  const auto partial = [](Table& t) {
    t.indexes = {index("i", {"a"}, true)};
    t.indexes[0].where = sql("b > 0");
  };
  EXPECT_FALSE(accepts({"a"}, partial));

  const auto plain_index = [](Table& t) { t.indexes = {index("i", {"a"})}; };
  EXPECT_TRUE(accepts({"a"}, plain_index, mariadb));
  EXPECT_FALSE(accepts({"a"}, plain_index, sqlite));

  // InnoDB ends every index with the columns of the primary key.
  const auto hidden = [](Table& t) {
    t.primary_key = PrimaryKey{"", {"a"}, {}};
    t.indexes = {index("i", {"b"})};
  };
  EXPECT_TRUE(accepts({"b", "a"}, hidden, mariadb));
  EXPECT_FALSE(accepts({"b", "a"}, hidden, sqlite));
}

// What MariaDB 10.11 says to CREATE TABLE for each pair, SQLite takes them all.
TEST(Validate, WhichTypesMariadbCompares) {
  const std::tuple<const char*, const char*, bool> kCases[] = {
      {"integer", "integer", true},
      {"int(11)", "int(5)", true},
      {"integer", "integer unsigned", false},
      {"integer", "smallint", false},
      {"tinyint", "boolean", true},
      {"tinyint unsigned", "year", true},
      {"tinyint unsigned", "enum('a','b')", true},
      {"mediumint", "date", true},
      {"char(5)", "varchar(20)", true},
      {"decimal(5,1)", "decimal(10,2)", true},
      {"datetime", "decimal(10,2)", true},
      {"datetime", "timestamp", true},
      {"date", "datetime", false},
      {"float", "double", false},
      {"char(36)", "uuid", false},
      {"binary(16)", "uuid", true},
      {"varchar(20)", "varbinary(20)", false},
      {"varbinary(20)", "binary(16)", true},
      {"integer", "varchar(20)", false},
      {"decimal(10,2)", "integer", false},
      {"set('a','b')", "enum('a','b')", true},
      {"set('a','b','c','d','e','f','g','h','i')", "enum('a','b')", false},
      {"bit(8)", "bit(8)", true},
  };
  for (const auto& [child, parent, accepted] : kCases) {
    World world;
    world.pais().columns[0].type = parse_type(parent);
    world.col("pais_id").type = parse_type(child);
    EXPECT_EQ(validation_findings(world.schema).empty(), accepted) << child << " -> " << parent;
    EXPECT_EQ(validation_findings(world.schema, DialectKind::sqlite), std::vector<std::string>{});
  }
}

TEST(Validate, ForeignKeysOverTextNeedOneCollation) {
  const auto accepts = [](const std::function<void(World&)>& set) {
    World world;
    world.usuario().columns[1].type = parse_type("char(2)");
    world.usuario().foreign_keys[0].referenced_columns = {"codigo"};
    set(world);
    return validation_findings(world.schema).empty();
  };
  EXPECT_TRUE(accepts([](World&) {}));
  EXPECT_FALSE(accepts([](World& w) {
    w.pais().mariadb.charset = "latin1";
    w.usuario().mariadb.charset = "utf8mb4";
  }));
  EXPECT_TRUE(accepts([](World& w) {
    w.pais().mariadb.charset = "utf8";
    w.usuario().mariadb.charset = "utf8mb3";
  }));
  EXPECT_TRUE(accepts([](World& w) { w.pais().mariadb.charset = "latin1"; }));  // not known
  EXPECT_FALSE(accepts([](World& w) {
    w.pais().mariadb.collation = "utf8mb4_bin";
    w.col("pais_id").mariadb.collation = "utf8mb4_general_ci";
  }));
  EXPECT_FALSE(accepts([](World& w) {
    w.pais().mariadb.collation = "latin1_bin";
    w.col("pais_id").mariadb.charset = "utf8mb4";
  }));
  EXPECT_TRUE(accepts([](World& w) {
    w.pais().mariadb.charset = "latin1";
    w.pais().columns[1].mariadb.charset = "utf8mb4";
    w.usuario().mariadb.charset = "utf8mb4";
  }));
}

/// Lengths may differ, so that no other type is asked for.
TEST(Validate, ForeignKeysOverTextAreToldOfTheirCollations) {
  World world;
  world.usuario().columns[1].type = parse_type("varchar(20)");
  world.usuario().foreign_keys[0].referenced_columns = {"codigo"};
  world.pais().mariadb.charset = "latin1";
  world.usuario().mariadb.charset = "utf8mb4";
  const std::vector<std::string> findings = validation_findings(world.schema);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_NE(findings[0].find("different charsets or collations"), std::string::npos) << findings[0];
}

TEST(Validate, LimitsOfOneDatabaseHoldWhereOnlyThatOneIs) {
  for (const char* type : {"char(256)", "varchar(70000)", "binary(256)", "varbinary(70000)",
                           "decimal(66,2)", "decimal(60,39)", "double(255,31)"}) {
    World world;
    world.usuario().columns.push_back(column("ancho", type));
    EXPECT_EQ(validation_findings(world.schema), std::vector<std::string>{}) << type;
    EXPECT_EQ(validation_findings(world.schema, DialectKind::sqlite), std::vector<std::string>{})
        << type;
    EXPECT_EQ(validation_findings(world.schema, DialectKind::mariadb).size(), 1U) << type;
    world.usuario().columns.back().mariadb.type = parse_type("longtext");
    EXPECT_EQ(validation_findings(world.schema, DialectKind::mariadb), std::vector<std::string>{})
        << type;
  }
}

TEST(Validate, ViewsAndTriggers) {
  const auto trigger = [](const char* table, std::optional<DialectKind> only = std::nullopt) {
    return Trigger{"tr", table, sql("AFTER INSERT ON x BEGIN SELECT 1; END"), only};
  };
  expect({
      {[](World& w) {
         w.schema.views["v"] = {"v", {}, {}, {}};
       },
       "views.v.sql: view 'v' has no query"},
      {[&](World& w) { w.schema.triggers["tr"] = trigger("usuario"); }, ""},
      {[&](World& w) { w.schema.triggers["tr"] = trigger("usuarios"); },
       "triggers.tr.table: trigger 'tr' is on table 'usuarios', which does not exist"},
      {[&](World& w) {
         w.schema.views["v"] = {"v", sql("SELECT 1"), {}, {}};
         w.schema.triggers["tr"] = trigger("v");
       },
       ""},
      {[&](World& w) {
         w.schema.triggers["tr"] = trigger("usuario");
         w.schema.triggers["tr"].sql = {};
       },
       "triggers.tr.sql: trigger 'tr' has no body"},
      {[&](World& w) {
         w.usuario().only = DialectKind::sqlite;
         w.schema.triggers["tr"] = trigger("usuario", DialectKind::mariadb);
       },
       "triggers.tr.only: trigger 'tr' is only for mariadb and 'usuario' only for sqlite"},
  });
}

TEST(Validate, UsesTheNearestPlaceThatIsKnown) {
  World world;
  world.col("edad").default_value = Default{Default::Kind::string, "x", {}};
  Diagnostics diagnostics;
  validate(
      normalized(world.schema),
      [](const std::vector<std::string>& path) {
        return path.size() <= 2 ? SourcePosition{"a.yaml", 7, 3} : SourcePosition{};
      },
      diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(to_string(diagnostics.list()[0].where), "a.yaml:7:3");
}

TEST(Validate, NamesEveryMistakeAtOnce) {
  World world;
  world.usuario().primary_key->columns = {"x"};
  world.usuario().foreign_keys[0].referenced_table = "y";
  world.schema.views["v"].name = "v";
  EXPECT_EQ(validation_findings(world.schema).size(),
            4U);  // the autoincrement column has lost its key, too
}

}  // namespace
}  // namespace dbmig::schema
