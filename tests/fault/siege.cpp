#include "fault/siege.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "fault/state.hpp"
#include "fault/table.hpp"

namespace dbmig::fault {
namespace {

/// Evenly over 1 … total; where they begin is `salt`'s choice, so that different sieges try
/// different points.
std::vector<std::size_t> points(std::size_t total, const Effort& effort, const std::string& salt) {
  const char* setting = std::getenv("DBMIG_FAULT");
  const std::string wanted = setting == nullptr ? "" : setting;
  const std::size_t asked =
      wanted.empty() ? effort.points : std::strtoul(wanted.c_str(), nullptr, 10);
  const std::size_t count = wanted == "all" ? total : std::min(total, asked);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * total / count;
    const std::size_t width = (i + 1) * total / count - begin;
    const std::size_t place = std::strtoul(sha256_hex(salt).substr(0, 8).c_str(), nullptr, 16);
    chosen.push_back(1 + begin + place % width);
  }
  return chosen;
}

class Siege {
 public:
  Siege(Playground& playground, Way& way, std::string history, std::string from, std::string to)
      : playground_(playground),
        way_(way),
        history_(std::move(history)),
        up_{Direction::upgrade, std::move(to)},
        down_{Direction::downgrade, std::move(from)} {}

  void run(const Effort& effort, Score& score) {
    prepare();
    if (testing::Test::HasFatalFailure()) return;
    const std::size_t up = way_.count(up_);
    const std::size_t down = way_.count(down_);
    ASSERT_GT(up, 0U);
    ASSERT_GT(down, 0U);
    for (const Moment moment : way_.moments()) {
      for (const std::size_t n : points(up, effort, salt(up_, moment))) {
        attempt(up_, n, moment, down_, score);
        attempt(up_, n, moment, up_, score);
        if (!is_lost_) playground_.migrate(down_);
        restore();
      }
      playground_.migrate(up_);
      for (const std::size_t n : points(down, effort, salt(down_, moment))) {
        attempt(down_, n, moment, up_, score);
        attempt(down_, n, moment, down_, score);
        restore();
        playground_.migrate(up_);
      }
      playground_.migrate(down_);
    }
  }

 private:
  std::string salt(const Trip& trip, Moment moment) const {
    return fmt::format("{} {} {} {}", history_, way_.name(), run::to_string(trip.direction),
                       to_string(moment));
  }

  State look() { return capture(*playground_.connect()); }

  /// To `from`, by way of `to`: going there and back again is what every later comparison relies
  /// on.
  void prepare() {
    start_over();
    below_ = look();
    playground_.migrate(up_);
    above_ = look();
    playground_.migrate(down_);
    ASSERT_EQ(difference(below_, look()), "") << "an undisturbed run there and back";
  }

  void start_over() {
    playground_.reset();
    playground_.migrate({Direction::upgrade, down_.target});
    playground_.migrate(up_);
    playground_.migrate(down_);
    is_lost_ = false;
  }

  /// After many columns have come and gone, InnoDB, which keeps what INSTANT dropped, says that
  /// the row is too long.
  void restore() {
    constexpr std::size_t kTrips = 8;
    if (is_lost_ || ++trips_ % kTrips == 0) start_over();
  }

  /// Breaks `trip` at point `n` and ends it with `recovery`.
  void attempt(const Trip& trip, std::size_t n, Moment moment, const Trip& recovery, Score& score) {
    if (is_lost_) return;
    const std::string what = fmt::format("{}, {}: {} broken {} point {}, then {}", history_,
                                         way_.name(), run::to_string(trip.direction),
                                         to_string(moment), n, run::to_string(recovery.direction));
    const bool up = recovery.direction == Direction::upgrade;
    std::string wrong;
    try {
      if (!way_.strike(trip, n, moment)) return end_there(trip, recovery);
      ++score.tried;
      playground_.migrate(recovery);
      wrong = difference(up ? above_ : below_, look());
    } catch (const Error& error) {
      wrong = fmt::format("{}\n{}", error.what(), error.statement());
    }
    if (wrong.empty()) {
      ++score.survived;
      return;
    }
    ADD_FAILURE() << what << "\n" << wrong;
    is_lost_ = true;
  }

  /// Where the next attempt expects to begin.
  void end_there(const Trip&, const Trip& recovery) { playground_.migrate(recovery); }

  Playground& playground_;
  Way& way_;
  std::string history_;
  Trip up_;
  Trip down_;
  State below_;
  State above_;
  bool is_lost_ = false;
  std::size_t trips_ = 0;
};

}  // namespace

std::string_view to_string(Moment moment) {
  switch (moment) {
    case Moment::before:
      return "before";
    case Moment::during:
      return "during";
    case Moment::after:
      return "after";
  }
  return "";
}

void besiege(Playground& playground, Way& way, const std::string& history, const std::string& from,
             const std::string& to, DialectKind kind, const Effort& effort) {
  Score score;
  Siege(playground, way, history, from, to).run(effort, score);
  Table::add(way.name(), kind, history, score);
}

}  // namespace dbmig::fault
