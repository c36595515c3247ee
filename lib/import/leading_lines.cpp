#include "import/leading_lines.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "import/file_kind.hpp"
#include "import/shown.hpp"

namespace dbmig::import {

std::optional<std::string> skip_leading_lines(ChunkReader& reader, const CsvFormat& format,
                                              bool skips_empty) {
  std::optional<std::string> record = reader.peek();
  while (record && (format.is_comment(*record) ||
                    (skips_empty && without_line_end(*record, format).empty()))) {
    reader.take();
    record = reader.peek();
  }
  return record;
}

std::optional<SeparatorLine> take_separator_line(ChunkReader& reader, const CsvFormat& format,
                                                 bool is_delimiter_said, const std::string& file) {
  const std::optional<std::string> record = reader.peek();
  if (!record) return std::nullopt;
  const std::string_view line = without_line_end(*record, format);
  const auto separator = separator_line(line);
  if (!separator) return std::nullopt;
  if (is_delimiter_said && *separator != format.delimiter) {
    throw Error(
        ErrorCode::invalid,
        fmt::format("the first line, {}, sets another separator than --delimiter", shown(line)))
        .at({file, static_cast<int>(reader.line()), 0})
        .hint("leave out --delimiter, or skip the line with --skip-lines");
  }
  SeparatorLine found{shown(line), format};
  found.format.delimiter = *separator;
  check(found.format);
  reader.take();
  return found;
}

}  // namespace dbmig::import
