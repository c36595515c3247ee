#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "import/csv_format.hpp"
#include "import/record_parser.hpp"
#include "import/structural_index.hpp"

namespace dbmig::import {

/// Cuts the records of a chunk into fields with an index of the bytes that may end a field. It
/// handles the frequent kinds of records, and leaves rare ones to Splitter and RecordParser: its
/// results are always the same as theirs.
class IndexedRecords {
 public:
  /// Whether files of `format` can be read this way: without escapes, comments and blanks to be
  /// removed.
  static bool suits(const CsvFormat& format);

  IndexedRecords(const CsvFormat& format, const NullMarks& nulls,
                 IndexWay way = fastest_index_way());

  /// Starts with `chunk`, which must not change; below 4 GiB.
  void start(std::string_view chunk);

  /// The fields of the record that begins at `at`, not before the previous one, and the offset past
  /// its line end. Nothing if it needs the slow path: a quote inside a field, an error, or no end.
  std::optional<std::size_t> cut(std::size_t at, std::vector<Field>& fields);

 private:
  enum class Outcome : std::uint8_t { cut, rare, index_ended };
  Outcome try_cut(std::size_t at, std::vector<Field>& fields);
  bool take_quoted(std::size_t& entry, Field& field, bool& index_ended) const;
  void index_from(std::size_t at);
  bool is_null(std::string_view text, bool quoted) const;

  StructuralBytes bytes_;
  NullMarks nulls_;
  bool only_empty_is_null_;
  IndexWay way_;

  std::string_view chunk_;
  // The index covers a part of the chunk, so that it stays in the processor's cache.
  std::vector<std::uint32_t> positions_;
  std::size_t count_ = 0;  ///< of positions
  std::size_t entry_ = 0;  ///< the first position that was not used yet
  std::size_t begin_ = 0;  ///< of the part
  std::size_t end_ = 0;
  std::size_t next_ = 0;  ///< past the last record that was cut
};

}  // namespace dbmig::import
