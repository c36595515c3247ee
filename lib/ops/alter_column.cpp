#include "ops/alter_column.hpp"

#include <utility>

namespace dbmig::ops {

AlterColumn changes_between(const std::string& table, const schema::Column& from,
                            const schema::Column& to) {
  AlterColumn change;
  change.table = table;
  change.name = from.name;
  if (from.name != to.name) change.rename = to.name;
  if (from.type != to.type) change.type = to.type;
  if (from.nullable != to.nullable) change.nullable = to.nullable;
  if (from.autoincrement != to.autoincrement) change.autoincrement = to.autoincrement;
  if (from.default_value != to.default_value) change.default_value = to.default_value;
  if (from.generated != to.generated) change.generated = to.generated;
  if (from.comment != to.comment) change.comment = to.comment;
  if (from.mariadb != to.mariadb) change.mariadb = to.mariadb;
  if (from.sqlite != to.sqlite) change.sqlite = to.sqlite;
  return change;
}

schema::Column changed(schema::Column column, const AlterColumn& change) {
  if (change.rename) column.name = *change.rename;
  if (change.type) column.type = *change.type;
  if (change.nullable) column.nullable = *change.nullable;
  if (change.autoincrement) column.autoincrement = *change.autoincrement;
  if (change.default_value) column.default_value = *change.default_value;
  if (change.generated) column.generated = *change.generated;
  if (change.comment) column.comment = *change.comment;
  if (change.mariadb) column.mariadb = *change.mariadb;
  if (change.sqlite) column.sqlite = *change.sqlite;
  return column;
}

bool is_empty(const AlterColumn& change) {
  AlterColumn nothing;
  nothing.table = change.table;
  nothing.name = change.name;
  return change == nothing;
}

}  // namespace dbmig::ops
