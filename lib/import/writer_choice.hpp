#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/import.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// The default number of connections that write, with so many ranks: one for each rank, if that is
/// worth the cost of starting and committing them together.
std::size_t usual_writers(backend::Connection& connection, const Options& options, int ranks);

/// Why several writers would not produce the same table as one; nothing if they would. `tables` are
/// those of the files, `in_steps`: whether the import commits in steps.
std::optional<std::string> why_one_writer(backend::Connection& connection, const Options& options,
                                          const std::vector<schema::Table>& tables, bool in_steps);

}  // namespace dbmig::import
