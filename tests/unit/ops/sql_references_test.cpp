#include "ops/sql_references.hpp"

#include <gtest/gtest.h>

namespace dbmig::ops {
namespace {

using Names = std::set<std::string>;
using schema::SqlText;

SqlText any(std::string sql) {
  return {std::move(sql), {}, {}};
}

std::string table(std::string_view sql) {
  return rename_table(sql, std::nullopt, "pedido", "orden");
}

/// As in a check of table `t`: `nombre` becomes `name`.
std::string column(std::string_view sql) {
  return rename_column(sql, std::nullopt, {"nombre", {"t"}, true, false}, "name");
}

TEST(RenameColumnInText, ReplacesWholeWordsOnly) {
  EXPECT_EQ(column("nombre <> ''"), "name <> ''");
  EXPECT_EQ(column("nombres > 0 and mi_nombre > 0 and nombre > 0"),
            "nombres > 0 and mi_nombre > 0 and name > 0");
  EXPECT_EQ(column("length(nombre)>0"), "length(name)>0");
}

TEST(RenameColumnInText, LeavesStringsAndCommentsAlone) {
  EXPECT_EQ(column("nombre <> 'nombre' /* nombre */ -- nombre"),
            "name <> 'nombre' /* nombre */ -- nombre");
  EXPECT_EQ(column("nombre <> 'it''s nombre'"), "name <> 'it''s nombre'");
}

TEST(RenameColumnInText, KeepsTheQuotesAndTakesAnyCase) {
  EXPECT_EQ(column("\"nombre\" > `nombre` + [nombre] + NOMBRE"),
            "\"name\" > `name` + [name] + name");
}

TEST(RenameColumnInText, OnlyItsOwnQualifierCounts) {
  EXPECT_EQ(column("t.nombre > 0"), "t.name > 0");
  EXPECT_EQ(column("T.nombre > `t`.`nombre`"), "T.name > `t`.`name`");
  EXPECT_EQ(column("u.nombre > 0"), "u.nombre > 0");
  // As a table's name before a dot it is not the column.
  EXPECT_EQ(column("nombre.x > 0"), "nombre.x > 0");
}

TEST(RenameColumnInText, FunctionsTypesAliasesAndCollationsAreNotColumns) {
  EXPECT_EQ(column("nombre(nombre) > 0"), "nombre(name) > 0");
  EXPECT_EQ(column("cast(x as nombre)"), "cast(x as nombre)");
  EXPECT_EQ(column("nombre collate nombre"), "name collate nombre");
}

TEST(RenameColumnInText, EachDialectHasItsOwnStrings) {
  const ColumnUse use{"nombre", {"t"}, true, false};
  const SqlText renamed =
      rename_column({"", "\"nombre\" = nombre", "\"nombre\" = nombre"}, use, "name");
  EXPECT_EQ(renamed.mariadb, "\"nombre\" = name");
  EXPECT_EQ(renamed.sqlite, "\"name\" = name");
}

TEST(RenameColumnInText, ANameWithQuotesInIt) {
  EXPECT_EQ(rename_column("`a``b` > 0", std::nullopt, {"a`b", {}, true, false}, "c"), "`c` > 0");
}

TEST(RenameColumnInText, TheUpdateOfListOfATrigger) {
  const ColumnUse use{"nombre", {"new", "old"}, false, true};
  EXPECT_EQ(
      rename_column("AFTER UPDATE OF id, nombre ON t BEGIN UPDATE log SET nombre = NEW.nombre; "
                    "END",
                    std::nullopt, use, "name"),
      "AFTER UPDATE OF id, name ON t BEGIN UPDATE log SET nombre = NEW.name; END");
}

/// As in a view that reads only `t`.
std::string renamed(const char* name, std::string_view sql) {
  return rename_column(sql, std::nullopt, {name, {"t"}, true, false}, "new_name");
}

TEST(RenameColumnInText, KeywordsAreNotColumns) {
  EXPECT_EQ(renamed("order", "SELECT a FROM t ORDER BY `order`"),
            "SELECT a FROM t ORDER BY `new_name`");
  EXPECT_EQ(renamed("from", "SELECT t.from, \"from\" FROM t"),
            "SELECT t.new_name, \"new_name\" FROM t");
  EXPECT_EQ(renamed("desc", "SELECT a FROM t ORDER BY desc DESC, a DESC"),
            "SELECT a FROM t ORDER BY new_name DESC, a DESC");
  EXPECT_EQ(renamed("end", "CASE WHEN a > end THEN end ELSE end END"),
            "CASE WHEN a > new_name THEN new_name ELSE new_name END");
  EXPECT_EQ(renamed("key", "key IS NOT NULL AND (key > 1)"),
            "new_name IS NOT NULL AND (new_name > 1)");
  EXPECT_EQ(renamed("like", "`like` LIKE 'x'"), "`new_name` LIKE 'x'");
  EXPECT_EQ(renamed("after", "after > 5 and before < after"), "new_name > 5 and before < new_name");
  EXPECT_EQ(renamed("row", "AFTER INSERT ON t FOR EACH ROW BEGIN SELECT row FROM t; END"),
            "AFTER INSERT ON t FOR EACH ROW BEGIN SELECT new_name FROM t; END");
}

TEST(RenameColumnInText, TablesAndAliasesAreNotColumns) {
  EXPECT_EQ(renamed("t", "SELECT t FROM t WHERE t.t > 0 AND t < 1"),
            "SELECT new_name FROM t WHERE t.new_name > 0 AND new_name < 1");
  EXPECT_EQ(renamed("nombre", "SELECT a nombre, nombre FROM t nombre, nombre JOIN nombre"),
            "SELECT a nombre, new_name FROM t nombre, nombre JOIN nombre");
  EXPECT_EQ(renamed("x", "SELECT (1) x, 'a' x, x + x, sum(x) x FROM main.x"),
            "SELECT (1) x, 'a' x, new_name + new_name, sum(new_name) x FROM main.x");
  EXPECT_EQ(renamed("x", "INSERT INTO x (x, y) SELECT x, y FROM t"),
            "INSERT INTO x (new_name, y) SELECT new_name, y FROM t");
}

TEST(RenameTableInText, AnAliasOfAnotherTableStays) {
  EXPECT_EQ(table("SELECT pedido.a FROM x AS pedido"), "SELECT pedido.a FROM x AS pedido");
  EXPECT_EQ(table("SELECT pedido.a FROM x pedido WHERE pedido.b > 0"),
            "SELECT pedido.a FROM x pedido WHERE pedido.b > 0");
}

TEST(TablesIn, TablesWithNamesThatSomewhereElseAreKeywords) {
  EXPECT_EQ(tables_in(any("SELECT 1 FROM fail WHERE x")), (Names{"fail"}));
  EXPECT_EQ(tables_in(any("UPDATE OR FAIL ignore SET x = 1")), (Names{"ignore"}));
  EXPECT_EQ(tables_in(any("UPDATE ignore SET x = 1")), (Names{"ignore"}));
}

TEST(RenameTableInText, WhereATableStands) {
  EXPECT_EQ(table("SELECT * FROM pedido"), "SELECT * FROM orden");
  EXPECT_EQ(table("SELECT * FROM a, pedido"), "SELECT * FROM a, orden");
  EXPECT_EQ(table("SELECT * FROM a JOIN pedido ON a.id = pedido.id"),
            "SELECT * FROM a JOIN orden ON a.id = orden.id");
  EXPECT_EQ(table("SELECT * FROM (a JOIN pedido USING (id)), c"),
            "SELECT * FROM (a JOIN orden USING (id)), c");
  EXPECT_EQ(table("SELECT x FROM a WHERE EXISTS (SELECT 1 FROM pedido WHERE pedido.a = a.id)"),
            "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM orden WHERE orden.a = a.id)");
  EXPECT_EQ(table("SELECT * FROM main.pedido"), "SELECT * FROM main.orden");
  EXPECT_EQ(table("INSERT INTO pedido(a) VALUES (1)"), "INSERT INTO orden(a) VALUES (1)");
  EXPECT_EQ(table("UPDATE OR IGNORE pedido SET a = 1"), "UPDATE OR IGNORE orden SET a = 1");
  EXPECT_EQ(table("SELECT \"pedido\".a FROM `pedido`"), "SELECT \"orden\".a FROM `orden`");
}

TEST(RenameTableInText, NotAColumnOfTheSameName) {
  EXPECT_EQ(table("SELECT pedido FROM pedido WHERE pedido > 0"),
            "SELECT pedido FROM orden WHERE pedido > 0");
  EXPECT_EQ(table("SELECT a, pedido FROM b"), "SELECT a, pedido FROM b");
  EXPECT_EQ(table("SELECT x.pedido FROM x"), "SELECT x.pedido FROM x");
}

TEST(RenameTableInText, NotWhatFollowsFromInAFunction) {
  EXPECT_EQ(table("SELECT trim(both from pedido), extract(year from pedido) FROM a"),
            "SELECT trim(both from pedido), extract(year from pedido) FROM a");
  EXPECT_EQ(table("SELECT 1 FROM a WHERE x IS DISTINCT FROM pedido"),
            "SELECT 1 FROM a WHERE x IS DISTINCT FROM pedido");
}

TEST(RenameTableInText, NotInStrings) {
  EXPECT_EQ(table("SELECT 'FROM pedido' FROM pedido"), "SELECT 'FROM pedido' FROM orden");
}

TEST(RenameTableInText, TriggerHeadsAndBodies) {
  EXPECT_EQ(table("AFTER INSERT ON pedido BEGIN UPDATE pedido SET pedido = 1; END"),
            "AFTER INSERT ON orden BEGIN UPDATE orden SET pedido = 1; END");
  EXPECT_EQ(table("AFTER UPDATE OF pedido ON pedido BEGIN DELETE FROM x; END"),
            "AFTER UPDATE OF pedido ON orden BEGIN DELETE FROM x; END");
  EXPECT_EQ(table("BEFORE DELETE ON pedido FOR EACH ROW SET NEW.pedido = 1"),
            "BEFORE DELETE ON orden FOR EACH ROW SET NEW.pedido = 1");
}

TEST(RenameTableInText, UpdateOfADuplicateKeyNamesAColumn) {
  EXPECT_EQ(table("AFTER INSERT ON x FOR EACH ROW INSERT INTO y VALUES (1) ON DUPLICATE KEY UPDATE "
                  "pedido = 2"),
            "AFTER INSERT ON x FOR EACH ROW INSERT INTO y VALUES (1) ON DUPLICATE KEY UPDATE "
            "pedido = 2");
}

TEST(TablesIn, FindsEveryTable) {
  EXPECT_EQ(tables_in(any("SELECT a.x FROM A a LEFT JOIN `b c` ON a.id = 1, (SELECT 1 FROM d) e")),
            (Names{"a", "b c", "d"}));
  EXPECT_EQ(tables_in({"", "SELECT 1 FROM m", "SELECT 1 FROM s"}), (Names{"m", "s"}));
  EXPECT_EQ(tables_in(any("SELECT 1 FROM a UNION SELECT 2 FROM b ORDER BY c, d")),
            (Names{"a", "b"}));
  EXPECT_EQ(tables_in(any("WITH w AS (SELECT 1 FROM a) SELECT 1 FROM w")), (Names{"a", "w"}));
}

TEST(QualifiersOf, TheTableAndItsAliases) {
  EXPECT_EQ(qualifiers_of(any("SELECT 1 FROM t AS a JOIN t b ON a.x = b.x JOIN u c ON 1"), "t"),
            (Names{"t", "a", "b"}));
  EXPECT_EQ(qualifiers_of(any("SELECT 1 FROM t WHERE x"), "t"), (Names{"t"}));
}

}  // namespace
}  // namespace dbmig::ops
