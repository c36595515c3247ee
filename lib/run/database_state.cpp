// The state of a database: the rows of its bookkeeping compared with the revisions.
#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "run/runner.hpp"

namespace dbmig::run {
std::set<std::string> complete(const std::vector<AppliedRevision>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const AppliedRevision& row : rows) {
    // A downgrade that stopped half-way still has something to revert; an upgrade is not applied
    // yet.
    if (row.is_complete() ||
        text::split(row.running, ' ').back() != to_string(Direction::upgrade)) {
      ids.push_back(row.id);
    }
  }
  // Inserting in order fills a set faster.
  std::sort(ids.begin(), ids.end());
  return {ids.begin(), ids.end()};
}

std::vector<std::string> in_applied_order(const std::vector<AppliedRevision>& rows,
                                          const history::Graph& graph,
                                          const std::set<std::string>& ids) {
  std::unordered_map<std::string_view, std::string_view> times;
  times.reserve(rows.size());
  for (const AppliedRevision& row : rows) times[row.id] = row.applied_at;
  std::vector<std::string> ordered = graph.in_order(ids);
  const auto earlier = [&](const std::string& a, const std::string& b) {
    return times[a] < times[b];
  };
  // Usually this is the order of the history.
  if (!std::is_sorted(ordered.begin(), ordered.end(), earlier)) {
    std::stable_sort(ordered.begin(), ordered.end(), earlier);
  }
  return ordered;
}

std::set<std::string> Runner::applied() {
  return complete(store_.all());
}

schema::Schema Runner::applied_schema() {
  const std::vector<AppliedRevision> rows = read_rows();
  const history::Graph graph = with_known(rows);
  return graph.fold_in_order(in_applied_order(rows, graph, complete(rows)));
}

DatabaseState Runner::database_state() {
  std::vector<AppliedRevision> rows = read_rows();
  history::Graph all = with_known(rows);
  std::set<std::string> applied = complete(rows);
  std::vector<std::string> heads = all.heads_of(applied);
  return {std::move(rows), graph_, std::move(all), std::move(applied), std::move(heads)};
}

history::Graph Runner::known_revisions() {
  return with_known(read_rows());
}

history::Graph Runner::with_known(const std::vector<AppliedRevision>& rows) {
  std::vector<history::Revision> revisions;
  for (const AppliedRevision& row : rows) {
    if (graph_.contains(row.id)) continue;
    history::Revision revision =
        parse_(store_.text(row.id), fmt::format("revision {} as kept in the database", row.id));
    revision.checksum = row.checksum;
    revisions.push_back(std::move(revision));
  }
  return graph_.with(std::move(revisions));
}

void Runner::refuse_unknown(const std::vector<AppliedRevision>& rows) const {
  std::vector<std::string> unknown;
  for (const AppliedRevision& row : rows) {
    if (!graph_.contains(row.id)) unknown.push_back(row.id);
  }
  if (unknown.empty()) return;
  throw Error(ErrorCode::not_found,
              fmt::format("Can't locate revision identified by '{}': the database has it, but no "
                          "file in the migrations folder does",
                          text::join(unknown, "', '")))
      .hint(
          "restore the file (git log -- migrations), or undo the revision with `dbmig downgrade`, "
          "which uses the copy stored in the database");
}

}  // namespace dbmig::run
