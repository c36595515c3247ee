#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "import/input.hpp"
#include "import/transcoded_input.hpp"

namespace dbmig::import {

/// A file to import as text in UTF-8.
struct OpenedInput {
  std::unique_ptr<Input> input;
  FileInput* file = nullptr;  ///< the underlying file, owned by `input`
  /// The automatic conversions, for the user; may be empty.
  std::string note;
  bool is_as_stored = false;  ///< neither decompressed nor converted
  /// An earlier import wrote it: it is in UTF-8, and its header is the first line.
  bool of_rejects = false;
  /// The encoding from which the text was converted to UTF-8, see FileEncoding; empty: from none.
  /// The records of a reject file were converted by the import that wrote it.
  std::string encoding = {};
};

/// Opens `path`, or standard input for "-", and examines its first bytes: a compressed file is
/// decompressed; text in `encoding`, or in that of its byte order mark, is converted to UTF-8. An
/// empty `encoding` means UTF-8. An earlier import's reject file is in UTF-8, whatever the encoding
/// of the file that its records came from.
///
/// Throws what FileInput and its read() throw.
OpenedInput open_input(const std::string& path, const std::string& encoding,
                       const std::atomic<bool>& stop,
                       std::function<void(const std::string&)> when_silent,
                       Undecodable undecodable = Undecodable::refuse);

}  // namespace dbmig::import
