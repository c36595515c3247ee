#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::diagram {

/// A foreign key between two tables of a schema, as the formats draw it.
struct Reference {
  const schema::Table* child = nullptr;
  const schema::Table* parent = nullptr;
  const schema::ForeignKey* key = nullptr;
  bool is_optional = false;  ///< a row may refer to nothing
  bool is_single = false;    ///< at most one row refers to one parent: its columns are a key
};

/// By table, then in the order of its keys. Those to tables that are not there are left out.
std::vector<Reference> references_of(const schema::Schema& schema);

/// Whether a foreign key of `table` uses the column.
bool is_in_foreign_key(const schema::Table& table, const std::string& column);
/// Whether a UNIQUE of `table`, or one of its unique indexes, uses the column.
bool is_in_unique(const schema::Table& table, const std::string& column);

}  // namespace dbmig::diagram
