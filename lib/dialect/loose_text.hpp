#pragma once

#include <string>
#include <string_view>

namespace dbmig::dialect {

/// `text`, UTF-8, as loosely compared as by any of MariaDB's general collations: two texts that one
/// of them takes for equal give the same, whatever their case, accents and blanks at the end; two
/// that give the same may differ in each. A few rare letters aside, which are compared as several.
/// What is no UTF-8 is compared by its bytes, except for the case of ASCII letters.
std::string loose_text(std::string_view text);

}  // namespace dbmig::dialect
