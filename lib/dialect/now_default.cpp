#include "dialect/now_default.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <vector>

#include "base/text.hpp"

namespace dbmig::dialect {
namespace {

/// The text without parentheses around the whole of it.
std::string_view unwrapped(std::string_view text) {
  text = text::trim(text);
  while (text.size() > 1 && text.front() == '(' && text.back() == ')') {
    int depth = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      depth += text[i] == '(' ? 1 : (text[i] == ')' ? -1 : 0);
      if (depth == 0) return text;  // it closes before the end
    }
    text = text::trim(text.substr(1, text.size() - 2));
  }
  return text;
}

struct Call {
  std::string function;
  std::vector<std::string> arguments;  ///< texts, without their quotes
};

/// `f('a', "b")`: a call with texts alone.
std::optional<Call> read_call(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || text.back() != ')') return std::nullopt;
  Call call;
  call.function = text::lower(text::trim(text.substr(0, open)));
  for (const std::string& part : text::split(text.substr(open + 1, text.size() - open - 2), ',')) {
    const std::string_view one = text::trim(part);
    const bool is_text =
        one.size() > 1 && (one.front() == '\'' || one.front() == '"') && one.back() == one.front();
    if (!is_text) return std::nullopt;
    call.arguments.emplace_back(one.substr(1, one.size() - 2));
  }
  return call;
}

bool is_now(const std::vector<std::string>& arguments, std::size_t from) {
  return arguments.size() == from + 1 && text::equals_ignoring_case(arguments[from], "now");
}

/// strftime()'s format as date_format()'s; empty for letters that mean something else there.
std::string date_format(std::string_view format, bool& has_fraction) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '\'') return {};
    if (format[i] != '%') {
      out.push_back(format[i]);
      continue;
    }
    if (++i == format.size()) return {};
    switch (format[i]) {
      case 'Y':
      case 'm':
      case 'd':
      case 'H':
      case 'j':
      case 'w':
        out.append({'%', format[i]});
        break;
      case 'M':
        out += "%i";
        break;
      case 'S':
        out += "%s";
        break;
      case 'f':
        // SQLite: seconds and three digits; MariaDB: six digits. It must be the end.
        if (i + 1 != format.size()) return {};
        out += "%s.%f";
        has_fraction = true;
        break;
      default:
        return {};
    }
  }
  return out;
}

/// date_format()'s format as strftime()'s, where it is one of date_format().
std::string strftime_format(std::string_view format) {
  constexpr std::string_view kFraction = "%s.%f";
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format.substr(i) == kFraction) return out + "%f";
    if (format[i] != '%' || i + 1 == format.size()) {
      out.push_back(format[i]);
      continue;
    }
    ++i;
    out.push_back('%');
    out.push_back(format[i] == 'i' ? 'M' : format[i] == 's' ? 'S' : format[i]);
  }
  return out;
}

/// Without the blanks outside of its quotes, of which the server writes some of its own.
std::string without_blanks(std::string_view sql) {
  std::string out;
  bool is_quoted = false;
  for (const char c : sql) {
    if (c == '\'') is_quoted = !is_quoted;
    if (is_quoted || c != ' ') out.push_back(c);
  }
  return out;
}

}  // namespace

std::string mariadb_now(std::string_view sqlite_default) {
  const std::string_view text = unwrapped(sqlite_default);
  if (text.empty()) return {};
  const auto call = read_call(text);
  if (!call) return {};
  if (is_now(call->arguments, 0)) {
    if (call->function == "datetime") return "utc_timestamp()";
    if (call->function == "date") return "utc_date()";
    if (call->function == "time") return "utc_time()";
  }
  if (call->function != "strftime" || !is_now(call->arguments, 1)) return {};
  bool has_fraction = false;
  const std::string format = date_format(call->arguments.front(), has_fraction);
  if (format.empty()) return {};
  if (!has_fraction) return "date_format(utc_timestamp(), '" + format + "')";
  return "substr(date_format(utc_timestamp(3), '" + format + "'), 1, " +
         "char_length(date_format(utc_timestamp(3), '" + format + "')) - 3)";
}

std::string sqlite_now(std::string_view mariadb_default) {
  const std::string text = without_blanks(unwrapped(mariadb_default));
  std::vector<std::string> candidates = {"datetime('now')", "date('now')", "time('now')"};
  // Of all that date_format() writes, what a format of strftime() means, too.
  const std::size_t start = text.find("date_format(utc_timestamp(");
  const std::size_t open = start == std::string::npos ? start : text.find('\'', start);
  const std::size_t close = open == std::string::npos ? open : text.find('\'', open + 1);
  if (close != std::string::npos) {
    const std::string format = strftime_format(text.substr(open + 1, close - open - 1));
    candidates = {"strftime('" + format + "', 'now')"};
  }
  for (const std::string& one : candidates) {
    if (without_blanks(mariadb_now(one)) == text) return one;
  }
  return {};
}

Clock sqlite_clock(std::string_view mariadb_default) {
  static const std::set<std::string, std::less<>> moments = {
      "current_timestamp", "now", "localtime", "localtimestamp", "utc_timestamp", "sysdate"};
  static const std::set<std::string, std::less<>> times = {"current_time", "curtime", "utc_time"};
  constexpr int kOwnDigits = 3;
  constexpr int kMaxDigits = 6;
  const std::string text = without_blanks(unwrapped(mariadb_default));
  const std::size_t open = text.find('(');
  if (open == std::string::npos || text.back() != ')') return {};
  const std::string name = text::lower(text.substr(0, open));
  const std::string places = text.substr(open + 1, text.size() - open - 2);
  const bool is_time = times.count(name) != 0;
  if (!is_time && moments.count(name) == 0) return {};
  if (name == "sysdate" && places.empty()) return {"datetime('now')"};
  if (places.size() != 1 || places[0] < '1' || places[0] > '0' + kMaxDigits) return {};
  const int digits = places[0] - '0';
  const std::string format = is_time ? "%H:%M:%f" : "%Y-%m-%d %H:%M:%f";
  const std::string all = "strftime('" + format + "', 'now')";
  if (digits >= kOwnDigits) return {all, digits - kOwnDigits};
  constexpr int kTime = 9;  // "12:34:56."
  constexpr int kDate = 11;
  return {"substr(" + all + ", 1, " + std::to_string(kTime + (is_time ? 0 : kDate) + digits) + ")"};
}

}  // namespace dbmig::dialect
