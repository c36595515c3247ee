#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/record_parser.hpp"

namespace dbmig::import {

/// Reads records that are one JSON object each (https://jsonlines.org). Not thread-safe.
class JsonRecordParser {
 public:
  /// `keys` are the fields to return, in order. Other keys are an error, unless `ignore_unknown`;
  /// even then, a key that means one of `columns` is one, because its values would be lost.
  JsonRecordParser(std::vector<std::string> keys, bool ignore_unknown,
                   const std::vector<std::string>& columns = {});
  ~JsonRecordParser();
  JsonRecordParser(const JsonRecordParser&) = delete;
  JsonRecordParser& operator=(const JsonRecordParser&) = delete;

  /// The value of each key: a string's text, a number as it is written, `true` or `false`, an
  /// object or array as JSON; NULL for null and for a missing key. Valid until the next call.
  /// Returns the error, or nothing.
  std::optional<RecordError> parse(std::string_view record, std::vector<Field>& fields);

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

/// The keys of the objects at the beginning of `text` (whole lines), in the order of their first
/// use; values other than objects are ignored.
std::vector<std::string> json_keys(std::string_view text);

}  // namespace dbmig::import
