#include "backend/mariadb/inspect_column.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::mariadb::canonical_charset_name;
using dialect::mariadb::quote;

/// information_schema puts a `?` for each byte that is not text: the server is asked for the bytes.
std::optional<std::string> exact_bytes(Session& session, const std::string& table,
                                       const std::string& column) {
  // The outer join makes a row where the table has none.
  const Rows rows = session.query(
      fmt::format("SELECT HEX(DEFAULT({0})) FROM {1} RIGHT JOIN (SELECT 1 AS one) AS o ON 1 = 1 "
                  "LIMIT 1",
                  quote(column), quote(table)),
      {});
  if (rows.rows.empty() || !rows.rows[0][0]) return std::nullopt;
  return "X'" + *rows.rows[0][0] + '\'';
}

void read_default(const Catalog& rows, std::size_t row, Session& session, schema::Column& column) {
  auto text = rows.find(row, "COLUMN_DEFAULT");
  if (!text || column.generated) return;
  const bool maybe_bytes = schema::is_binary(column.type.kind) && text->starts_with('\'') &&
                           text->find('?') != std::string::npos;
  if (maybe_bytes) {
    if (auto bytes = exact_bytes(session, rows.text(row, "TABLE_NAME"), column.name)) text = bytes;
  }
  schema::Default value;
  value.kind = schema::Default::Kind::sql;
  value.sql.any = *text;
  column.default_value = dialect::mariadb::canonical_default(value, column.type);
}

/// EXTRA is a list of words: "auto_increment", "on update current_timestamp(6)", "INVISIBLE"…
void read_extra(const Catalog& rows, std::size_t row, schema::Column& column,
                std::vector<Unrepresented>& unrepresented) {
  const std::string extra = text::lower(rows.text(row, "EXTRA"));
  column.autoincrement = extra.find("auto_increment") != std::string::npos;
  column.mariadb.invisible = extra.find("invisible") != std::string::npos;
  constexpr std::string_view kOnUpdate = "on update ";
  if (const std::size_t at = extra.find(kOnUpdate); at != std::string::npos) {
    const std::string clock = extra.substr(at + kOnUpdate.size());
    column.mariadb.on_update =
        dialect::mariadb::canonical_clock(clock.substr(0, clock.find(')') + 1), column.type);
  }
  if (extra.find("without system versioning") != std::string::npos) {
    unrepresented.push_back(
        {fmt::format("column '{}.{}'", rows.text(row, "TABLE_NAME"), column.name),
         "its WITHOUT SYSTEM VERSIONING"});
  }
}

}  // namespace

schema::Column read_column(const Catalog& rows, std::size_t row, Session& session,
                           std::vector<Unrepresented>& unrepresented) {
  schema::Column column;
  column.name = rows.text(row, "COLUMN_NAME");
  std::string type = rows.text(row, "COLUMN_TYPE");
  // varchar(10) /*M!100301 COMPRESSED*/
  if (const std::size_t comment = type.find(" /*M!"); comment != std::string::npos) {
    column.mariadb.compressed = type.find("COMPRESSED", comment) != std::string::npos;
    type.erase(comment);
  }
  column.type = dialect::mariadb::parse_column_type(type);
  column.nullable = rows.is(row, "IS_NULLABLE", "YES");
  column.comment = rows.text(row, "COLUMN_COMMENT");
  if (rows.is(row, "IS_GENERATED", "ALWAYS")) {
    schema::Generated generated;
    generated.sql.any = rows.text(row, "GENERATION_EXPRESSION");
    generated.stored =
        text::upper(rows.text(row, "EXTRA")).find("STORED GENERATED") != std::string::npos;
    column.generated = std::move(generated);
  }
  if (dialect::mariadb::has_charset(column.type)) {
    column.mariadb.charset = canonical_charset_name(rows.text(row, "CHARACTER_SET_NAME"));
    column.mariadb.collation = canonical_charset_name(rows.text(row, "COLLATION_NAME"));
  }
  read_extra(rows, row, column, unrepresented);
  read_default(rows, row, session, column);
  return column;
}

}  // namespace dbmig::backend::mariadb
