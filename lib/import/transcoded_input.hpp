#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "import/input.hpp"

namespace dbmig::import {

/// The encoding according to a byte order mark at the beginning of `head`, of which four bytes are
/// enough: "UTF-8", "UTF-16" or "UTF-32"; empty if there is none.
std::string_view encoding_by_mark(std::string_view head);

/// Throws Error{usage} for an encoding that iconv does not know. A name with a slash is refused:
/// iconv's `//TRANSLIT` and `//IGNORE` would silently change or drop characters.
void check_encoding(const std::string& encoding);

/// Whether `encoding` is a name of UTF-8, which needs no conversion.
bool is_utf8(std::string_view encoding);

/// What becomes of a byte that is not a character of a single-byte encoding.
enum class Undecodable : std::uint8_t {
  refuse,  ///< the file cannot be read
  mark,    ///< it stays in the text as FileEncoding's mark: its record is wrong
};

/// The text of `source`, which is in `encoding`, converted to UTF-8. Its size is unknown, its name
/// is the source's. read() throws Error{invalid} with the line for bytes that are not a character
/// of the encoding, see Undecodable, and for a character that the end of the file cuts off.
std::unique_ptr<Input> transcoded(std::unique_ptr<Input> source, const std::string& encoding,
                                  Undecodable undecodable);

}  // namespace dbmig::import
