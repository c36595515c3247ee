#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dbmig::import {

/// The encoding of a file whose text is converted to UTF-8 before it is cut into records, and the
/// way back to the file's own bytes.
///
/// A byte that is not a character of a single-byte encoding stays in the text, as a mark that no
/// text in UTF-8 has: U+DC80 to U+DCFF, as Python's `surrogateescape`. So only its record is wrong,
/// and a binary column gets the byte.
class FileEncoding {
 public:
  /// The encoding called `name`, as iconv knows it; it lives as long as the program. Null for UTF-8
  /// and an empty name. Throws Error{usage} for an unknown one. Thread-safe.
  static const FileEncoding* of(const std::string& name);

  const std::string& name() const { return name_; }
  /// Whether each byte is one character, and those of ASCII are themselves.
  bool is_single_byte() const { return is_single_byte_; }

  /// The bytes of the file that became `text`, in `bytes`. False if they cannot be had back: text
  /// beyond ASCII in an encoding of several bytes.
  bool bytes_of(std::string_view text, std::string& bytes) const;

  /// Appends the mark of a byte from 0x80 on that is no character.
  static void append_mark(std::string& text, unsigned char byte);
  /// The first byte with a mark in `text`.
  static std::optional<unsigned char> marked_byte(std::string_view text);
  /// `text` with the bytes themselves instead of their marks.
  static std::string without_marks(std::string_view text);

  explicit FileEncoding(std::string name);

 private:
  std::string name_;
  bool is_single_byte_ = false;
  std::unordered_map<std::string, unsigned char> bytes_;  ///< of characters beyond ASCII
};

/// The bytes as error messages show them: "81 0A".
std::string shown_bytes(std::string_view bytes);

}  // namespace dbmig::import
