#pragma once

#include <optional>
#include <string>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// What the rows of a virtual table of SQLite are.
enum class VirtualRows {
  stored,   ///< its own, read and written like those of any table
  indexed,  ///< an index of another table's rows, which can be built again
  derived,  ///< those of another table, in another form
  lost,     ///< stored so that they cannot be read, or by an unknown module
};

/// What `table`, which is virtual, has.
/// Source: https://www.sqlite.org/fts5.html#external_content_and_contentless_tables
VirtualRows virtual_rows(const schema::Table& table);

/// `table` with the columns that it has in `connection`, to read and write its rows; nothing if it
/// is virtual and its rows are not its own. A full-text index has the number of the row first,
/// which the application's other tables refer to.
std::optional<schema::Table> with_virtual_columns(backend::Connection& connection,
                                                  const schema::Table& table);

/// Builds the virtual table `name` again from the table that it is an index of.
void rebuild_index(backend::Connection& connection, const std::string& name);

/// "virtual table 'f' (fts5)", for messages.
std::string virtual_name(const schema::Table& table);

}  // namespace dbmig::transfer
