#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "import/csv_format.hpp"
#include "import/reject_target.hpp"

namespace dbmig::import {

/// Where the records that an import rejects are kept until its end, if it may be resumed.
struct KeptRejects {
  std::string temporary;
  /// The number of bytes that an interrupted import has committed there; the rest is cut off.
  std::uint64_t bytes = 0;
};

/// How a reject file is written: as the file that its records come from.
struct RejectForm {
  CsvFormat format;
  std::string header;    ///< the line with the data's columns; empty: not known
  bool is_json = false;  ///< one object a line, and no header
};

/// Writes the records that could not be loaded, unchanged, after three columns with file name, line
/// and reason: such a file can be corrected and imported, because an import skips those columns.
/// Objects of JSON lines get them as their first keys; a line that is no object becomes the text of
/// a key `dbmig_record`.
///
/// It is written under a temporary name next to its target, readable by its owner only, and renamed
/// by finish(); without that nothing is left behind. A device or pipe (`--rejects /dev/stderr`) is
/// written to directly.
class RejectFile {
 public:
  /// With `always`, or if an earlier reject file is to be replaced, the file is written even
  /// without records, so that the old one is not mistaken for this import's; without records, JSON
  /// lines have nothing to be recognised by, and an old file is removed instead. Otherwise nothing
  /// is created before the first record. With `kept`, it is written there, after the existing
  /// content; Error{refused} if that is missing.
  RejectFile(RejectTarget target, RejectForm form, bool always,
             std::optional<KeptRejects> kept = std::nullopt);
  ~RejectFile();
  RejectFile(const RejectFile&) = delete;
  RejectFile& operator=(const RejectFile&) = delete;

  /// `record` with or without its line end. Throws Error{io} (full disk, read-only folder).
  void add(std::string_view file, std::uint64_t line, std::string_view reason,
           std::string_view record);
  /// Writes everything to disk, under the temporary name. To be called before the transaction is
  /// committed.
  void flush();
  /// Renames it to the final name, replacing only an earlier reject file. Returns false if there is
  /// no file.
  bool finish();

  /// From here on, the temporary file stays, even without finish(), for the import that resumes
  /// this one.
  void keep() { is_kept_ = bytes_ != 0; }
  const std::string& temporary() const { return temporary_; }
  /// Bytes written so far, flushed or not.
  std::uint64_t bytes() const { return bytes_; }
  const std::string& path() const { return target_.path; }
  const RejectForm& form() const { return form_; }
  /// Sets the format of a reject file that was created without it, to continue an existing file.
  void set_form(const RejectForm& form) { form_ = form; }
  std::uint64_t records() const { return records_; }

 private:
  void open();
  void go_on();
  void write(std::string_view text);
  void send();
  void put_object(std::string_view file, std::uint64_t line, std::string_view reason,
                  std::string_view record);
  int take_name() const;
  bool remove();

  RejectTarget target_;
  std::string temporary_;
  RejectForm form_;
  bool always_;
  int fd_ = -1;
  std::string buffer_;
  std::uint64_t records_ = 0;
  std::optional<KeptRejects> kept_;
  bool is_kept_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace dbmig::import
