#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "import/input.hpp"

namespace dbmig::import {

/// What a byte order mark at the beginning of `head`, of which four bytes are enough, says of the
/// text: "UTF-8", "UTF-16" or "UTF-32"; empty without one.
std::string_view encoding_by_mark(std::string_view head);

/// Throws Error{usage} for an encoding that iconv does not know. A name with a slash is refused:
/// iconv's `//TRANSLIT` and `//IGNORE` would change or leave out characters in silence.
void check_encoding(const std::string& encoding);

/// Whether `encoding` is a name of UTF-8, which needs no conversion.
bool is_utf8(std::string_view encoding);

/// The text of `source`, which is in `encoding`, in UTF-8. Its size is not known, its name is the
/// source's. read() throws Error{invalid} with the line for bytes that are not a character of the
/// encoding, and for a character that the end of the file cuts.
std::unique_ptr<Input> transcoded(std::unique_ptr<Input> source, const std::string& encoding);

}  // namespace dbmig::import
