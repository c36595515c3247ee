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
  std::uint64_t first_byte = 0;  ///< of its records, in its text
  std::uint64_t first_line = 1;
  bool is_as_stored = false;  ///< OpenedInput::is_as_stored
};

struct EarlierRow {
  std::string file;
  std::uint64_t line = 0;
  std::vector<std::string> columns;  ///< of the key that both have
};

/// Of which record further up the one at `line` of the last of `files` is a duplicate. Asked when
/// the database has refused it, in the same transaction: which row it collides with the database
/// says, by its own collations; where that row stands in the files, they are read once more for.
/// Nothing when the row was in the table before, a key is not of columns alone, or a file can be
/// read only once. Never throws.
std::optional<EarlierRow> find_earlier_row(backend::Connection& connection,
                                           const std::vector<ReadFile>& files, std::uint64_t line,
                                           const std::atomic<bool>& stop) noexcept;

/// Whether the database refused a row for a key that is there already.
bool is_duplicate(const Error& error);

}  // namespace dbmig::import
