#include "data_check/violation.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace dbmig::data_check {
namespace {

constexpr std::size_t kShownCharacters = 40;

std::string shown(const backend::Value& value) {
  if (!value) return "NULL";
  double number = 0;
  const char* end = value->data() + value->size();
  const auto [stop, code] = std::from_chars(value->data(), end, number);
  if (code == std::errc() && stop == end) return *value;
  if (text::find_invalid_utf8(*value)) return fmt::format("({} bytes)", value->size());
  if (text::utf8_length(*value) <= kShownCharacters) return fmt::format("'{}'", *value);
  std::size_t cut = 0;
  for (std::size_t n = 0; n < kShownCharacters; ++n) {
    do {
      ++cut;
    } while ((static_cast<unsigned char>((*value)[cut]) & 0xC0U) == 0x80U);
  }
  return fmt::format("'{}…'", value->substr(0, cut));
}

std::string example(const DataCheck& check, const std::vector<backend::Value>& row) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < check.labels.size() && i < row.size(); ++i) {
    parts.push_back(fmt::format("{} = {}", check.labels[i], shown(row[i])));
  }
  return text::join(parts, ", ");
}

}  // namespace

std::optional<Violation> find_violation(backend::Connection& connection, const DataCheck& check) {
  const backend::Rows count = connection.query(check.count);
  const std::string number = count.rows.at(0).at(0).value_or("0");
  if (number == "0") return std::nullopt;
  std::vector<std::string> examples;
  if (!check.labels.empty()) {
    for (const auto& row : connection.query(check.examples).rows) {
      examples.push_back(example(check, row));
    }
  }
  const bool is_one = number == "1";
  const std::string rows =
      fmt::format("{} {} of table '{}'", number, is_one ? "row" : "rows", check.table);
  std::string what = check.violation;
  if (!examples.empty()) what += fmt::format(" (for example {})", text::join(examples, "; "));
  return Violation{std::strtoull(number.c_str(), nullptr, 10), rows + ": " + what,
                   fmt::format("{} {} in the way: {}", rows, is_one ? "stands" : "stand", what)};
}

}  // namespace dbmig::data_check
