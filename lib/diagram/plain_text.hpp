#pragma once

#include <string>
#include <string_view>

namespace dbmig::diagram {

/// `text` as one line that every format can hold: what is no UTF-8 becomes U+FFFD, control
/// characters and line ends a blank each.
std::string one_line(std::string_view text);

/// Whether it is a letter or `_`, then letters, digits and `_`; ASCII.
bool is_plain_word(std::string_view text);

/// `text` with every ASCII character other than letters, digits and those of `also` replaced by
/// `_`. Never empty.
std::string as_word(std::string_view text, std::string_view also = "_");

}  // namespace dbmig::diagram
