#include "dialect/sqlite/parse_create.hpp"

#include "dialect/sqlite/cursor.hpp"
#include "dialect/sqlite/expression.hpp"

namespace dbmig::dialect::sqlite {
namespace {

void accept_if_not_exists(Cursor& cursor) {
  if (cursor.is("IF") && cursor.is("NOT", 1) && cursor.is("EXISTS", 2)) {
    cursor.next();
    cursor.next();
    cursor.next();
  }
}

void expect_create(Cursor& cursor, std::string_view what) {
  cursor.expect("CREATE");
  if (!cursor.accept("TEMP")) cursor.accept("TEMPORARY");
  cursor.expect(what);
  accept_if_not_exists(cursor);
}

}  // namespace

ParsedIndex parse_create_index(std::string_view sql) {
  Cursor cursor(sql);
  ParsedIndex parsed;
  cursor.expect("CREATE");
  parsed.index.unique = cursor.accept("UNIQUE");
  cursor.expect("INDEX");
  accept_if_not_exists(cursor);
  parsed.index.name = cursor.qualified_name();
  cursor.expect("ON");
  parsed.table = cursor.name();
  for (const std::string& part : cursor.list()) {
    parsed.index.parts.push_back(parse_index_part(part));
  }
  if (cursor.accept("WHERE")) parsed.index.where.any = cursor.rest();
  return parsed;
}

schema::Table parse_create_virtual_table(std::string_view sql) {
  Cursor cursor(sql);
  schema::Table table;
  cursor.expect("CREATE");
  cursor.expect("VIRTUAL");
  cursor.expect("TABLE");
  accept_if_not_exists(cursor);
  table.name = cursor.qualified_name();
  cursor.expect("USING");
  table.sqlite.module = cursor.rest();
  table.only = DialectKind::sqlite;
  return table;
}

schema::View parse_create_view(std::string_view sql) {
  Cursor cursor(sql);
  schema::View view;
  expect_create(cursor, "VIEW");
  view.name = cursor.qualified_name();
  if (cursor.is_symbol('(')) {
    for (const std::string& column : cursor.list()) view.columns.push_back(Cursor(column).name());
  }
  cursor.expect("AS");
  view.sql.any = cursor.rest();
  return view;
}

schema::Trigger parse_create_trigger(std::string_view sql) {
  Cursor cursor(sql);
  schema::Trigger trigger;
  expect_create(cursor, "TRIGGER");
  trigger.name = cursor.qualified_name();
  trigger.sql.any = Cursor(cursor).rest();
  // [BEFORE|AFTER|INSTEAD OF] DELETE|INSERT|UPDATE [OF columns] ON table
  while (!cursor.accept("ON")) cursor.next();
  trigger.table = cursor.qualified_name();
  return trigger;
}

}  // namespace dbmig::dialect::sqlite
