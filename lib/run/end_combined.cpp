// Combined revisions that an earlier run left half-way, which happens only on databases whose DDL
// commits by itself.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "run/runner.hpp"

namespace dbmig::run {
namespace {

Error edited_since(const history::Graph& graph, const std::vector<std::string>& parts,
                   const std::vector<std::string>& heads) {
  const auto gone = std::find_if(parts.begin(), parts.end(),
                                 [&](const std::string& id) { return !graph.contains(id); });
  return Error(ErrorCode::refused,
               fmt::format("an upgrade of {} at once, {} to {}, stopped half-way; since then, {}",
                           text::count(parts.size(), "revision"), parts.front(), parts.back(),
                           gone == parts.end() ? "one of them was edited"
                                               : fmt::format("{} was removed", *gone)))
      .hint(fmt::format("restore the files (git log -- migrations), or undo what was begun with "
                        "`dbmig downgrade {}`",
                        heads.empty() ? "base" : heads.front()));
}

}  // namespace

std::vector<AppliedRevision> Runner::end_combined(std::vector<AppliedRevision> rows,
                                                  Direction direction, const RunOptions& options) {
  const auto row = std::find_if(rows.begin(), rows.end(), [](const AppliedRevision& one) {
    return one.origin == kCombined && !one.is_complete();
  });
  ended_.clear();
  if (row == rows.end()) return rows;
  const std::string id = row->id;
  const std::vector<std::string> parts = parts_in(store_.text(id));
  const history::Graph graph = with_known(rows);
  std::vector<std::string> applied = in_applied_order(rows, graph, complete(rows));
  half_way_ = {id, {}};
  for (const std::string& part : parts) {
    if (stored_.contains(part)) half_way_.parts.push_back(&stored_.get(part));
  }
  if (direction == Direction::upgrade && combined_id(half_way_.parts) != id) {
    throw edited_since(stored_, parts, graph.heads_of({applied.begin(), applied.end()}));
  }
  if (direction == Direction::downgrade) applied.push_back(id);
  RunPlan run_plan(direction, graph, std::move(applied), {id});
  ended_ = carry_out(graph, run_plan, options);
  return read_rows();
}

std::vector<std::string> Runner::with_ended(std::vector<std::string> ran) {
  ran.insert(ran.begin(), ended_.begin(), ended_.end());
  return ran;
}

}  // namespace dbmig::run
