#include "transfer/key_ranges.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "transfer/table_pair.hpp"

namespace dbmig::transfer {
namespace {

/// Keys per part: enough rows to make the cost of a statement negligible, few enough for a reader
/// to have all of them ready while those of others are written.
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

std::string KeyRange::condition(const dialect::Dialect& dialect, const std::string& table,
                                const std::string& column) const {
  const std::string key = dialect.quote_identifier(table) + "." + dialect.quote_identifier(column);
  std::string text;
  if (from) text = fmt::format("{} >= {}", key, *from);
  if (until) text += fmt::format("{}{} < {}", text.empty() ? "" : " AND ", key, *until);
  return text;
}

std::vector<KeyRange> ranges_of(backend::Connection& source, const TablePair& pair) {
  const dialect::Dialect& dialect = source.dialect();
  const std::vector<KeyRange> all = {{}};
  const auto column = pair.range_column(dialect.kind());
  if (!column) return all;
  // For only one end, SQLite uses the key's b-tree; for both at once it reads the whole table.
  const auto ends = source.query(
      fmt::format("SELECT (SELECT min({0}) FROM {1}), (SELECT max({0}) FROM {1})",
                  dialect.quote_identifier(*column), dialect.quote_identifier(pair.source().name)));
  const auto lowest = whole(ends.rows.at(0).at(0));
  const auto highest = whole(ends.rows.at(0).at(1));
  if (!lowest || !highest) return all;
  const std::uint64_t span =
      static_cast<std::uint64_t>(*highest) - static_cast<std::uint64_t>(*lowest);
  const std::uint64_t count = std::min(span / kKeysOfPart + 1, kMaxParts);
  if (count < 2) return all;
  const std::uint64_t step = span / count + 1;
  std::vector<KeyRange> ranges(count);
  for (std::uint64_t i = 1; i < count; ++i) {
    const auto at = static_cast<std::int64_t>(static_cast<std::uint64_t>(*lowest) + i * step);
    ranges[i - 1].until = at;
    ranges[i].from = at;
  }
  return ranges;
}

}  // namespace dbmig::transfer
