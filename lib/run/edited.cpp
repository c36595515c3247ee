#include "run/edited.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "ops/operation.hpp"

namespace dbmig::run {
namespace {

using Operations = std::vector<ops::Operation>;

/// The first operation that is another one; what comes after it may only have moved.
std::string first_difference(const Operations& was, const Operations& is, const char* direction) {
  const std::size_t common = std::min(was.size(), is.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (was[i] == is[i]) continue;
    const std::string before = ops::describe(was[i]);
    const std::string after = ops::describe(is[i]);
    if (before == after) {
      return fmt::format("operation {} of the {}, {}, has other details now", i + 1, direction,
                         after);
    }
    return fmt::format("operation {} of the {} was {}, and is {}", i + 1, direction, before, after);
  }
  if (was.size() == is.size()) return {};
  const bool grew = was.size() < is.size();
  return fmt::format("operation {} of the {}, {}, {}", common + 1, direction,
                     ops::describe(grew ? is[common] : was[common]),
                     grew ? "was not there" : "is gone");
}

}  // namespace

std::string describe_edit(const history::Revision& applied, const history::Revision& now) {
  std::vector<std::string> found;
  if (applied.parents != now.parents) {
    found.push_back(fmt::format("its parents were [{}], and are [{}]",
                                text::join(applied.parents, ", "), text::join(now.parents, ", ")));
  }
  if (applied.depends_on != now.depends_on) {
    found.push_back(fmt::format("it depended on [{}], and depends on [{}]",
                                text::join(applied.depends_on, ", "),
                                text::join(now.depends_on, ", ")));
  }
  if (std::string up = first_difference(applied.upgrade, now.upgrade, "upgrade"); !up.empty()) {
    found.push_back(std::move(up));
  }
  if (applied.downgrade.has_value() != now.downgrade.has_value()) {
    found.emplace_back(now.downgrade ? "it has a downgrade of its own now"
                                     : "its downgrade is no longer written");
  } else if (now.downgrade) {
    std::string down = first_difference(*applied.downgrade, *now.downgrade, "downgrade");
    if (!down.empty()) found.push_back(std::move(down));
  }
  return text::join(found, "; ");
}

}  // namespace dbmig::run
