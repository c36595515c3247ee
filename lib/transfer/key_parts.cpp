// The parts in which a table is read. See source_readers.hpp.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "transfer/source_readers.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {
namespace {

/// Keys of a part: enough rows that a statement of its own does not matter, few enough that a
/// reader has all of them ready while the others' are written.
constexpr std::uint64_t kKeysOfPart = 16384;
constexpr std::uint64_t kMaxParts = 4096;

std::optional<std::int64_t> whole(const backend::Value& text) {
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const char* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, value);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<std::string> parts_of(backend::Connection& source, const TablePair& pair,
                                  std::size_t readers) {
  const dialect::Dialect& dialect = source.dialect();
  const std::vector<std::string> all = {pair.select_source(dialect)};
  const auto column = pair.range_column(dialect.kind());
  if (readers < 2 || !column) return all;
  const std::string key =
      dialect.quote_identifier(pair.source().name) + "." + dialect.quote_identifier(*column);
  const auto ends = source.query(fmt::format("SELECT min({0}), max({0}) FROM {1}", key,
                                             dialect.quote_identifier(pair.source().name)));
  const auto lowest = whole(ends.rows.at(0).at(0));
  const auto highest = whole(ends.rows.at(0).at(1));
  if (!lowest || !highest) return all;
  const std::uint64_t span =
      static_cast<std::uint64_t>(*highest) - static_cast<std::uint64_t>(*lowest);
  const std::uint64_t count = std::min(span / kKeysOfPart + 1, kMaxParts);
  if (count < 2) return all;
  const std::uint64_t step = span / count + 1;
  std::vector<std::string> parts;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = [&](std::uint64_t n) {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(*lowest) + n * step);
    };
    // The last one has no end: what comes behind it has overflowed, or is not there.
    std::string range = fmt::format("{} >= {}", key, at(i));
    if (i + 1 < count) range += fmt::format(" AND {} < {}", key, at(i + 1));
    parts.push_back(pair.select_source(dialect, range));
  }
  return parts;
}

}  // namespace dbmig::transfer
