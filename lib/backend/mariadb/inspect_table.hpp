#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/mariadb/catalog.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::mariadb {

// What rows of information_schema say, as parts of a schema.

/// A row of TABLES: the table without its columns, character set and collation the effective ones.
schema::Table read_table(const Catalog& rows, std::size_t row,
                         std::vector<Unrepresented>& unrepresented);

/// A row of STATISTICS, in order: adds a part to the index it belongs to.
void read_index_part(const Catalog& rows, std::size_t row, schema::Table& table);

/// A check; `json_valid` on a column of its own is what makes it JSON.
void read_check(schema::Table& table, const std::string& name, const std::string& clause,
                bool on_column);

/// Corrects what information_schema cuts or hides from the table's SHOW CREATE TABLE.
void add_details(schema::Table& table, std::string_view create_table);

schema::View read_view(const Catalog& rows, std::size_t row);
schema::Trigger read_trigger(const Catalog& rows, std::size_t row);

}  // namespace dbmig::backend::mariadb
