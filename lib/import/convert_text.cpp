// Converter's rules for text, bytes and what is written as text. See converter.hpp.
#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/contains.hpp"
#include "base/text.hpp"
#include "import/converter.hpp"
#include "import/number_text.hpp"
#include "import/wkt.hpp"
#include "schema/geometry_text.hpp"

namespace dbmig::import {
namespace {

using backend::Cell;

/// Whether all bytes are ASCII and none is zero; this is true for most fields, which then need no
/// closer look.
bool is_plain(std::string_view text) {
  std::size_t i = 0;
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    // (word - ones) & ~word & high: a byte is zero. The second half: a byte is not ASCII.
    if ((((word - kOnes) & ~word) | word) & kHigh) return false;
  }
  for (; i < text.size(); ++i) {
    if (text[i] == '\0' || static_cast<unsigned char>(text[i]) >= 0x80) return false;
  }
  return true;
}

bool is_well_formed(std::string_view text, const ValueFormat& format, std::string& reason) {
  if (const auto broken = text::find_invalid_utf8(text)) {
    reason =
        fmt::format("is not UTF-8: byte 0x{:02X} at offset {}{}",
                    static_cast<unsigned char>(text[*broken]), *broken,
                    format.of_database ? ""
                                       : " of the field; name the file's encoding, for example "
                                         "--encoding latin1 or --encoding windows-1252");
    return false;
  }
  if (format.of_database) return true;
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    reason = fmt::format("has a NUL byte at offset {} of the field", zero);
    return false;
  }
  return true;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

bool Converter::convert_text(std::string_view text, Cell& cell, std::string& reason) const {
  const bool plain = is_plain(text);
  if (!plain && !is_well_formed(text, format_, reason)) return false;
  if (most_characters_ != 0 && text.size() > most_characters_) {
    const std::size_t characters = plain ? text.size() : text::utf8_length(text);
    if (characters > most_characters_) {
      reason = fmt::format("is too long: {} characters, and {} holds {}", characters,
                           schema::to_string(column_.type), most_characters_);
      return false;
    }
  }
  if (most_bytes_ != 0 && text.size() > most_bytes_) {
    reason = fmt::format("is too long: {} bytes, and {} holds {}", text.size(),
                         schema::to_string(column_.type), most_bytes_);
    return false;
  }
  cell = Cell::of_text(text);
  return true;
}

bool Converter::convert_binary(std::string_view text, Cell& cell, std::string& reason) {
  if (format_.binary == BinaryText::guarded && looks_like_hex(text)) {
    reason =
        "looks like hexadecimal digits; --binary hex stores the bytes they stand for, --binary raw "
        "stores the text itself";
    return false;
  }
  if (format_.binary == BinaryText::hex || format_.binary == BinaryText::base64) {
    const bool decoded = format_.binary == BinaryText::hex ? decode_hex(text, decoded_, reason)
                                                           : decode_base64(text, decoded_, reason);
    if (!decoded) return false;
    text = decoded_;
  }
  if (most_bytes_ != 0 && text.size() > most_bytes_) {
    reason = fmt::format("is too long: {} bytes, and {} holds {}", text.size(),
                         schema::to_string(column_.type), most_bytes_);
    return false;
  }
  cell = Cell::of_blob(text);
  return true;
}

bool Converter::convert_native_text(std::string_view text, Cell& cell, std::string& reason) const {
  if (!is_plain(text) && !is_well_formed(text, format_, reason)) return false;
  cell = Cell::of_text(text);
  return true;
}

namespace {

/// `text` with the numbers outside of its strings shortened to a size that any reader accepts.
/// Databases store JSON as text and accept numbers of any size; the library that checks the syntax
/// does not.
std::string with_small_numbers(std::string_view text) {
  constexpr std::size_t kKeptDigits = 18;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string out;
  bool in_string = false;
  bool in_exponent = false;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (in_string || !is_digit(c)) {
      in_exponent = !in_string && (c == 'e' || c == 'E' || (in_exponent && (c == '+' || c == '-')));
      digits = 0;
      out += c;
      continue;
    }
    if (++digits <= (in_exponent ? 1 : kKeptDigits)) out += c;
  }
  return out;
}

}  // namespace

bool Converter::convert_json(std::string_view text, Cell& cell, std::string& reason) const {
  if (!is_plain(text) && !is_well_formed(text, format_, reason)) return false;
  if (!nlohmann::json::accept(text) && !nlohmann::json::accept(with_small_numbers(text))) {
    reason = "is not valid JSON";
    return false;
  }
  cell = Cell::of_text(text);
  return true;
}

/// With or without dashes; stored in lower case with dashes, as MariaDB prints it.
bool Converter::convert_uuid(std::string_view text, Cell& cell, std::string& reason) {
  constexpr std::size_t kDigits = 32;
  constexpr std::string_view kShape = "00000000-0000-0000-0000-000000000000";
  std::array<char, kDigits> digits;
  std::size_t n = 0;
  bool valid = text.size() == kShape.size() || text.size() == kDigits;
  for (std::size_t i = 0; valid && i < text.size(); ++i) {
    if (text.size() == kShape.size() && kShape[i] == '-') {
      valid = text[i] == '-';
    } else if (is_hex(text[i]) && n < kDigits) {
      digits[n++] = static_cast<char>(text[i] >= 'A' && text[i] <= 'F' ? text[i] + 32 : text[i]);
    } else {
      valid = false;
    }
  }
  if (!valid || n != kDigits) {
    reason = "is not a UUID";
    return false;
  }
  n = 0;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    scratch_[i] = kShape[i] == '-' ? '-' : digits[n++];
  }
  cell = Cell::of_text({scratch_.data(), kShape.size()});
  return true;
}

bool Converter::convert_inet(std::string_view text, Cell& cell, std::string& reason) const {
  const bool is_v4 = rule_ == Rule::inet4;
  std::array<char, INET6_ADDRSTRLEN + 1> terminated{};
  std::array<unsigned char, sizeof(in6_addr)> address;
  bool valid = text.size() < terminated.size() && text.find('\0') == std::string_view::npos;
  if (valid) {
    std::copy(text.begin(), text.end(), terminated.begin());
    valid = ::inet_pton(is_v4 ? AF_INET : AF_INET6, terminated.data(), address.data()) == 1;
  }
  if (!valid) {
    reason = is_v4 ? "is not an IPv4 address" : "is not an IPv6 address";
    return false;
  }
  cell = Cell::of_text(text);
  return true;
}

bool Converter::convert_enum(std::string_view text, Cell& cell, std::string& reason) const {
  if (contains(column_.type.values, text)) {
    cell = Cell::of_text(text);
    return true;
  }
  if (!is_well_formed(text, format_, reason)) return false;
  reason = fmt::format("is not one of the column's values; {}",
                       text::suggest(text, column_.type.values));
  return false;
}

bool Converter::convert_set(std::string_view text, Cell& cell, std::string& reason) const {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view member = rest.substr(0, comma);
    if (!contains(column_.type.values, member)) {
      if (!is_well_formed(text, format_, reason)) return false;
      reason = fmt::format("has the member {}, which the column does not have; {}", shown(member),
                           text::suggest(member, column_.type.values));
      return false;
    }
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  cell = Cell::of_text(text);
  return true;
}

/// Well-known text. The database's own function silently returns NULL for invalid text.
bool Converter::convert_geometry(std::string_view text, Cell& cell, std::string& reason) const {
  if (!ranges_->geometry) return convert_native_text(text, cell, reason);
  const auto parts = schema::split_srid(text);
  const auto kind = parts ? parse_wkt(parts->shape) : std::nullopt;
  if (!kind) {
    reason =
        "is not a geometry in well-known text, as in POINT(1 2) or, with its reference system, "
        "SRID=4326;POINT(1 2)";
    return false;
  }
  const std::string_view wanted = schema::name_of(column_.type.kind);
  if (column_.type.kind != schema::TypeKind::geometry && wanted != *kind) {
    reason = fmt::format("is a {}, and the column is {}", *kind, wanted);
    return false;
  }
  cell = Cell::of_text(text);
  return true;
}

}  // namespace dbmig::import
