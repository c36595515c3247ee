#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "import/import.hpp"
#include "import/indexed_records.hpp"
#include "import/json_record.hpp"
#include "import/record_parser.hpp"
#include "import/splitter.hpp"

namespace dbmig::transfer {

/// How the records of one file are cut.
struct RecordShape {
  import::CsvFormat format;
  std::vector<std::string> names;  ///< of the fields, in this file
  /// For each field its place in the first file of the table; empty: the same.
  std::vector<std::size_t> places;
};

/// The error about a byte of a file that is said to be UTF-8.
Error not_utf8(char byte);

/// Cuts chunks of one file into records, as an import with the same options does. Not thread-safe:
/// each thread has its own.
class RecordCutter {
 public:
  /// `options` and `shape` must outlive it.
  RecordCutter(const import::Options& options, std::string file, const RecordShape& shape);

  /// Calls `take` with each record of `chunk`, until it returns false. Throws Error{invalid} for
  /// one that cannot be read, unless the import rejects such records.
  template <class Take>
  void cut(const import::Bytes& chunk, std::uint64_t first_line, const Take& take) {
    start({chunk.data(), chunk.size()}, first_line);
    while (next()) {
      if (!take(fields_)) return;
    }
  }

 private:
  void start(std::string_view text, std::uint64_t first_line);
  bool next();
  bool cut_closely();
  bool is_readable(std::size_t start);
  std::string fit();
  void put_in_places();
  SourcePosition line_of(std::size_t offset) const;
  bool fail(const Error& error) const;

  const import::Options& options_;
  std::string file_;
  const RecordShape& shape_;
  import::Splitter splitter_;
  import::RecordParser parser_;
  std::optional<import::JsonRecordParser> json_;
  std::optional<import::IndexedRecords> indexed_;
  std::vector<import::Field> fields_;
  std::vector<import::Field> placed_;

  std::string_view text_;  ///< the chunk
  std::uint64_t first_line_ = 0;
  std::size_t at_ = 0;
  std::size_t broken_ = 0;  ///< the next byte that is not UTF-8
  bool may_have_zeros_ = false;
};

}  // namespace dbmig::transfer
