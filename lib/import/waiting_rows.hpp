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
  std::vector<char> batch;  ///< with this row only, of the encoding "cells"
  std::uint64_t line;
  std::string record;
  Error error;  ///< the most recent one
};

/// The waiting rows of one file.
struct WaitingFile {
  std::size_t index = 0;  ///< of the file, among all files
  schema::Table table;
  std::vector<std::string> columns;  ///< of a row, in its order
  std::vector<WaitingRow> rows;
  std::uint64_t written = 0;  ///< number of rows that found their parents in the end
};

/// Writes rows that waited for their parents when all files are read: repeatedly while at least one
/// succeeds, then those that refer to each other in circles, together. What is left in `files`, in
/// the order of lines, has no parent or was refused for another reason, which its error says. Runs
/// inside the import's transaction. Throws Error{interrupted} if `stop` is set, and the sinks'
/// errors.
void insert_waiting(backend::Connection& connection, std::vector<WaitingFile*> files,
                    const std::atomic<bool>& stop);

}  // namespace dbmig::import
