#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/sqlite/connection.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::sqlite {

/// A sink of INSERT statements that read finished records (record_table.hpp). It does what INSERT
/// of their values does, at half the cost, as the ranks make the records. Null for tables of which
/// a row has to go alone, or whose rows need INSERT's help to become records, and where SQLite
/// cannot do it. `connection` must outlive it.
std::unique_ptr<BulkSink> make_record_insert_sink(SqliteConnection& connection,
                                                  const schema::Table& table,
                                                  const std::vector<std::string>& columns);

}  // namespace dbmig::backend::sqlite
