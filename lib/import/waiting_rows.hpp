#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/bulk.hpp"
#include "base/error.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// A row that the database refused because its parent was not there yet.
struct WaitingRow {
  std::vector<char> batch;  ///< of this row alone
  std::uint64_t line;
  std::string record;
  Error error;  ///< the last one
};

/// Those of one file.
struct WaitingFile {
  std::size_t index = 0;  ///< of the file
  schema::Table table;
  std::vector<std::string> columns;  ///< of a row, in its order
  std::vector<WaitingRow> rows;
  std::uint64_t written = 0;  ///< those that found their parents in the end
};

/// Brings rows that waited for their parents into the database when all files are read: again and
/// again while that finds one more, then those that refer to each other in circles, together. What
/// is left in `files`, in the order of lines, lacks a parent for good or was refused for another
/// reason, which its error says. Runs inside of the import's transaction. Throws
/// Error{interrupted} when `stop` is set, and what the sinks throw.
void insert_waiting(backend::Connection& connection, std::vector<WaitingFile*> files,
                    const std::atomic<bool>& stop);

}  // namespace dbmig::import
