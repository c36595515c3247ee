#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "diff/detected.hpp"

namespace dbmig::diff {
namespace {

using schema::Column;
using schema::Table;

/// A guess with what speaks for it; the greater the better.
struct Guess {
  std::tuple<int, int> score;
  std::string from;
  std::string to;
};

/// Takes the best guesses, none of whose names is in a better one.
std::vector<Guess> best(std::vector<Guess> guesses) {
  std::stable_sort(guesses.begin(), guesses.end(),
                   [](const Guess& a, const Guess& b) { return a.score > b.score; });
  std::vector<Guess> taken;
  for (Guess& guess : guesses) {
    const bool free = std::none_of(taken.begin(), taken.end(), [&](const Guess& other) {
      return other.from == guess.from || other.to == guess.to;
    });
    if (free) taken.push_back(std::move(guess));
  }
  return taken;
}

/// Of 100: how much of the two names is the same, by pairs of neighbouring letters (Dice's
/// coefficient).
int likeness(const std::string& a, const std::string& b) {
  const auto pairs = [](const std::string& name) {
    const std::string low = text::lower(name);
    std::vector<std::string> all;
    for (std::size_t i = 0; i + 1 < low.size(); ++i) all.push_back(low.substr(i, 2));
    std::sort(all.begin(), all.end());
    return all;
  };
  const std::vector<std::string> left = pairs(a);
  const std::vector<std::string> right = pairs(b);
  std::vector<std::string> both;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                        std::back_inserter(both));
  const std::size_t all = left.size() + right.size();
  return all == 0 ? 0 : static_cast<int>(200 * both.size() / all);
}

void suspect_columns(const TableChange& change, std::vector<SuspectedRename>& suspected) {
  std::vector<Guess> guesses;
  for (const std::string& from : change.dropped) {
    const Column& old = *change.before->find_column(from);
    if (old.generated) continue;
    for (const std::string& to : change.added) {
      const Column& now = *change.after->find_column(to);
      if (now.generated || now.type != old.type) continue;
      const int alike = (old.nullable == now.nullable ? 1 : 0) +
                        (old.default_value == now.default_value ? 1 : 0) +
                        (old.comment == now.comment && !old.comment.empty() ? 1 : 0);
      guesses.push_back({{likeness(from, to), alike}, from, to});
    }
  }
  for (Guess& guess : best(std::move(guesses))) {
    suspected.push_back({"column", change.to, std::move(guess.from), std::move(guess.to)});
  }
}

/// Of 100: how many of the columns of both tables are the same by name and type.
int common_columns(const Table& a, const Table& b) {
  const auto same = std::count_if(a.columns.begin(), a.columns.end(), [&](const Column& column) {
    const Column* other = b.find_column(column.name);
    return other != nullptr && other->type == column.type;
  });
  const auto all = a.columns.size() + b.columns.size();
  return all == 0 ? 0 : static_cast<int>(200 * static_cast<std::size_t>(same) / all);
}

void suspect_tables(const Comparison& comparison, std::vector<SuspectedRename>& suspected) {
  constexpr int kMinLikeness = 60;
  std::vector<Guess> guesses;
  for (const std::string& from : comparison.dropped) {
    for (const std::string& to : comparison.added) {
      const int same = common_columns(comparison.from.tables.at(from), comparison.to.tables.at(to));
      if (from != to && same >= kMinLikeness)
        guesses.push_back({{same, likeness(from, to)}, from, to});
    }
  }
  for (Guess& guess : best(std::move(guesses))) {
    suspected.push_back({"table", {}, std::move(guess.from), std::move(guess.to)});
  }
}

}  // namespace

std::vector<SuspectedRename> suspected_renames(const Comparison& comparison) {
  std::vector<SuspectedRename> suspected;
  suspect_tables(comparison, suspected);
  for (const TableChange& change : comparison.changes) suspect_columns(change, suspected);
  return suspected;
}

}  // namespace dbmig::diff
