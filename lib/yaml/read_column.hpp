#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/column.hpp"
#include "schema/constraint.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

/// A column as it was read: what it is, and what it says about the table around it.
struct ColumnDraft {
  schema::Column column;
  /// False when the type was missing or wrong (reported): the column then is an integer, so that
  /// so that references to it are not reported as further mistakes.
  bool type_known = true;
  std::optional<bool> nullable;  ///< as said; a column of the primary key defaults to false
  // Shorthand that becomes table-level constraints.
  bool primary_key = false;
  bool unique = false;
  bool index = false;
  std::optional<schema::ForeignKey> foreign_key;
  std::string renamed_from;
};

/// type, nullable, autoincrement…: the keys that make a column.
const std::vector<std::string>& column_keys();
/// primary_key, unique, index, references…: shorthand for constraints of the table.
const std::vector<std::string>& column_shorthand_keys();

/// A column of a `columns:` mapping: a type alone, or a mapping. `renames`: whether `renamed_from`
/// may stand in it.
ColumnDraft read_column(Reader& reader, const Node& key, const Node& body, bool renames);

/// The column_keys() of `fields`.
ColumnDraft read_column_fields(Fields& fields, const std::string& name);

/// Outer nothing: reported. Inner nothing: `null`, no default.
std::optional<std::optional<schema::Default>> read_default(Reader& reader, const Node& node);
/// Outer nothing: reported. Inner nothing: `null`, a plain column.
std::optional<std::optional<schema::Generated>> read_generated(Reader& reader, const Node& node);
schema::MariadbColumn read_mariadb_column(Reader& reader, const Node& node);
schema::SqliteColumn read_sqlite_column(Reader& reader, const Node& node);

}  // namespace dbmig::yaml
