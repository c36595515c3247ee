#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/import.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// How many connections write, unless the user says, with so many ranks: one for each, where they
/// are worth what starting and committing them together costs.
std::size_t usual_writers(backend::Connection& connection, const Options& options, int ranks);

/// What keeps several writers from giving the table that one gives; nothing when nothing does.
/// `tables` are those of the files, `in_steps` whether the import commits as it goes.
std::optional<std::string> why_one_writer(backend::Connection& connection, const Options& options,
                                          const std::vector<schema::Table>& tables, bool in_steps);

}  // namespace dbmig::import
