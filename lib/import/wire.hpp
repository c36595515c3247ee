#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.hpp"
#include "import/communicator.hpp"

namespace dbmig::import {

// The messages between the ranks of a job, as bytes. All ranks run the same program, so numbers are
// sent in the machine's byte order.

/// Appends values to a message.
class WireWriter {
 public:
  explicit WireWriter(Bytes& out) : out_(out) {}

  template <class Number>
  void put(Number value) {
    static_assert(std::is_arithmetic_v<Number> || std::is_enum_v<Number>);
    const std::size_t at = out_.size();
    out_.resize(at + sizeof value);
    std::memcpy(out_.data() + at, &value, sizeof value);
  }
  /// A value that is its bytes.
  template <class Value>
  void put_bytes(const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    const auto* bytes = reinterpret_cast<const char*>(&value);
    out_.insert(out_.end(), bytes, bytes + sizeof value);
  }
  void put_text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    out_.insert(out_.end(), text.begin(), text.end());
  }

 private:
  Bytes& out_;
};

/// Reads them back, in the same order. Throws Error{failed} if a message is truncated.
class WireReader {
 public:
  explicit WireReader(std::string_view message) : rest_(message) {}

  template <class Number>
  Number get() {
    static_assert(std::is_arithmetic_v<Number> || std::is_enum_v<Number>);
    Number value;
    const std::string_view bytes = take(sizeof value);
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  template <class Value>
  Value get_bytes() {
    static_assert(std::is_trivially_copyable_v<Value>);
    Value value;
    std::memcpy(static_cast<void*>(&value), take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view get_text() { return take(get<std::uint32_t>()); }
  std::string_view take(std::size_t count) {
    if (rest_.size() < count) {
      throw Error(ErrorCode::failed, "a message between two ranks arrived incomplete");
    }
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace dbmig::import
