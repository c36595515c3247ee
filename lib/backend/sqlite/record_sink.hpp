#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/sqlite/connection.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::sqlite {

/// What the sink does not do for its rows: the caller must, after the last row and before the
/// commit.
struct LeftOut {
  std::vector<std::string> indexes;  ///< rows are not added to them: REINDEX
  bool constraints = false;          ///< rows are not checked: check_row_constraints()
};

/// A sink that takes finished records and puts them straight into the table's b-tree: a third of
/// the writer's work, as the ranks do the rest. Null when that would not be the same as INSERT: the
/// program uses the system's SQLite, no transaction writes, or something watches the rows of this
/// table. `connection` must outlive it.
std::unique_ptr<BulkSink> make_record_sink(SqliteConnection& connection, const schema::Table& table,
                                           const std::vector<std::string>& columns,
                                           const LeftOut& left_out = {});

}  // namespace dbmig::backend::sqlite
