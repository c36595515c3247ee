#include "run/obstacles.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace dbmig::run {
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

std::string example(const Question& question, const std::vector<backend::Value>& row) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < question.labels.size() && i < row.size(); ++i) {
    parts.push_back(fmt::format("{} = {}", question.labels[i], shown(row[i])));
  }
  return text::join(parts, ", ");
}

}  // namespace

std::optional<RowsInTheWay> ask(backend::Connection& connection, const Question& question) {
  const backend::Rows count = connection.query(question.count);
  const std::string number = count.rows.at(0).at(0).value_or("0");
  if (number == "0") return std::nullopt;
  std::vector<std::string> examples;
  if (!question.labels.empty()) {
    for (const auto& row : connection.query(question.examples).rows) {
      examples.push_back(example(question, row));
    }
  }
  std::string message =
      fmt::format("{} {} of table '{}' {} in the way: {}", number, number == "1" ? "row" : "rows",
                  question.table, number == "1" ? "stands" : "stand", question.obstacle);
  if (!examples.empty()) {
    message += fmt::format(" (for example {})", text::join(examples, "; "));
  }
  return RowsInTheWay{std::strtoull(number.c_str(), nullptr, 10), std::move(message)};
}

namespace {

SourcePosition place(const PlannedRevision& planned, std::size_t operation) {
  const history::Revision& revision = planned.revision;
  SourcePosition where{revision.path.string(), 0, 0};
  if (planned.direction == Direction::upgrade && operation < revision.upgrade_positions.size()) {
    where = revision.upgrade_positions[operation];
  } else if (planned.direction == Direction::downgrade && revision.downgrade &&
             operation < revision.downgrade_positions.size()) {
    where = revision.downgrade_positions[operation];
  }
  return where;
}

void find(backend::Connection& connection, const PlannedRevision& planned,
          std::vector<Diagnostic>& found) {
  for (const Question& question : planned.questions) {
    try {
      const auto rows = ask(connection, question);
      if (!rows) continue;
      found.push_back({place(planned, question.operation),
                       fmt::format("{} of revision {} would fail: {}", to_string(planned.direction),
                                   planned.revision.id, rows->message),
                       question.hint});
    } catch (const Error& error) {
      const bool gone = error.code() == ErrorCode::connection ||
                        error.code() == ErrorCode::interrupted || error.code() == ErrorCode::busy;
      if (gone) throw;
    }
  }
}

void refuse(std::vector<Diagnostic> found) {
  if (!found.empty()) throw Error(ErrorCode::constraint, std::move(found));
}

}  // namespace

void refuse_obstacles(backend::Connection& connection, const PlannedRevision& planned) {
  std::vector<Diagnostic> found;
  find(connection, planned, found);
  refuse(std::move(found));
}

void refuse_obstacles(backend::Connection& connection,
                      const std::vector<PlannedRevision>& planned) {
  std::vector<Diagnostic> found;
  for (const PlannedRevision& one : planned) find(connection, one, found);
  refuse(std::move(found));
}

}  // namespace dbmig::run
