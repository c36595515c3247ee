#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbmig::import {

/// How a field holds the bytes of a binary column.
enum class BinaryText : std::uint8_t {
  guarded,  ///< as they are; what looks like hexadecimal digits is an error, because it may be
            ///< meant as such
  raw,      ///< as they are
  hex,      ///< hexadecimal digits, alone or as 0xDEAD, \xDEAD, x'DEAD'
  base64,   ///< RFC 4648, also with - and _; line ends and blanks inside are ignored
};

/// How a field holds the value of a BIT column.
enum class BitText : std::uint8_t {
  number,  ///< a number, or bits as SQL writes them: b'0101'
  bytes,   ///< the bytes of the value, the highest first, as MariaDB writes them into files
  digits,  ///< a digit for each bit, as PostgreSQL writes them: 0101
};

/// `0x`, `\x` or `x'…'` around an even number of hexadecimal digits, at least two.
bool looks_like_hex(std::string_view text);

/// The bytes that `text` encodes. False if it encodes none; `reason` then completes the sentence
/// "'abc' …".
bool decode_hex(std::string_view text, std::string& bytes, std::string& reason);
bool decode_base64(std::string_view text, std::string& bytes, std::string& reason);

}  // namespace dbmig::import
