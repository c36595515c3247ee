#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "schema/table.hpp"

namespace dbmig::schema {

/// The tool that keeps its own records in `table` (Alembic, Flyway…), known by the table's name
/// and, where applications use such a name too, by its columns; empty for any other table. Such a
/// table is never part of a model: to build or to change it would mislead that tool.
std::string_view bookkeeping_tool(const Table& table);

/// Takes the tables in which other tools keep their records out of `schema`, with their triggers,
/// except those that `wanted` names. Returns what was taken out: table → tool.
std::map<std::string, std::string> take_out_bookkeeping(Schema& schema,
                                                        const std::set<std::string>& wanted);

}  // namespace dbmig::schema
