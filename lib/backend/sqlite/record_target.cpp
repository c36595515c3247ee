#include "backend/sqlite/record_target.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "backend/sqlite/constraint_check.hpp"

namespace dbmig::backend::sqlite {

std::optional<unsigned> root_of_plain_table(SqliteConnection& connection,
                                            const std::string& table) {
  const Rows kind =
      query_about(connection,
                  "SELECT l.wr, l.strict, m.rootpage, m.sql FROM pragma_table_list AS l "
                  "JOIN sqlite_master AS m ON m.name = l.name WHERE l.schema = 'main' "
                  "AND l.type = 'table' AND m.type = 'table' AND l.name = ?1 COLLATE NOCASE "
                  "AND NOT EXISTS (SELECT 1 FROM sqlite_temp_master AS t "
                  "WHERE t.name = ?1 COLLATE NOCASE)",
                  table);
  if (kind.rows.size() != 1) return std::nullopt;
  const auto& row = kind.rows.front();
  if (row[0] != "0" || row[1] != "0") return std::nullopt;
  if (mentions(row[3].value_or(""), {"conflict"})) return std::nullopt;
  if (has_triggers(connection, table)) return std::nullopt;
  return static_cast<unsigned>(std::stoul(row[2].value_or("0")));
}

std::optional<RecordLayout> layout_of(SqliteConnection& connection, const std::string& table,
                                      const std::vector<std::string>& columns) {
  const Rows all = query_about(connection,
                               "SELECT name, type, \"notnull\", dflt_value, pk, hidden "
                               "FROM pragma_table_xinfo(?)",
                               table);
  // Another primary key than the rowid has an index.
  const bool has_rowid =
      query_about(connection, "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'", table)
          .rows.empty();
  RecordLayout layout;
  std::size_t cells = 0;
  for (const auto& row : all.rows) {
    if (row[5] != "0") return std::nullopt;  // generated
    RecordLayout::Column& column = layout.columns.emplace_back();
    column.affinity = affinity_of(row[1].value_or(""));
    column.nullable = row[2] == "0";
    column.is_rowid = has_rowid && row[4] != "0";
    const auto given = std::find(columns.begin(), columns.end(), row[0].value_or(""));
    if (given != columns.end()) {
      column.cell = static_cast<std::size_t>(given - columns.begin());
      ++cells;
    } else if (!column.is_rowid && (!column.nullable || row[3].has_value())) {
      return std::nullopt;
    }
  }
  if (cells != columns.size()) return std::nullopt;
  return layout;
}

std::string first_key_column(SqliteConnection& connection, const std::string& table) {
  const Rows keys =
      query_about(connection, "SELECT name FROM pragma_table_info(?) WHERE pk = 1", table);
  return keys.rows.empty() ? "" : keys.rows[0][0].value_or("");
}

bool is_autoincrement(SqliteConnection& connection, const std::string& table) {
  const std::string key = first_key_column(connection, table);
  if (key.empty()) return false;
  int counts = 0;
  const int result =
      sqlite3_table_column_metadata(connection.native(), "main", table.c_str(), key.c_str(),
                                    nullptr, nullptr, nullptr, nullptr, &counts);
  return result == SQLITE_OK && counts != 0;
}

std::optional<std::int64_t> used_rowid(SqliteConnection& connection, const std::string& table) {
  const Rows used = query_about(
      connection, "SELECT seq, typeof(seq) FROM main.sqlite_sequence WHERE name = ?", table);
  if (used.rows.empty()) return 0;
  if (used.rows.size() > 1 || used.rows[0][1] != "integer") return std::nullopt;
  const std::int64_t largest = std::stoll(used.rows[0][0].value_or("0"));
  return largest < 0 ? std::nullopt : std::optional(largest);
}

}  // namespace dbmig::backend::sqlite
