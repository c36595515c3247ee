#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "lint/lint.hpp"
#include "yaml/revision.hpp"

namespace dbmig::lint {

/// pais, usuario and ancho, with some of everything, as the operations of a revision.
inline constexpr const char* kBase = R"yaml(
- create_table:
    pais:
      columns:
        id: {type: integer, autoincrement: true}
        codigo: {type: char(2), nullable: false}
        nombre: varchar(64)
      primary_key: [id]
      unique: {uq_pais_codigo: [codigo]}
- create_table:
    usuario:
      columns:
        id: {type: integer, autoincrement: true}
        correo: {type: varchar(120), nullable: false}
        nombre: varchar(64)
        saldo: {type: "decimal(10,2)", nullable: false, default: 0}
        nivel: "enum('alto','bajo')"
        pais_id: integer
        notas: text
      primary_key: [id]
      unique: {uq_usuario_correo: [correo]}
      indexes: {ix_usuario_pais: [pais_id]}
      foreign_keys: {fk_usuario_pais: {columns: [pais_id], references: pais(id)}}
      checks: {ck_usuario_saldo: saldo >= 0}
- create_table: {suelto: {columns: {a: integer, b: integer}}}
- create_view: {name: ricos, sql: SELECT correo FROM usuario WHERE saldo > 1000}
- create_trigger:
    name: tr_usuario
    table: usuario
    sql: "AFTER UPDATE ON usuario BEGIN UPDATE pais SET nombre = NEW.nombre; END"
    only: sqlite
)yaml";

inline std::string indented(const std::string& text) {
  return text::replace_all("\n" + text, "\n", "\n  ") + "\n";
}

/// A revision `b` with these operations, and with what else `more` says.
inline history::Revision revision(const std::string& operations, const std::string& more = {}) {
  return yaml::parse_revision(
      "revision: b\nparents: [a]\nupgrade:" + indented(operations) + "\n" + more, "b.yaml");
}

inline schema::Schema base_schema() {
  return history::apply(
      {}, yaml::parse_revision("revision: a\nparents: []\nupgrade:" + indented(kBase), "a.yaml"));
}

/// Lints a revision with these operations on the tables of kBase.
inline Result lint_operations(const std::string& operations, const Options& options = {},
                              const std::string& more = {}, const Evidence& evidence = {}) {
  schema::Schema schema = base_schema();
  return lint(revision(operations, more), schema, options, evidence);
}

inline std::vector<std::string> codes_in(const Result& result) {
  std::vector<std::string> list;
  for (const Finding& finding : result.findings) list.push_back(finding.code);
  return list;
}

}  // namespace dbmig::lint
