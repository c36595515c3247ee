// A revision that each code finds something in, and one that nearly is such.

#include "lint/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support.hpp"

namespace dbmig::lint {
namespace {

using testing::Contains;
using testing::Not;

struct Trial {
  const char* code;
  const char* found;   ///< operations in which the code finds something
  const char* nearly;  ///< and others in which it does not
};

// Operations that stand for "nothing else": used where the opposite is the absence of the change.
const std::vector<Trial> kTrials{
    {"DS101", "- drop_table: suelto", R"(
- create_table: {nueva: {columns: {id: integer}, primary_key: [id]}}
- rename_table: {name: nueva, to: otra}
- drop_table: otra)"},
    {"DS101", "- execute: {sql: DROP TABLE suelto, state: [{drop_table: suelto}]}",
     "- drop_view: ricos"},
    {"DS102", "- drop_column: {table: usuario, name: notas}", R"(
- add_column: {table: usuario, name: n, type: text}
- drop_column: {table: usuario, name: n})"},
    {"DS103", "- alter_column: {table: usuario, name: nombre, type: varchar(10)}",
     "- alter_column: {table: usuario, name: nombre, type: varchar(100)}"},
    {"DS103", "- alter_column: {table: usuario, name: nivel, type: \"enum('alto')\"}", R"(
- create_table: {nueva: {columns: {id: bigint}, primary_key: [id]}}
- alter_column: {table: nueva, name: id, type: integer})"},
    {"DS104", "- alter_column: {table: suelto, name: b, generated: {sql: a + 1, stored: true}}",
     "- add_column: {table: suelto, name: c, type: integer, generated: {sql: a + 1}}"},
    {"DS105", "- execute: DROP TABLE suelto", "- execute: DROP VIEW ricos"},
    {"DS105", "- execute: TRUNCATE TABLE suelto",
     "- execute: \"CREATE TABLE tmp (a int); INSERT INTO tmp SELECT a FROM suelto; DROP TABLE "
     "tmp\""},
    {"DS105", "- execute: ALTER TABLE suelto ADD c int, DROP COLUMN b",
     "- execute: ALTER TABLE suelto DROP INDEX ix"},
    {"DS105", "- execute: ALTER TABLE suelto TRUNCATE PARTITION p0",
     "- execute: ALTER TABLE suelto ADD PARTITION (PARTITION p0 VALUES LESS THAN (1))"},
    {"DS106", "- execute: DELETE FROM suelto",
     "- execute: DELETE FROM suelto WHERE a IN (SELECT a FROM usuario)"},
    {"DS106", "- execute: DELETE FROM suelto RETURNING (SELECT 1 WHERE 1)", R"(
- create_table: {nueva: {columns: {id: integer}, primary_key: [id]}}
- execute: DELETE FROM nueva)"},
    {"DS107", "- drop_constraint: {table: usuario, name: fk_usuario_pais, kind: foreign_key}", R"(
- drop_constraint: {table: usuario, name: fk_usuario_pais, kind: foreign_key}
- create_foreign_key: {table: usuario, name: fk2, columns: [pais_id], references: pais(id),
                       on_delete: cascade})"},
    {"DS107", "- drop_constraint: {table: usuario, name: ck_usuario_saldo, kind: check}", R"(
- drop_constraint: {table: usuario, name: ck_usuario_saldo, kind: check}
- drop_column: {table: usuario, name: saldo})"},
    {"DS108", R"(
- create_table:
    apunte:
      columns: {id: integer, usuario_id: integer, notas: text}
      primary_key: [id]
      foreign_keys: {fk_apunte: {columns: [usuario_id], references: usuario(id)}}
- drop_column: {table: usuario, name: notas})",
     R"(
- create_table:
    apunte:
      columns: {id: integer, usuario_id: integer, notas: text}
      primary_key: [id]
      foreign_keys: {fk_apunte: {columns: [usuario_id], references: usuario(id)}}
- execute: INSERT INTO apunte (usuario_id, notas) SELECT id, notas FROM usuario
- drop_column: {table: usuario, name: notas})"},
    {"DS108", R"(
- create_table: {nuevo: {columns: {a: integer, b: integer, c: text}}}
- drop_table: suelto)",
     R"(
- create_table: {nuevo: {columns: {x: integer, y: integer}}}
- drop_table: suelto)"},
    {"DS107", "- drop_constraint: {table: usuario, name: uq_usuario_correo, kind: unique}", R"(
- drop_constraint: {table: usuario, name: uq_usuario_correo, kind: unique}
- create_index: {table: usuario, name: ux, columns: [correo], unique: true})"},
    {"DD201", "- add_column: {table: suelto, name: c, type: integer, nullable: false}",
     "- add_column: {table: suelto, name: c, type: integer, nullable: false, default: 1}"},
    {"DD201", R"(
- create_table: {nueva: {columns: {id: integer}, primary_key: [id]}}
- bulk_insert: {table: nueva, columns: [id], rows: [[1]]}
- add_column: {table: nueva, name: c, type: integer, nullable: false})",
     R"(
- create_table: {nueva: {columns: {id: integer}, primary_key: [id]}}
- add_column: {table: nueva, name: c, type: integer, nullable: false})"},
    {"DD202", "- alter_column: {table: usuario, name: nombre, nullable: false}", R"(
- execute: UPDATE usuario SET nombre = '' WHERE nombre IS NULL
- alter_column: {table: usuario, name: nombre, nullable: false})"},
    {"DD202", R"(
- execute: UPDATE usuario SET correo = '' WHERE id = 0
- alter_column: {table: usuario, name: notas, nullable: false})",
     "- alter_column: {table: usuario, name: correo, nullable: false, comment: mail}"},
    {"DD203", "- create_unique_constraint: {table: usuario, name: uq, columns: [nombre]}", R"(
- create_table: {nueva: {columns: {id: integer, n: integer}, primary_key: [id]}}
- create_unique_constraint: {table: nueva, name: uq, columns: [n]})"},
    {"DD203", "- create_index: {table: usuario, name: ux, columns: [nombre], unique: true}",
     "- create_index: {table: usuario, name: ux, columns: [nombre, correo], unique: true}"},
    {"DD203", R"(
- add_column: {table: usuario, name: alias, type: varchar(10), default: x}
- create_unique_constraint: {table: usuario, name: uq, columns: [alias]})",
     R"(
- add_column: {table: usuario, name: alias, type: varchar(10)}
- create_unique_constraint: {table: usuario, name: uq, columns: [alias]})"},
    {"DD203", R"(
- drop_constraint: {table: usuario, name: uq_usuario_correo, kind: unique}
- create_index: {table: usuario, name: ux, columns: [correo(10)], unique: true})",
     R"(
- drop_constraint: {table: usuario, name: uq_usuario_correo, kind: unique}
- create_unique_constraint: {table: usuario, name: uq2, columns: [correo]})"},
    {"DD204", "- create_primary_key: {table: suelto, columns: [a]}", R"(
- drop_constraint: {table: pais, kind: primary_key}
- create_primary_key: {table: pais, columns: [id, codigo]})"},
    {"DD205", "- create_check_constraint: {table: usuario, name: ck, sql: saldo < 1000}", R"(
- drop_constraint: {table: usuario, name: ck_usuario_saldo, kind: check}
- create_check_constraint: {table: usuario, name: ck_otro, sql: saldo >= 0})"},
    {"DD206", "- create_foreign_key: {table: suelto, name: fk, columns: [a], references: pais(id)}",
     R"(
- add_column: {table: suelto, name: pais_id, type: integer}
- create_foreign_key: {table: suelto, name: fk, columns: [pais_id], references: pais(id)})"},
    {"DD206", R"(
- add_column: {table: suelto, name: pais_id, type: integer, nullable: false, default: 1}
- create_foreign_key: {table: suelto, name: fk, columns: [pais_id], references: pais(id)})",
     R"(
- drop_constraint: {table: usuario, name: fk_usuario_pais, kind: foreign_key}
- create_foreign_key: {table: usuario, name: fk2, columns: [pais_id], references: pais(id),
                       on_delete: cascade})"},
    {"DD207",
     "- alter_column: {table: usuario, name: correo, mariadb: {collation: utf8mb4_general_ci}}",
     "- alter_column: {table: usuario, name: nombre, mariadb: {collation: utf8mb4_general_ci}}"},
    {"DD207", "- alter_column: {table: usuario, name: correo, sqlite: {collation: nocase}}",
     "- alter_column: {table: usuario, name: correo, mariadb: {collation: utf8mb4_bin}}"},
    {"DD207", "- alter_table: {table: usuario, mariadb: {collation: utf8mb4_general_ci}}",
     "- alter_table: {table: usuario, mariadb: {collation: utf8mb4_bin}}"},
    {"DD207", "- alter_table: {table: usuario, mariadb: {charset: utf8mb4}}",
     "- alter_table: {table: suelto, mariadb: {charset: utf8mb4}}"},
    {"DD208", "- bulk_insert: {table: pais, columns: [id, codigo], rows: [[1, es]]}",
     "- bulk_insert: {table: suelto, columns: [a], rows: [[1]]}"},
    {"BC301", "- rename_table: {name: suelto, to: libre}", R"(
- rename_table: {name: suelto, to: libre}
- create_view: {name: suelto, sql: SELECT a FROM libre})"},
    {"BC302", "- alter_column: {table: suelto, name: a, rename: x}", R"(
- add_column: {table: suelto, name: c, type: integer}
- alter_column: {table: suelto, name: c, rename: x})"},
    {"BC303", "- alter_column: {table: suelto, name: a, type: varchar(20)}",
     "- alter_column: {table: suelto, name: a, type: bigint}"},
    {"BC304",
     "- alter_column: {table: usuario, name: nivel, type: \"enum('medio','alto','bajo')\"}",
     "- alter_column: {table: usuario, name: nivel, type: \"enum('alto','bajo','medio')\"}"},
    {"BC305", "- alter_column: {table: usuario, name: saldo, default: null}",
     "- alter_column: {table: usuario, name: saldo, default: 5}"},
    {"BC305", "- add_column: {table: suelto, name: c, type: integer, nullable: false}",
     "- add_column: {table: suelto, name: c, type: integer, nullable: false, default: 1}"},
    {"BC306", "- drop_view: ricos", R"(
- drop_view: ricos
- create_view: {name: ricos, sql: SELECT correo FROM usuario WHERE saldo > 9})"},
    {"BC306", "- drop_trigger: tr_usuario", "- drop_table: suelto"},
    {"BC307", R"(
- create_view: {name: w, sql: SELECT notas FROM usuario}
- drop_column: {table: usuario, name: notas})",
     R"(
- create_view: {name: w, sql: SELECT 'notas' FROM usuario}
- drop_column: {table: usuario, name: notas})"},
    {"BC307", R"(
- create_procedure: {name: p, sql: "() BEGIN SELECT a FROM suelto; END"}
- rename_table: {name: suelto, to: libre})",
     R"(
- create_procedure: {name: p, sql: "() BEGIN SELECT 'suelto' FROM pais; END"}
- rename_table: {name: suelto, to: libre})"},
    {"BC308", "- add_column: {table: suelto, name: c, type: integer, after: a}",
     "- add_column: {table: suelto, name: c, type: integer, after: b}"},
    {"BC309", R"(
- create_view: {name: w, sql: SELECT notas FROM usuario}
- drop_column: {table: usuario, name: notas}
- drop_view: w
- create_view: {name: w, sql: SELECT id FROM usuario})",
     R"(
- create_view: {name: w, sql: SELECT notas FROM usuario}
- drop_view: w
- create_view: {name: w, sql: SELECT id FROM usuario}
- drop_column: {table: usuario, name: notas})"},
    {"BC309", R"(
- create_view: {name: w, sql: SELECT a FROM suelto}
- drop_view: w
- drop_table: suelto
- create_view: {name: w, sql: SELECT id FROM usuario})",
     R"(
- create_view: {name: w, sql: SELECT a FROM suelto}
- drop_view: w
- create_view: {name: w, sql: SELECT id FROM usuario}
- drop_table: suelto)"},
    {"BC310", "- create_procedure: {name: p, sql: \"() BEGIN SELECT id FROM usuarios; END\"}",
     "- create_procedure: {name: p, sql: \"() BEGIN SELECT id FROM usuario; END\"}"},
    {"BC310", R"sql(
- create_procedure:
    name: p
    sql: "() BEGIN UPDATE usuario SET saldo = 0; UPDATE usuario SET sueldo = 0; END")sql",
     R"sql(
- create_procedure:
    name: p
    sql: >-
      (IN correo2 INT) BEGIN DECLARE sueldo INT; DECLARE c CURSOR FOR SELECT id FROM usuario;
      CREATE TEMPORARY TABLE usuarix (a int); INSERT INTO usuarix (b) VALUES (1);
      PREPARE s FROM 'SELECT * FROM usuarios'; SELECT id INTO sueldo FROM usuario LIMIT 1;
      INSERT INTO usuario (correo) VALUES ('a'); SET sueldo = 5;
      DELETE FROM usuaris USING usuario AS usuaris WHERE usuaris.id = 1;
      WITH paiz AS (SELECT 1 AS uno) SELECT paiz.uno, otra.usuarios.nada FROM paiz;
      SELECT CASE WHEN u.codigo = 'a' THEN 1 ELSE 2 END FROM pais u WHERE u.codigo > 0;
      SELECT u.correo FROM usuario u, (SELECT 1 AS nada) paix WHERE paix.nada = u.id;
      SELECT TRIM(correo2 FROM x.usuarios) FROM otra.usuarios x; END)sql"},
    {"BC310", R"sql(
- create_trigger:
    name: tr
    table: suelto
    only: mariadb
    sql: "AFTER INSERT ON suelto FOR EACH ROW INSERT INTO pais (codigo, nombra) VALUES ('a', 'b')")sql",
     R"sql(
- create_trigger:
    name: tr
    table: suelto
    only: mariadb
    sql: >-
      AFTER INSERT ON suelto FOR EACH ROW
      INSERT INTO pais (codigo, nombre) VALUES (NEW.nada, OLD.nada))sql"},
    {"BC310",
     "- create_function: {name: f, sql: \"() RETURNS INT RETURN (SELECT max(p.codig) FROM pais AS "
     "p)\"}",
     "- create_function: {name: f, sql: \"() RETURNS INT RETURN (SELECT max(p.codigo) FROM pais AS "
     "p)\"}"},
    {"IR501", "- execute: UPDATE suelto SET a = 1",
     "- bulk_insert: {table: pais, columns: [id, codigo], rows: [[1, es]]}"},
    {"IR501", "- bulk_insert: {table: suelto, columns: [a], rows: [[1]]}",
     "- execute: {state: [{drop_view: ricos}]}"},
    {"IR502", "- execute: CREATE TABLE otra (a int)",
     "- execute: {sql: CREATE TABLE otra (a int), state: [{create_table: {otra: {columns: {a: "
     "integer}}}}]}"},
    {"IR502", "- execute: CREATE OR REPLACE DEFINER=a@b VIEW w AS SELECT 1",
     "- execute: \"CREATE TEMPORARY TABLE t (a int); INSERT INTO t SELECT a FROM suelto\""},
    {"IR502", "- execute: \"CREATE TABLE t (a int); DROP TABLE u\"",
     "- execute: \"CREATE TABLE t (a int); DROP TABLE t\""},
    {"IR503", "- execute: \"UPDATE suelto SET a = 1; COMMIT\"",
     "- execute: UPDATE suelto SET a = 'commit'"},
    {"IR503", "- execute: {mariadb: LOCK TABLES suelto WRITE}",
     "- execute: {mariadb: \"BEGIN NOT ATOMIC UPDATE suelto SET a = 1; END\"}"},
    {"ND601", "- execute: UPDATE suelto SET a = now()",
     "- execute: UPDATE suelto SET a = 'now()' /* now() */"},
    {"ND601", "- execute: {sqlite: \"UPDATE suelto SET a = strftime('%s', 'now')\"}",
     "- execute: {sqlite: \"UPDATE suelto SET a = strftime('%s', b)\"}"},
    {"ND601", "- execute: INSERT INTO suelto VALUES (CURRENT_TIMESTAMP, 1)",
     "- execute: {mariadb: \"CREATE TRIGGER t BEFORE INSERT ON suelto FOR EACH ROW SET NEW.a = "
     "now()\"}"},
    {"ND602", "- execute: UPDATE suelto SET a = Random ()",
     "- execute: UPDATE suelto SET rand = (uuid)"},
    {"ND602", "- execute: CREATE TABLE x AS SELECT uuid()",
     "- execute: CREATE TABLE x (a text DEFAULT (uuid()))"},
    {"ND603", "- execute: {mariadb: \"UPDATE suelto SET a = (@n := @n + 1)\"}",
     "- execute: {mariadb: \"UPDATE suelto SET a = 'x@n'\"}"},
    {"ND603", "- execute: {mariadb: \"SET SESSION a = @@version\"}",
     "- execute: {mariadb: \"UPDATE suelto SET user = 1\"}"},
    {"ND603", "- execute: UPDATE suelto SET a = user()",
     "- execute: UPDATE suelto SET a = (SELECT t.user FROM suelto t)"},
    {"ND604", "- execute: UPDATE suelto SET a = (SELECT id FROM pais LIMIT 1)",
     "- execute: UPDATE suelto SET a = (SELECT id FROM pais ORDER BY id LIMIT 1)"},
    {"ND604", "- execute: DELETE FROM suelto LIMIT 10",
     "- execute: DELETE FROM suelto WHERE EXISTS (SELECT 1 FROM pais LIMIT 1)"},
    {"ND605", "- create_view: {name: w, sql: SELECT * FROM suelto}",
     "- create_view: {name: w, sql: SELECT count(*) AS n FROM suelto}"},
    {"ND605", "- create_view: {name: w, sql: SELECT s.* FROM suelto s}",
     "- create_view: {name: w, sql: SELECT a * b AS n FROM suelto}"},
    {"ND606", "- create_table: {n: {columns: {s: varchar(9)}, checks: {c: s <> 'ABC'}}}",
     "- create_table: {n: {columns: {s: varchar(9)}, checks: {c: s <> ''}}}"},
    {"ND606",
     "- create_table: {n: {columns: {s: varchar(9), g: {type: boolean, generated: {sql: s LIKE "
     "'caf%'}}}}}",
     "- create_table: {n: {columns: {s: varchar(9), g: {type: boolean, generated: {sql: s LIKE "
     "'caf%'}}}, only: mariadb}}"},
    {"ND606",
     "- create_table: {n: {columns: {s: varchar(9), t: varchar(9)}, checks: {c: \"s IN ('a', "
     "t)\"}}}",
     "- create_table: {n: {columns: {s: varchar(9), t: varchar(9)}, checks: {c: \"s IN ('a', "
     "t)\"}, "
     "mariadb: {collation: utf8mb4_bin}}}"},
    {"ND606", R"(
- create_table: {n: {columns: {i: integer, s: varchar(9)}}}
- create_view: {name: w, sql: "SELECT i FROM n WHERE s = 'ABC'"})",
     R"(
- create_table: {n: {columns: {i: integer, s: varchar(9)}}}
- create_view: {name: w, sql: "SELECT i FROM n WHERE s = ''"})"},
    {"ND606", R"(
- create_table: {n: {columns: {i: integer, s: varchar(9)}}}
- create_trigger: {name: w, table: n, sql: "AFTER INSERT ON n FOR EACH ROW BEGIN DELETE FROM pais WHERE NEW.s = 'x'; END"})",
     R"(
- create_table: {n: {columns: {i: integer, s: varchar(9)}}}
- create_trigger: {name: w, table: n, sql: "AFTER INSERT ON n FOR EACH ROW BEGIN DELETE FROM pais WHERE NEW.i = 1; END"})"},
    {"ND607", "- execute: \"UPDATE suelto SET a = b / 2\"",
     "- execute: {sqlite: \"UPDATE suelto SET a = b / 2\", mariadb: \"UPDATE suelto SET a = b DIV "
     "2\"}"},
    {"ND607", "- execute: \"CREATE TABLE zz (x int); DELETE FROM suelto WHERE \\\"a\\\" = 1\"",
     "- execute: \"CREATE TABLE zz (x int); DELETE FROM suelto WHERE a = 1\""},
    {"ND607", "- execute: \"INSERT INTO suelto (a) SELECT substr(a, 0, 2) FROM suelto\"",
     "- execute: \"INSERT INTO suelto (a) SELECT a + 1 FROM suelto\""},
    {"ND608", R"(- create_check_constraint: {table: suelto, name: ck, sql: {sqlite: '"aa" > 1'}})",
     R"(- create_check_constraint: {table: suelto, name: ck, sql: {sqlite: '"A" > 1'}})"},
    {"ND608", R"(- create_index: {table: suelto, name: ix, columns: [a], where: '"state" = 1'})",
     R"(- create_index: {table: suelto, name: ix, columns: [a], where: '"b" = 1 AND "rowid" > 1'})"},
    {"ND608", R"(
- create_table: {n: {columns: {i: integer, s: {type: text, generated: '"I" || "x"'}}}})",
     R"(
- create_table:
    n:
      columns: {i: integer, s: {type: text, generated: 'cast("I" AS "text") || ''x'''}}
      checks: {ck: '"n"."i" COLLATE "nocase" > 0'})"},
    {"FK701", "- create_foreign_key: {table: suelto, name: fk, columns: [a], references: pais(id)}",
     R"(
- create_foreign_key: {table: suelto, name: fk, columns: [a], references: pais(id)}
- create_index: {table: suelto, name: ix, columns: [a, b]})"},
    {"FK701", R"(
- create_table:
    nueva:
      columns: {id: integer, p: integer}
      primary_key: [id, p]
      foreign_keys: {fk: {columns: [p], references: pais(id)}})",
     R"(
- create_table:
    nueva:
      columns: {id: integer, p: integer}
      primary_key: [p, id]
      foreign_keys: {fk: {columns: [p], references: pais(id)}})"},
    {"FK702", R"(
- create_table:
    nueva:
      columns: {c: {type: char(2), mariadb: {collation: utf8mb4_bin}}}
      primary_key: [c]
      foreign_keys: {fk: {columns: [c], references: pais(codigo)}})",
     R"(
- create_table:
    nueva:
      columns: {c: char(2)}
      primary_key: [c]
      foreign_keys: {fk: {columns: [c], references: pais(codigo)}})"},
    {"FK703", "- drop_index: {table: usuario, name: ix_usuario_pais}", R"(
- drop_index: {table: usuario, name: ix_usuario_pais}
- create_index: {table: usuario, name: ix2, columns: [pais_id, nombre]})"},
    {"FK703", "- drop_constraint: {table: pais, kind: primary_key}",
     "- drop_constraint: {table: pais, name: uq_pais_codigo, kind: unique}"},
    {"PK801", "- create_table: {nueva: {columns: {a: integer}}}", R"(
- create_table: {nueva: {columns: {a: integer}}}
- rename_table: {name: nueva, to: otra}
- create_primary_key: {table: otra, columns: [a]})"},
    {"PK802", "- drop_constraint: {table: pais, kind: primary_key}", R"(
- drop_constraint: {table: pais, kind: primary_key}
- create_primary_key: {table: pais, columns: [codigo]})"},
    {"PK803",
     "- create_table: {n: {columns: {id: {type: mediumint, autoincrement: true}}, "
     "primary_key: [id]}}",
     "- create_table: {n: {columns: {id: {type: integer, autoincrement: true}}, primary_key: "
     "[id]}}"},
    {"PK804",
     "- create_table: {n: {columns: {id: {type: integer, autoincrement: true}}, "
     "primary_key: [id]}}",
     "- create_table: {n: {columns: {id: {type: bigint, autoincrement: true}}, primary_key: "
     "[id]}}"},
    {"PK805", "- create_table: {n: {columns: {x: double}, primary_key: [x]}}",
     "- create_table: {n: {columns: {x: \"decimal(9,2)\", y: double}, primary_key: [x]}}"},
    {"PK806", "- create_table: {n: {columns: {id: integer}, primary_key: [id]}}",
     "- create_table: {n: {columns: {id: {type: integer, autoincrement: true}}, primary_key: "
     "[id]}}"},
    {"PK806", R"(
- create_table: {n: {columns: {id: integer}}}
- create_primary_key: {table: n, columns: [id]})",
     R"(
- create_table:
    n:
      columns: {id: integer}
      primary_key: [id]
      foreign_keys: {fk: {columns: [id], references: pais(id)}})"},
    {"IX001", "- create_index: {table: usuario, name: ix2, columns: [pais_id]}",
     "- create_index: {table: usuario, name: ix2, columns: [pais_id desc]}"},
    {"IX001", "- create_index: {table: usuario, name: ix2, columns: [correo]}", R"(
- drop_index: {table: usuario, name: ix_usuario_pais}
- create_index: {table: usuario, name: ix2, columns: [pais_id]})"},
    {"IX002", "- create_index: {table: usuario, name: ix2, columns: [pais_id, nombre]}", R"(
- create_index: {table: usuario, name: ix2, columns: [pais_id, nombre]}
- drop_index: {table: usuario, name: ix_usuario_pais})"},
    {"IX002", R"(
- create_table:
    n: {columns: {a: integer, b: integer}, primary_key: [a, b], indexes: {ix: [a]}})",
     R"(
- create_table:
    n: {columns: {a: integer, b: integer}, primary_key: [a, b], indexes: {ix: [b]}})"},
    {"IX003", "- create_table: {n: {columns: {a: varchar(800)}, primary_key: [a]}}",
     "- create_table: {n: {columns: {a: varchar(768)}, primary_key: [a]}}"},
    {"IX003", "- create_index: {table: usuario, name: ix2, columns: [notas, nombre]}",
     "- create_index: {table: usuario, name: ix2, columns: [notas(20), nombre]}"},
    {"IX003", "- create_table: {n: {columns: {a: varchar(800)}, primary_key: [a]}}",
     "- create_table: {n: {columns: {a: varchar(800)}, primary_key: [a], mariadb: {charset: "
     "latin1}}}"},
    {"IX004", "- create_index: {table: usuario, name: ix2, columns: [notas]}",
     "- create_index: {table: usuario, name: ix2, columns: [notas], kind: fulltext}"},
    {"IX004", "- create_unique_constraint: {table: usuario, name: uq2, columns: [notas, nombre]}",
     "- create_unique_constraint: {table: usuario, name: uq2, columns: [nombre]}"},
    {"IX005", "- create_index: {table: suelto, name: ix, columns: [{expr: a + b}]}",
     "- create_index: {table: suelto, name: ix, columns: [a]}"},
    {"IX005", "- create_table: {n: {columns: {a: integer}, indexes: {ix: [{expr: a * 2}]}}}",
     "- create_table: {n: {columns: {a: integer}, indexes: {ix: [{expr: a * 2}]}, only: sqlite}}"},
    {"TY001", "- add_column: {table: suelto, name: unitPrice, type: double}",
     "- add_column: {table: suelto, name: unitPrice, type: \"decimal(9,2)\"}"},
    {"TY001", "- add_column: {table: suelto, name: TOTAL_COSTS, type: float}",
     "- add_column: {table: suelto, name: costumbre, type: float}"},
    {"TY002", "- add_column: {table: suelto, name: t, type: timestamp}",
     "- add_column: {table: suelto, name: t, type: datetime}"},
    {"TY003", "- add_column: {table: suelto, name: d, type: date, default: '0000-00-00'}",
     "- add_column: {table: suelto, name: d, type: varchar(20), default: '0000-00-00'}"},
    {"TY003", "- add_column: {table: suelto, name: d, type: date, default: '2020-01-00'}",
     "- add_column: {table: suelto, name: d, type: date, default: '2020-01-10'}"},
    {"TY004", "- create_table: {n: {columns: {a: integer}, mariadb: {engine: MyISAM}}}",
     "- create_table: {n: {columns: {a: integer}, mariadb: {engine: InnoDB}}}"},
    {"TY004", "- alter_table: {table: suelto, mariadb: {engine: Aria}}",
     "- alter_table: {table: suelto, comment: Aria}"},
    {"TY005", "- create_table: {n: {columns: {a: integer}, mariadb: {charset: latin1}}}",
     "- create_table: {n: {columns: {a: integer}, mariadb: {charset: utf8mb4}}}"},
    {"TY005",
     "- add_column: {table: suelto, name: x, type: text, mariadb: {collation: utf8mb3_bin}}",
     "- add_column: {table: suelto, name: x, type: text, mariadb: {charset: ascii}}"},
    {"TY006", R"(
- alter_table: {table: suelto, mariadb: {collation: latin1_bin}}
- alter_table: {table: suelto, mariadb: {charset: utf8mb4}})",
     R"(
- alter_table: {table: suelto, mariadb: {collation: latin1_bin}}
- alter_table: {table: suelto, mariadb: {charset: utf8mb4, collation: utf8mb4_bin}})"},
    {"TY007", "- add_column: {table: suelto, name: x, type: decimal}",
     "- add_column: {table: suelto, name: x, type: \"decimal(10,2)\"}"},
    {"TY007", "- create_table: {n: {columns: {a: numeric}}}",
     "- create_table: {n: {columns: {a: numeric}, only: mariadb}}"},
    {"TY008", R"(
- create_table: {n: {columns: {a: datetime}}}
- bulk_insert: {table: n, rows: [{a: "2024-01-01 10:00:00.7"}]})",
     R"(
- create_table: {n: {columns: {a: datetime(3)}}}
- bulk_insert: {table: n, rows: [{a: "2024-01-01 10:00:00.700000"}]})"},
    {"TY009", "- create_table: {n: {columns: {a: varchar(20)}}}",
     "- create_table: {n: {columns: {a: varchar(20)}, mariadb: {collation: utf8mb4_bin}}}"},
    {"TY009", "- create_table: {n: {columns: {a: varchar(20)}, mariadb: {charset: utf8mb4}}}",
     "- create_table: {n: {columns: {a: varchar(20)}, only: sqlite}}"},
    {"TY009", "- create_table: {n: {columns: {a: integer, b: text}}}",
     "- create_table: {n: {columns: {a: integer, b: {type: text, mariadb: {collation: "
     "utf8mb4_bin}}}}}"},
    {"NM901",
     "- create_view: {name: "
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv, sql: SELECT 1}",
     "- create_view: {name: "
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv, sql: SELECT 1}"},
    {"NM902", "- add_column: {table: suelto, name: order, type: integer}",
     "- add_column: {table: suelto, name: orders, type: integer}"},
    {"NM902", "- rename_table: {name: suelto, to: Group}",
     "- create_index: {table: suelto, name: index, columns: [a]}"},
    {"NM903", "- add_column: {table: suelto, name: mi columna, type: integer}",
     "- add_column: {table: suelto, name: año, type: integer}"},
    {"NM903", "- add_column: {table: suelto, name: 2nd, type: integer}",
     "- add_column: {table: suelto, name: n2, type: integer}"},
    {"NM904", "- rename_table: {name: suelto, to: Suelto}",
     "- alter_column: {table: suelto, name: a, rename: A}"},
    {"NM905", "- create_table: {USUARIO: {columns: {a: integer}, primary_key: [a]}}",
     "- rename_table: {name: suelto, to: SUELTO}"},
    {"NM905", "- create_view: {name: Pais, sql: SELECT 1}",
     "- create_view: {name: paises, sql: SELECT 1}"},
    {"NM906", "- create_view: {name: Dbmig_x, sql: SELECT 1}",
     "- create_view: {name: mi_dbmig_x, sql: SELECT 1}"},
};

class Rules : public testing::TestWithParam<Trial> {};

Options with_everything() {
  Options options;
  options.levels["PK804"] = Level::warning;
  return options;
}

TEST_P(Rules, FindsWhatItIsForAndNothingElse) {
  const Trial& trial = GetParam();
  EXPECT_THAT(codes_in(lint_operations(trial.found, with_everything())), Contains(trial.code))
      << trial.found;
  EXPECT_THAT(codes_in(lint_operations(trial.nearly, with_everything())), Not(Contains(trial.code)))
      << trial.nearly;
}

std::string trial_name(const testing::TestParamInfo<Trial>& info) {
  return std::string(info.param.code) + "_" + std::to_string(info.index);
}
INSTANTIATE_TEST_SUITE_P(Codes, Rules, testing::ValuesIn(kTrials), trial_name);

TEST(RuleTable, EveryCodeHasARuleAndATrial) {
  std::set<std::string_view> ruled;
  for (const Rule& rule : all_rules()) {
    EXPECT_NE(find_code(rule.code), nullptr) << rule.code;
    EXPECT_TRUE(ruled.insert(rule.code).second) << rule.code;
  }
  std::set<std::string_view> tried;
  for (const Trial& trial : kTrials) tried.insert(trial.code);
  for (const Code& code : codes()) {
    // What only a database can tell, and unused suppressions, are told elsewhere.
    if (code.id.starts_with("BL") || code.id == "DD209" || code.id == kUnusedSuppression) continue;
    EXPECT_EQ(ruled.count(code.id), 1U) << code.id;
    EXPECT_EQ(tried.count(code.id), 1U) << code.id;
  }
}

TEST(RuleTable, CodesAreOrderedUniqueAndInGroups) {
  std::set<std::string_view> ids;
  for (const Code& code : codes()) {
    EXPECT_TRUE(ids.insert(code.id).second) << code.id;
    EXPECT_TRUE(is_group(code.id.substr(0, 2))) << code.id;
    EXPECT_FALSE(code.title.empty()) << code.id;
    EXPECT_TRUE(code.page.ends_with('.')) << code.id;
  }
}

}  // namespace
}  // namespace dbmig::lint
