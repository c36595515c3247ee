#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "import/csv_format.hpp"
#include "import/reject_target.hpp"

namespace dbmig::import {

/// Writes the records that could not be loaded, each as it stood in its file, behind the file's
/// name, the line and the reason: a file that can be mended and imported as it is, since an import
/// skips those first columns.
///
/// It grows beside its target, readable by its owner alone, and takes that name in finish();
/// without that nothing is left behind. A device or pipe (`--rejects /dev/stderr`) is written to as
/// it is.
class RejectFile {
 public:
  /// `header` is the line that names the data's columns. `always` writes the file also without
  /// records; a reject file that is to be replaced is, so that it does not stand for this import.
  /// Nothing is created before the first record otherwise.
  RejectFile(RejectTarget target, const CsvFormat& format, std::string header, bool always);
  ~RejectFile();
  RejectFile(const RejectFile&) = delete;
  RejectFile& operator=(const RejectFile&) = delete;

  /// `record` with or without its line end. Throws Error{io} (full disk, read-only folder).
  void add(std::string_view file, std::uint64_t line, std::string_view reason,
           std::string_view record);
  /// Everything on disk, under the temporary name. Before the transaction is committed.
  void flush();
  /// Takes the final name, replacing an earlier reject file and nothing else. Returns false when
  /// there is no file.
  bool finish();

  const std::string& path() const { return target_.path; }
  const std::string& header() const { return header_; }
  std::uint64_t records() const { return records_; }

 private:
  void open();
  void write(std::string_view text);
  void send();
  int take_name() const;

  RejectTarget target_;
  std::string temporary_;
  CsvFormat format_;
  std::string header_;
  bool always_;
  int fd_ = -1;
  std::string buffer_;
  std::uint64_t records_ = 0;
};

}  // namespace dbmig::import
