#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/chunk_reader.hpp"
#include "import/plan.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// A file as it was read, so that its records can be found again.
struct ReadFile {
  std::string path;
  std::string encoding;  ///< Options::encoding
  ChunkReader::Limits limits;
  Plan plan;
  schema::Table table;
  std::uint64_t first_byte = 0;  ///< where its records begin, in the decompressed text
  std::uint64_t first_line = 1;
  bool is_as_stored = false;  ///< OpenedInput::is_as_stored
};

struct EarlierRow {
  std::string file;
  std::uint64_t line = 0;
  std::vector<std::string> columns;  ///< the columns of the key that both have
};

/// Finds the earlier record of which the one at `line` of the last of `files` is a duplicate. To be
/// called in the same transaction, after the database has refused the record: the database tells
/// with which row it collides, according to its collations; then the files are read again to find
/// that row. Nothing if the row was in the table before, if a key contains an expression, or if a
/// file can be read only once. Never throws.
std::optional<EarlierRow> find_earlier_row(backend::Connection& connection,
                                           const std::vector<ReadFile>& files, std::uint64_t line,
                                           const std::atomic<bool>& stop) noexcept;

/// Whether the database refused a row because its key exists already.
bool is_duplicate(const Error& error);
/// Whether the database refused a row because its parent does not exist.
bool lacks_parent(const Error& error);
/// Whether a record is to blame: it does not fit the table, or the database refused it.
bool is_of_rows(const Error& error);

}  // namespace dbmig::import
