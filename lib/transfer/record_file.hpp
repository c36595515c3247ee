#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "import/chunk_reader.hpp"
#include "import/import.hpp"
#include "import/open_input.hpp"
#include "transfer/record_cutter.hpp"

namespace dbmig::transfer {

/// One file, opened and positioned after its header, which is found as by an import; only the
/// separator and the names cannot be checked with the help of a table.
class RecordFile {
 public:
  /// Throws Error{invalid} for a file that an import would not begin to read either.
  RecordFile(const import::Options& options, const std::string& path,
             const std::atomic<bool>& stop);

  /// The fields are given the order that `names`, those of the first file, have. Throws
  /// Error{invalid} if this file has others.
  void follow(const std::vector<std::string>& names);

  // Not `import::…` at the beginning of a line: clang-format takes that for a module.
  auto reader() -> import::ChunkReader& { return reader_; }
  /// Those of the header, which may be empty or repeated.
  const std::vector<std::string>& names() const { return shape_.names; }
  const import::CsvFormat& format() const { return shape_.format; }
  bool has_header() const { return has_header_; }
  std::uint64_t lines_before_header() const { return lines_before_header_; }
  /// Whether the fields of each record come in the order of the names that follow() was given.
  bool has_order() const { return !options_.is_json && shape_.places.empty(); }
  RecordCutter cutter() const { return {options_, file_, shape_}; }

 private:
  void open_records();
  std::vector<std::string> read_names();
  std::vector<std::string> names_in(const std::string& record);
  bool skips_empty_lines() const;

  import::Options options_;
  import::OpenedInput opened_;
  import::ChunkReader reader_;
  std::string file_;
  RecordShape shape_;
  bool has_header_;
  std::uint64_t lines_before_header_ = 0;
};

}  // namespace dbmig::transfer
