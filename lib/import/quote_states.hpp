#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// What a byte of a file means depends on what stands before it. Where records are cut by quotes,
/// delimiters and line ends alone, that is one of these.
enum class QuoteState : std::uint8_t {
  field_start,  ///< a quote opens
  unquoted,     ///< quotes mean nothing
  quoted,       ///< delimiters and line ends mean nothing
  quote,        ///< behind a quote that closes, unless another one follows
};

/// What a part of a file makes of each state that it may begin in. Parts that follow each other are
/// combined, so that each can be looked at by another rank. A value for Communicator's operations.
class StateMap {
 public:
  /// Of an empty part.
  StateMap() = default;
  QuoteState after(QuoteState before) const {
    return static_cast<QuoteState>((ends_ >> (2U * static_cast<unsigned>(before))) & 3U);
  }
  /// `right` becomes both parts, `left` being the one before it.
  static void combine(const StateMap& left, StateMap& right);
  friend bool operator==(const StateMap&, const StateMap&) = default;

 private:
  friend class QuoteStates;
  explicit StateMap(std::uint8_t ends) : ends_(ends) {}
  std::uint8_t ends_ = 0b11100100;  ///< two bits for each state
};

/// The states of files of one format.
class QuoteStates {
 public:
  /// `format` must be one that IndexedRecords suits.
  explicit QuoteStates(const CsvFormat& format);

  /// For all four states at once.
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
  std::uint8_t next_[256][kKinds] = {};  ///< of a map, for a byte of each kind
};

}  // namespace dbmig::import
