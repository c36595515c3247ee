#include "import/splitter.hpp"

#include <cstring>

namespace dbmig::import {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// The position of `c` in [from, to), or `to`.
std::size_t find(std::string_view data, char c, std::size_t from, std::size_t to) {
  if (from >= to) return to;
  const void* hit = std::memchr(data.data() + from, c, to - from);
  return hit == nullptr ? to
                        : static_cast<std::size_t>(static_cast<const char*>(hit) - data.data());
}

}  // namespace

/// A field after the other: whether a quote opens depends on where the field starts.
Splitter::Scan Splitter::scan(std::string_view data, std::size_t start) const {
  const std::size_t size = data.size();
  std::size_t at = start;
  while (at < size) {
    if (format_.quote && data[at] == *format_.quote) {
      const std::size_t opened = at++;
      bool closed = false;
      while (at < size && !closed) {
        if (format_.escape && *format_.escape != *format_.quote && data[at] == *format_.escape) {
          at += 2;
        } else if (data[at] != *format_.quote) {
          ++at;
        } else if (at + 1 < size && data[at + 1] == *format_.quote) {
          at += 2;
        } else if (at + 1 == size) {
          // The next byte decides whether this quote closes or is the first of a pair.
          return {.end = 0, .cut = true, .open_quote = std::nullopt};
        } else {
          ++at;
          closed = true;
        }
      }
      if (!closed) return {.end = 0, .cut = true, .open_quote = opened};
    }
    // Up to the delimiter or the end of the record, quotes meaning nothing.
    while (at < size && data[at] != format_.delimiter && data[at] != '\n') {
      at +=
          format_.escape && data[at] == *format_.escape && format_.escape != format_.quote ? 2 : 1;
    }
    if (at >= size) return {.end = 0, .cut = true, .open_quote = std::nullopt};
    if (data[at] == '\n') return {.end = at + 1, .cut = false, .open_quote = std::nullopt};
    ++at;
  }
  return {.end = 0, .cut = true, .open_quote = std::nullopt};
}

std::optional<std::size_t> Splitter::record_end(std::string_view data, std::size_t start) const {
  // Most records are one line without a quote.
  const std::size_t newline = find(data, '\n', start, data.size());
  if (newline == data.size()) {
    return std::nullopt;
  }
  const bool plain = (!format_.quote || find(data, *format_.quote, start, newline) == newline) &&
                     (!format_.escape || find(data, *format_.escape, start, newline) == newline);
  if (plain) return newline + 1;
  const Scan scanned = scan(data, start);
  if (scanned.cut) return std::nullopt;
  return scanned.end;
}

std::size_t Splitter::last_boundary(std::string_view data) const {
  if (!format_.escape) return boundary_without_escape(data);
  std::size_t boundary = 0;
  while (const auto end = record_end(data, boundary)) boundary = *end;
  return boundary;
}

std::size_t Splitter::boundary_without_escape(std::string_view data) const {
  // Stretches without a quote need no look at single records: their last newline ends one.
  std::size_t boundary = 0;
  while (boundary < data.size()) {
    const std::size_t quote =
        format_.quote ? find(data, *format_.quote, boundary, data.size()) : data.size();
    if (quote > boundary) {
      const std::size_t newline = data.substr(0, quote).rfind('\n');
      if (newline != kNone && newline >= boundary) boundary = newline + 1;
      if (quote == data.size()) return boundary;
    }
    const Scan scanned = scan(data, boundary);
    if (scanned.cut) return boundary;
    boundary = scanned.end;
  }
  return boundary;
}

std::optional<std::size_t> Splitter::open_quote(std::string_view record) const {
  return scan(record, 0).open_quote;
}

}  // namespace dbmig::import
