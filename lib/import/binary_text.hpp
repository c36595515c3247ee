#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbmig::import {

/// How a field holds the bytes of a binary column.
enum class BinaryText : std::uint8_t {
  guarded,  ///< as they are; what looks like hexadecimal digits is an error, for it may be meant so
  raw,      ///< as they are
  hex,      ///< hexadecimal digits, alone or as 0xDEAD, \xDEAD, x'DEAD'
  base64,   ///< RFC 4648, also with - and _; line ends and blanks inside mean nothing
};

/// `0x`, `\x` or `x'…'` around an even number of hexadecimal digits, at least two.
bool looks_like_hex(std::string_view text);

/// The bytes that `text` stands for. False when it stands for none; `reason` then completes the
/// sentence "'abc' …".
bool decode_hex(std::string_view text, std::string& bytes, std::string& reason);
bool decode_base64(std::string_view text, std::string& bytes, std::string& reason);

}  // namespace dbmig::import
