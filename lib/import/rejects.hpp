#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "import/csv_format.hpp"
#include "import/reject_target.hpp"

namespace dbmig::import {

/// Where the records that an import rejects are kept until its end, when it may be resumed.
struct KeptRejects {
  std::string temporary;
  /// That an interrupted import has written there and is sure of; what is more is cut off.
  std::uint64_t bytes = 0;
};

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
  /// With `kept` it grows there, behind what is there; Error{refused} when that is gone.
  RejectFile(RejectTarget target, const CsvFormat& format, std::string header, bool always,
             std::optional<KeptRejects> kept = std::nullopt);
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

  /// From here on the temporary file stays, also without finish(), for the import that resumes this
  /// one.
  void keep() { is_kept_ = bytes_ != 0; }
  const std::string& temporary() const { return temporary_; }
  /// Written so far, flushed or not.
  std::uint64_t bytes() const { return bytes_; }
  const std::string& path() const { return target_.path; }
  const std::string& header() const { return header_; }
  /// Of one that was made without knowing them, to go on with what is there.
  void set_form(const CsvFormat& format, const std::string& header) {
    format_ = format;
    header_ = header;
  }
  std::uint64_t records() const { return records_; }

 private:
  void open();
  void go_on();
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
  std::optional<KeptRejects> kept_;
  bool is_kept_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace dbmig::import
