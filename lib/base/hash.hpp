#pragma once

#include <string>
#include <string_view>

namespace dbmig {

/// SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// `count` lower-case hexadecimal digits from the system's random source, for revision identifiers
/// and names of temporary things.
std::string random_hex(int count);

}  // namespace dbmig
