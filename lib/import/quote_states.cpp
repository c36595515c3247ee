#include "import/quote_states.hpp"

#include "import/find_byte.hpp"

namespace dbmig::import {
namespace {

constexpr unsigned kQuoteStates = 4;

}  // namespace

void StateMap::combine(const StateMap& left, StateMap& right) {
  unsigned both = 0;
  for (unsigned state = 0; state < kQuoteStates; ++state) {
    const QuoteState end = right.after(left.after(static_cast<QuoteState>(state)));
    both |= static_cast<unsigned>(end) << (2U * state);
  }
  right.ends_ = static_cast<std::uint8_t>(both);
}

QuoteState QuoteStates::step(QuoteState state, std::uint8_t kind) {
  if (state == QuoteState::quoted) return kind == quote ? QuoteState::quote : QuoteState::quoted;
  if (kind == delimiter || kind == line_end) return QuoteState::field_start;
  if (kind == quote && state != QuoteState::unquoted) return QuoteState::quoted;
  return QuoteState::unquoted;
}

QuoteStates::QuoteStates(const CsvFormat& format) : quote_(format.quote) {
  const auto kind_of = [this](char c) -> std::uint8_t& {
    return kinds_[static_cast<std::uint8_t>(c)];
  };
  if (format.quote) kind_of(*format.quote) = quote;
  kind_of(format.delimiter) = delimiter;
  kind_of(format.line_byte()) = line_end;
  for (unsigned ends = 0; ends < 256; ++ends) {
    for (std::uint8_t kind = 0; kind < kKinds; ++kind) {
      StateMap one;
      unsigned map = 0;
      for (unsigned state = 0; state < kQuoteStates; ++state) {
        map |= static_cast<unsigned>(step(static_cast<QuoteState>(state), kind)) << (2U * state);
      }
      one.ends_ = static_cast<std::uint8_t>(map);
      StateMap::combine(StateMap(static_cast<std::uint8_t>(ends)), one);
      next_[ends][kind] = one.ends_;
    }
  }
}

/// Between two quotes, only the last byte matters: inside of quotes none does, and outside it
/// determines whether the next quote opens a field.
StateMap QuoteStates::map_of(std::string_view part) const {
  StateMap map;
  const auto take = [&](char c) {
    map.ends_ = next_[map.ends_][kinds_[static_cast<std::uint8_t>(c)]];
  };
  std::size_t at = 0;
  while (at < part.size()) {
    const std::size_t found = quote_ ? find_byte(part, *quote_, at, part.size()) : part.size();
    if (found > at) take(part[found - 1]);
    if (found < part.size()) take(part[found]);
    at = found + 1;
  }
  return map;
}

std::optional<std::size_t> QuoteStates::first_record_end(std::string_view part,
                                                         QuoteState state) const {
  for (std::size_t at = 0; at < part.size(); ++at) {
    const std::uint8_t kind = kinds_[static_cast<std::uint8_t>(part[at])];
    if (kind == line_end && state != QuoteState::quoted) return at + 1;
    state = step(state, kind);
  }
  return std::nullopt;
}

}  // namespace dbmig::import
