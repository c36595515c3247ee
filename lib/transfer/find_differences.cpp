#include "transfer/find_differences.hpp"

#include <map>
#include <unordered_map>

#include "transfer/row_sums.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using backend::Connection;

constexpr std::size_t kExamples = 5;

/// Searches for the first rows that one side has and the other does not.
class DifferenceSearch {
 public:
  DifferenceSearch(Connection& source, Connection& target, TablePair& pair,
                   const std::atomic<bool>& stop)
      : source_(source), target_(target), pair_(pair), stop_(stop) {}

  std::vector<std::string> run(const std::vector<KeyRange>& ranges) {
    const auto column = pair_.shared_range_column(source_.dialect().kind());
    if (!column) {
      look_at({}, "");
    } else {
      for (const KeyRange& range : ranges) {
        if (in_target_.size() >= kExamples && in_source_.size() >= kExamples) break;
        look_at(range, range.condition(target_.dialect(), pair_.name(), *column));
      }
    }
    std::vector<std::string> found;
    for (const std::string& key : in_target_) found.push_back("in the target: " + key);
    for (const std::string& key : in_source_) found.push_back("in the source: " + key);
    return found;
  }

 private:
  /// A row, with the number of times it occurs.
  struct Seen {
    std::size_t times = 0;
    std::uint64_t number = 0;
    std::string key;
  };

  void look_at(const KeyRange& range, const std::string& condition) {
    constexpr std::size_t kMaxRows = 5'000'000;  // about 200 MB
    std::unordered_map<std::string, Seen> seen;
    bool is_too_much = false;
    const auto hash_of = [&](std::span<const Cell> cells) {
      RowHash one;
      one.add(pair_.converter().canonical_row(cells));
      return one.text();
    };
    read_source(source_, pair_, stop_, range, [&](std::span<const Cell> cells, std::uint64_t n) {
      is_too_much = is_too_much || seen.size() >= kMaxRows;
      if (is_too_much) return;
      Seen& row = seen[hash_of(cells)];
      if (++row.times > 1) return;
      row.number = n;
      row.key = pair_.describe_key(cells, n);
    });
    if (is_too_much) return;
    read_target(target_, pair_, stop_, condition,
                [&](std::span<const Cell> cells, std::uint64_t n) {
                  const auto same = seen.find(hash_of(cells));
                  if (same != seen.end() && same->second.times > 0) {
                    --same->second.times;
                  } else if (in_target_.size() < kExamples) {
                    in_target_.push_back(pair_.describe_key(cells, n));
                  }
                });
    std::map<std::uint64_t, std::string> left;
    for (const auto& [hash, row] : seen) {
      if (row.times > 0) left.emplace(row.number, row.key);
    }
    for (const auto& [number, key] : left) {
      if (in_source_.size() < kExamples) in_source_.push_back(key);
    }
  }

  Connection& source_;
  Connection& target_;
  TablePair& pair_;
  const std::atomic<bool>& stop_;
  std::vector<std::string> in_target_;
  std::vector<std::string> in_source_;
};

}  // namespace

std::vector<std::string> find_differences(Connection& source, Connection& target, TablePair& pair,
                                          const std::vector<KeyRange>& ranges,
                                          const std::atomic<bool>& stop) {
  return DifferenceSearch(source, target, pair, stop).run(ranges);
}

}  // namespace dbmig::transfer
