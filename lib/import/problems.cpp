#include "import/problems.hpp"

#include <algorithm>

#include "import/earlier_row.hpp"

namespace dbmig::import {
namespace {

/// MariaDB's message without the parts that differ from row to row: `Duplicate entry 'x' for key`,
/// `at row 5`.
std::string without_values(std::string message) {
  constexpr std::string_view kEntry = "entry '";
  const std::size_t entry = message.find(kEntry);
  const std::size_t end = message.rfind("' for key");
  if (entry != std::string::npos && end != std::string::npos && end > entry) {
    const std::size_t value = entry + kEntry.size();
    message.replace(value, end - value, "…");
  }
  const std::size_t row = message.find(" at row ");
  if (row != std::string::npos) message.erase(row);
  return message;
}

}  // namespace

void Problems::add(std::string_view file, std::uint64_t line, Key key, const std::string& value) {
  const std::string name(file);
  auto found = places_.find({name, key});
  if (found == places_.end()) {
    if (++kinds_[name] > kMaxProblems) key = {"", "other reasons"};
    found = places_.emplace(std::pair(name, key), problems_.size()).first;
    if (found->second == problems_.size()) {
      Problem& problem = problems_.emplace_back();
      problem.file = name;
      problem.column = key.column;
      problem.reason = key.reason;
    }
  }
  Problem& problem = problems_[found->second];
  ++problem.records;
  if (problem.lines.size() < kMaxExamples) problem.lines.push_back(line);
  const bool is_new =
      std::find(problem.examples.begin(), problem.examples.end(), value) == problem.examples.end();
  if (!value.empty() && is_new && problem.examples.size() < kMaxExamples) {
    problem.examples.push_back(value);
  }
}

void Problems::add(std::string_view file, std::uint64_t line, const BadRecord& bad) {
  add(file, line, {bad.column, bad.reason}, bad.value);
}

void Problems::add(std::string_view file, std::uint64_t line, const Error& refused) {
  has_duplicates_ = has_duplicates_ || is_duplicate(refused);
  add(file, line, {"", without_values(refused.message())}, "");
}

std::vector<Problem> Problems::take() {
  // Rows that waited for their parents were refused last, out of order.
  for (Problem& problem : problems_) std::sort(problem.lines.begin(), problem.lines.end());
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return a.file == b.file && a.lines.front() < b.lines.front();
  });
  places_.clear();
  kinds_.clear();
  return std::move(problems_);
}

}  // namespace dbmig::import
