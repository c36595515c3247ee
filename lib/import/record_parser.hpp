#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// A field of a record, its quotes taken off. Valid until the parser's next record.
struct Field {
  std::string_view text;
  bool quoted = false;
  friend bool operator==(const Field&, const Field&) = default;
};

/// What is wrong with the shape of a record.
struct RecordError {
  std::size_t offset = 0;  ///< in the record
  std::size_t field = 0;   ///< from 0
  std::string reason;
};

/// Cuts a record into fields. Not thread-safe: it keeps the text of unquoted fields.
class RecordParser {
 public:
  explicit RecordParser(const CsvFormat& format) : format_(format) {}

  /// The fields of `record`, which is one record as the splitter cuts it, with or without its line
  /// end. An empty record is one empty field. Returns what is wrong, or nothing.
  std::optional<RecordError> parse(std::string_view record, std::vector<Field>& fields);

 private:
  std::size_t parse_quoted(std::string_view record, std::size_t at, Field& field);
  std::size_t parse_plain(std::string_view record, std::size_t at, Field& field);

  CsvFormat format_;
  std::string unescaped_;  ///< texts that differ from the record's; never longer than it
};

/// `record` without the line end that closes it: LF, CRLF, or a CR at the end of a file.
std::string_view without_line_end(std::string_view record);

}  // namespace dbmig::import
