#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dbmig::yaml {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Writes values one after the other.
class ByteWriter {
 public:
  static constexpr bool is_reading = false;

  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  template <Plain T>
  void put(const T& value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes += text;
  }

  std::string bytes;
};

/// Reads them in the same order. After bytes that cannot be meant `is_good` is false and what is
/// read has no meaning.
class ByteReader {
 public:
  static constexpr bool is_reading = true;

  explicit ByteReader(std::string_view bytes) : rest(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  template <Plain T>
  void get(T& value) {
    if (rest.size() < sizeof value) return fail();
    if constexpr (std::same_as<T, bool>) {
      if (static_cast<unsigned char>(rest.front()) > 1) return fail();
    }
    std::memcpy(&value, rest.data(), sizeof value);
    rest.remove_prefix(sizeof value);
  }
  void get(std::string& text) {
    std::uint32_t size = 0;
    get(size);
    if (rest.size() < size) return fail();
    text.assign(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  /// The length of a list: each of its items takes a byte at least.
  std::uint32_t length() {
    std::uint32_t size = 0;
    get(size);
    if (size > rest.size()) fail();
    return is_good ? size : 0;
  }
  void fail() {
    is_good = false;
    rest = {};
  }

  std::string_view rest;
  bool is_good = true;
};

}  // namespace dbmig::yaml
