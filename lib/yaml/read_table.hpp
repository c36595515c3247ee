#pragma once

#include <map>
#include <set>
#include <string>

#include "schema/table.hpp"
#include "yaml/positions.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

/// A table as it was read, named and with its column shorthand written out, not yet normalised.
struct TableDraft {
  schema::Table table;
  std::string renamed_from;
  std::map<std::string, std::string> columns_renamed_from;  ///< new name → old
  /// Columns whose type is not known (reported): what depends on it is not judged.
  std::set<std::string> doubtful_columns;
  /// A key of the table could not be read (reported): whether a foreign key fits is not judged.
  bool doubtful_keys = false;
};

enum class TablePlace {
  model,     ///< `renamed_from` and `references: pais` (its primary key) are allowed
  revision,  ///< a revision has neither
};

/// The body of a table: columns, keys, options. `key` is where its name stands.
TableDraft read_table(Reader& reader, const Node& key, const Node& body, TablePlace place,
                      Positions& positions);

schema::MariadbTable read_mariadb_table(Reader& reader, const Node& node);
schema::SqliteTable read_sqlite_table(Reader& reader, const Node& node);
/// `only: mariadb`; nothing when absent or wrong.
std::optional<DialectKind> read_only(Fields& fields);

/// sql, columns and only of a view; `fields` may hold more keys.
schema::View read_view(Fields& fields, const std::string& name);
/// table, sql and only of a trigger.
schema::Trigger read_trigger(Fields& fields, const std::string& name);
/// What stands below its name: just the SQL, or a mapping.
std::optional<schema::Routine> read_routine(Reader& reader, schema::RoutineKind kind,
                                            const Node& body, const std::string& what,
                                            const std::string& name);
schema::Routine read_routine(Fields& fields, schema::RoutineKind kind, const std::string& name);
const std::vector<std::string>& routine_keys();
const std::vector<std::string>& view_keys();
const std::vector<std::string>& trigger_keys();

}  // namespace dbmig::yaml
