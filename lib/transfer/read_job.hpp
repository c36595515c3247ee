#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/communicator.hpp"
#include "import/problems.hpp"
#include "transfer/row_converter.hpp"
#include "transfer/row_hash.hpp"

namespace dbmig::transfer {

/// The rows of one table to be read from the source, in parts, by workers with a connection to it.
struct ReadJob {
  enum class Kind : std::uint8_t { copy, check };
  Kind kind = Kind::copy;
  std::string table;
  std::vector<std::string> parts;  ///< a SELECT for each, in order
  std::vector<import::TargetColumn> columns;
  std::vector<std::uint8_t> as_is;  ///< see RowConverter
  DialectKind target = DialectKind::sqlite;
  std::string encoding;          ///< backend::row_encoder(); Kind::copy
  std::vector<std::size_t> key;  ///< indices of the key's columns, for messages
};

/// Rows as the target's sink takes them.
struct RowBatch {
  std::uint64_t first = 0;  ///< the number of the first row in its part, from 1
  std::uint64_t rows = 0;
  RowHash hash;
  import::Bytes bytes;
};

/// The values of a part that do not fit.
struct PartCheck {
  std::uint64_t rows = 0;
  std::vector<import::Problem> problems;
  std::vector<std::pair<std::size_t, WiderType::Needs>> needs;  ///< by column
};

/// "id 5, b 6", for a row of the target's cells; its number if there is no key.
std::string describe_row(const std::vector<import::TargetColumn>& columns,
                         const std::vector<std::size_t>& key, std::span<const backend::Cell> row,
                         std::uint64_t number);

/// Reads one part and returns its rows in batches. Throws Error{invalid} for a value that does not
/// fit: rows were checked before, so the source has been changed since.
void read_part(backend::Connection& source, const ReadJob& job, RowConverter& converter,
               const std::string& sql, const std::atomic<bool>& stop,
               const std::function<void(RowBatch&&)>& give);

/// Reads one part and only checks its values. `on_rows` is called after every kMaxBatchRows rows.
PartCheck check_part(backend::Connection& source, const ReadJob& job, const std::string& sql,
                     const std::atomic<bool>& stop, const std::function<void()>& on_rows = {});

}  // namespace dbmig::transfer
