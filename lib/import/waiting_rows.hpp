#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/bulk.hpp"
#include "base/error.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// A row whose parent was not there yet, as far as the database was asked.
struct WaitingRow {
  std::vector<char> batch;  ///< with this row only, of the encoding "cells"
  std::uint64_t line;
  std::string record;
  std::optional<Error> error;  ///< the database's most recent one; nothing: it was not asked
  /// If others may have them: see HeldKeys. A row has its turn when the earlier ones with one of
  /// its keys cannot be written.
  std::vector<std::string> keys = {};
};

/// The waiting rows of one file.
struct WaitingFile {
  std::size_t index = 0;  ///< of the file, among all files
  schema::Table table;
  std::vector<std::string> columns;  ///< of a row, in its order
  std::vector<WaitingRow> rows;
  std::uint64_t written = 0;  ///< number of rows that found their parents
  /// The database changes rows when they are written, perhaps what they refer to.
  bool has_triggers = false;
};

/// Writes the rows of `files`, those of one table, whose parents are in the database or among these
/// rows, while files are still read; the others go on waiting. The table must have no triggers.
/// Runs inside the import's transaction. Throws Error{interrupted} if `stop` is set, and the sinks'
/// errors.
void insert_ready(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                  const std::atomic<bool>& stop);

/// Writes rows that waited for their parents when all files are read: those whose parents are in
/// the database or among them; of rows with the same key the first, in the order of `files`. Where
/// that is not known beforehand, rows are tried repeatedly while at least one succeeds. What is
/// left in `files`, in the order of lines, has no parent or was refused for another reason, which
/// its error says. Otherwise like insert_ready().
void insert_waiting(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                    const std::atomic<bool>& stop);

}  // namespace dbmig::import
