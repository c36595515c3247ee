#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/csv_format.hpp"

namespace dbmig::fuzz {

/// What import::CsvFormat says of a file, read one byte after the other by the words of its
/// documentation: slow, without a look ahead and without anything shared with the code under test.
struct ReferenceField {
  std::string text;
  bool quoted = false;
  bool null = false;
  friend bool operator==(const ReferenceField&, const ReferenceField&) = default;
};

struct ReferenceRecord {
  std::size_t begin = 0;
  std::size_t end = 0;      ///< past its line end
  bool is_closed = false;   ///< by a line end, not by the end of the data
  bool is_open = false;     ///< the data ended inside quotes, or behind an escape character
  bool is_comment = false;  ///< which has no fields
  /// Nothing when it is no record of this format.
  std::optional<std::vector<ReferenceField>> fields;
};

std::vector<ReferenceRecord> read_reference(std::string_view data, const import::CsvFormat& format,
                                            const import::NullMarks& nulls);

}  // namespace dbmig::fuzz
