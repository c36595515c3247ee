#pragma once

#include <string>
#include <string_view>

namespace dbmig {

/// `text` as one word of a shell's command line: in quotes if it needs them.
std::string shell_word(std::string_view text);

}  // namespace dbmig
