#include "import/wkt.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

#include "base/text.hpp"

namespace dbmig::import {
namespace {

constexpr std::array<std::string_view, 7> kKinds = {
    "point",           "linestring",   "polygon",           "multipoint",
    "multilinestring", "multipolygon", "geometrycollection"};

/// Deeper nesting of collections is refused, because the parser is recursive.
constexpr int kMaxNested = 32;

struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

class WktParser {
 public:
  explicit WktParser(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> geometry(int depth) {
    const std::string_view word = keyword();
    for (const std::string_view kind : kKinds) {
      if (text::equals_ignoring_case(word, kind)) {
        return body(kind, depth) ? std::optional(kind) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }

 private:
  bool body(std::string_view kind, int depth) {
    if (kind == "point") return parenthesised([this] { return point(last_); });
    if (kind == "linestring") return line();
    if (kind == "polygon") return polygon();
    if (kind == "multipoint") return list([this] { return multipoint_member(); });
    if (kind == "multilinestring") return list([this] { return line(); });
    if (kind == "multipolygon") return list([this] { return polygon(); });
    if (depth >= kMaxNested) return false;
    // The only one of MariaDB's kinds that may be empty.
    const std::string_view rest = rest_;
    if (text::equals_ignoring_case(keyword(), "empty")) return true;
    rest_ = rest;
    return list([this, depth] { return geometry(depth + 1).has_value(); });
  }

  template <class Part>
  bool parenthesised(Part part) {
    return accept('(') && part() && accept(')');
  }

  template <class Part>
  bool list(Part part) {
    if (!accept('(')) return false;
    do {
      if (!part()) return false;
    } while (accept(','));
    return accept(')');
  }

  bool multipoint_member() {
    if (accept('(')) return point(last_) && accept(')');
    return point(last_);
  }

  bool points(std::size_t least, bool closed) {
    std::size_t n = 0;
    Point first;
    const bool listed = list([&] {
      if (!point(last_)) return false;
      if (n++ == 0) first = last_;
      return true;
    });
    return listed && n >= least && (!closed || first == last_);
  }

  bool line() { return points(2, false); }
  bool polygon() {
    return list([this] { return points(4, true); });
  }
  bool point(Point& out) { return number(out.x) && number(out.y); }

  bool number(double& value) {
    skip_spaces();
    if (!rest_.empty() && rest_.front() == '+') rest_.remove_prefix(1);
    const auto [end, failure] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (failure != std::errc{} || !std::isfinite(value)) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return rest_.empty() || rest_.front() == ' ' || rest_.front() == ',' || rest_.front() == ')' ||
           rest_.front() == '\t' || rest_.front() == '\n' || rest_.front() == '\r';
  }

  std::string_view keyword() {
    skip_spaces();
    std::size_t n = 0;
    while (n < rest_.size() &&
           ((rest_[n] >= 'a' && rest_[n] <= 'z') || (rest_[n] >= 'A' && rest_[n] <= 'Z'))) {
      ++n;
    }
    const std::string_view word = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return word;
  }

  bool accept(char c) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_spaces() {
    const std::size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(n == std::string_view::npos ? rest_.size() : n);
  }

  std::string_view rest_;
  Point last_;
};

}  // namespace

std::optional<std::string_view> parse_wkt(std::string_view text) {
  WktParser parser(text);
  const auto kind = parser.geometry(0);
  if (!kind || !parser.at_end()) return std::nullopt;
  return kind;
}

}  // namespace dbmig::import
