#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// The meaning of a byte in a file depends on what comes before it. If records are cut only by
/// quotes, delimiters and line ends, there are these states.
enum class QuoteState : std::uint8_t {
  field_start,  ///< a quote opens
  unquoted,     ///< a quote is data
  quoted,       ///< delimiters and line ends mean nothing
  quote,        ///< after a quote that closes, unless another one follows
};

/// For each state in which a part of a file may begin, the state in which it ends. The maps of
/// consecutive parts can be combined, so that each part can be examined by a different rank. A
/// value for Communicator's operations.
class StateMap {
 public:
  /// The map of an empty part.
  StateMap() = default;
  QuoteState after(QuoteState before) const {
    return static_cast<QuoteState>((ends_ >> (2U * static_cast<unsigned>(before))) & 3U);
  }
  /// `right` becomes the map of both parts, where `left` comes before it.
  static void combine(const StateMap& left, StateMap& right);
  friend bool operator==(const StateMap&, const StateMap&) = default;

 private:
  friend class QuoteStates;
  explicit StateMap(std::uint8_t ends) : ends_(ends) {}
  std::uint8_t ends_ = 0b11100100;  ///< two bits for each state
};

/// Computes the states for files of one format.
class QuoteStates {
 public:
  /// `format` must be one that IndexedRecords suits.
  explicit QuoteStates(const CsvFormat& format);

  /// The map for all four states at once.
  StateMap map_of(std::string_view part) const;
  /// The offset past the first line end in `part` that ends a record, when `part` begins in
  /// `state`.
  std::optional<std::size_t> first_record_end(std::string_view part, QuoteState state) const;

 private:
  enum Kind : std::uint8_t { other, delimiter, line_end, quote };
  static constexpr std::size_t kKinds = 4;
  static QuoteState step(QuoteState state, std::uint8_t kind);

  std::optional<char> quote_;
  std::uint8_t kinds_[256] = {};
  std::uint8_t next_[256][kKinds] = {};  ///< the map after one byte of each kind
};

}  // namespace dbmig::import
