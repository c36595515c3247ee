#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// A field of a record, without its quotes and with its escapes resolved. Valid until the parser's
/// next record.
struct Field {
  std::string_view text;  ///< of a NULL field, as it is in the file
  bool quoted = false;
  bool null = false;
  friend bool operator==(const Field&, const Field&) = default;
};

/// An error in the form of a record.
struct RecordError {
  std::size_t offset = 0;  ///< in the record
  std::size_t field = 0;   ///< from 0
  std::string reason;
};

/// Cuts a record into fields. Not thread-safe: it keeps the text of fields.
class RecordParser {
 public:
  RecordParser(const CsvFormat& format, NullMarks nulls)
      : format_(format), nulls_(std::move(nulls)) {}

  /// The fields of `record`, one record as the splitter cuts it, with or without its line end. An
  /// empty record is one empty field. Returns the error, or nothing.
  std::optional<RecordError> parse(std::string_view record, std::vector<Field>& fields);

 private:
  std::optional<RecordError> parse_field(std::string_view record, std::size_t& at, Field& field);
  std::size_t end_of_plain(std::string_view record, std::size_t at, bool& has_escapes) const;
  std::size_t end_of_quoted(std::string_view record, std::size_t at, bool& changes) const;
  std::optional<RecordError> unescape(std::string_view record, std::size_t at, std::size_t end,
                                      Field& field);
  std::size_t unescape_one(std::string_view record, std::size_t at);
  bool is_null(std::string_view raw, bool quoted) const;
  std::size_t skip_blanks(std::string_view record, std::size_t at) const;
  std::size_t end_of_text(std::string_view record, std::size_t begin, std::size_t end) const;

  CsvFormat format_;
  NullMarks nulls_;
  bool refuse_cr_ = false;  ///< the current record has a CR, which must be in quotes
  std::string unescaped_;   ///< texts that differ from the record's; never longer than it
};

}  // namespace dbmig::import
