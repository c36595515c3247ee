#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ops/operation.hpp"
#include "schema/type.hpp"

namespace dbmig::ops {

inline schema::Column column(std::string name, std::string_view type = "integer") {
  schema::Column made;
  made.name = std::move(name);
  made.type = schema::parse_type(type);
  return made;
}

inline schema::Table table(std::string name, std::vector<schema::Column> columns) {
  schema::Table made;
  made.name = std::move(name);
  made.columns = std::move(columns);
  return made;
}

inline schema::SqlText sql(std::string text) {
  return {std::move(text), {}, {}};
}

/// pais(id, nombre) with a primary key and a unique constraint; usuario(id, correo, saldo, doble,
/// pais_id) with one of everything, referring to pais; a view and a trigger on usuario.
inline schema::Schema sample() {
  schema::Schema schema;
  schema::Table pais = table("pais", {column("id"), column("nombre", "varchar(64)")});
  pais.columns[0].nullable = false;
  pais.primary_key = schema::PrimaryKey{"pk_pais", {"id"}, {}};
  pais.uniques.push_back({"uq_pais_nombre", {"nombre"}, {}});
  schema::Table usuario = table("usuario", {column("id"), column("correo", "varchar(120)"),
                                            column("saldo"), column("doble"), column("pais_id")});
  usuario.columns[0].nullable = false;
  usuario.columns[3].generated = schema::Generated{sql("saldo * 2"), false};
  usuario.primary_key = schema::PrimaryKey{"pk_usuario", {"id"}, {}};
  usuario.uniques.push_back({"uq_usuario_correo", {"correo"}, {}});
  schema::Index index;
  index.name = "ix_usuario_saldo";
  index.parts.push_back({"saldo", {}, false, 0, {}});
  index.where = sql("saldo > 0");
  usuario.indexes.push_back(index);
  schema::ForeignKey key;
  key.name = "fk_usuario_pais";
  key.columns = {"pais_id"};
  key.referenced_table = "pais";
  key.referenced_columns = {"id"};
  usuario.foreign_keys.push_back(key);
  usuario.checks.push_back({"ck_usuario_saldo", sql("saldo >= 0")});
  schema.tables = {{"pais", pais}, {"usuario", usuario}};
  schema.views["ricos"] = {"ricos", sql("SELECT correo FROM usuario WHERE saldo > 1000"), {}, {}};
  schema.triggers["tr_usuario"] = {
      "tr_usuario",
      "usuario",
      sql("AFTER UPDATE OF saldo ON usuario BEGIN UPDATE pais SET nombre = NEW.correo; END"),
      {}};
  schema.routines[{schema::RoutineKind::sequence, "numeros"}] = {
      schema::RoutineKind::sequence, "numeros", "start with 7", {}};
  return schema;
}

}  // namespace dbmig::ops
