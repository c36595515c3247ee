#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/bulk.hpp"
#include "import/communicator.hpp"
#include "import/converter.hpp"
#include "import/indexed_records.hpp"
#include "import/json_record.hpp"
#include "import/key_digest.hpp"
#include "import/plan.hpp"
#include "import/record_parser.hpp"
#include "import/splitter.hpp"

namespace dbmig::import {

/// A record that cannot become a row.
struct BadRecord {
  std::uint32_t offset = 0;  ///< of the record, in its chunk
  std::uint32_t field = 0;   ///< from 1; 0 if it is about the whole record
  std::uint32_t at = 0;      ///< position of the error in its record, from 1; 0 if unknown
  std::string column;        ///< the column's name, empty for the whole record
  std::string value;         ///< as messages show it, empty for the whole record
  std::string reason;
  friend bool operator==(const BadRecord&, const BadRecord&) = default;

  /// "column 'age' (field 3): 'abc' is not an integer".
  std::string message() const;
};

/// The result of a rank for a chunk.
struct ChunkResult {
  enum class Status : std::uint8_t {
    done,
    idle,
    reads,  ///< idle, and can read the file that the root has shared
    interrupted,
    failed,
  };
  Status status = Status::idle;
  std::string failure;                 ///< Status::failed: why
  std::uint64_t nanoseconds = 0;       ///< spent on it
  std::vector<std::uint32_t> offsets;  ///< where each row's record starts, in the chunk
  /// In order; at most one unless the plan rejects, one per record unless it wants every field.
  std::vector<BadRecord> bad;
  std::string_view keys;   ///< read_key_digests()
  std::string_view batch;  ///< for BulkSink::write()
};

/// Reads the message that Worker::process() wrote. The batch points into it.
ChunkResult decode_result(std::string_view message);
/// The first part of the same message, without the rows.
struct ResultHead {
  ChunkResult::Status status = ChunkResult::Status::idle;
  std::string_view failure;
  std::uint64_t nanoseconds = 0;
};
ResultHead decode_head(std::string_view message);
/// A message that answers no chunk: interrupted, or idle for the last one.
void encode_empty(ChunkResult::Status status, Bytes& out);
/// The answer to a chunk that could not be processed.
void encode_failure(std::string_view failure, Bytes& out);

/// The work of a rank on the chunks of one file: parse, check, convert, encode.
class Worker {
 public:
  /// Throws Error{usage} for a constant that does not fit its column.
  explicit Worker(Plan plan);

  /// Turns `chunk` (complete records) into the message of a ChunkResult. Without rejects, it stops
  /// at the first bad record; the rows before it are in the result. Never throws: errors are part
  /// of the message.
  void process(std::string_view chunk, const std::atomic<bool>& stop, Bytes& out);

 private:
  void convert_constants();
  void process_records(std::string_view chunk, const std::atomic<bool>& stop);
  bool convert_record(std::string_view record, std::uint32_t offset);
  bool convert_fields(std::string_view record, std::uint32_t offset);
  bool is_space(std::string_view record) const;
  std::optional<RecordError> read_fields(std::string_view record);
  void numbers_for_booleans();
  bool has_expected_fields(std::string_view record, std::uint32_t offset);
  std::optional<char> delimiter_for(std::string_view record) const;
  void report(std::uint32_t offset, std::size_t field, std::string reason);

  Plan plan_;
  Splitter splitter_;
  RecordParser parser_;
  std::optional<IndexedRecords> indexed_;   ///< if it suits the format
  std::unique_ptr<JsonRecordParser> json_;  ///< if records are JSON objects
  std::vector<Converter> converters_;
  std::unique_ptr<backend::RowEncoder> encoder_;
  KeyDigests keys_;

  // Of the current chunk; kept to reuse their memory.
  std::vector<Field> fields_;
  std::vector<backend::Cell> row_;
  std::vector<std::uint32_t> offsets_;
  std::vector<BadRecord> bad_;
  std::string reason_;
};

}  // namespace dbmig::import
