// Squashes in the bookkeeping: a database that applied a squash and one that applied the revisions
// it replaces are the same, and their rows can be exchanged.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "backend/transaction.hpp"
#include "run/apply.hpp"
#include "run/fitted.hpp"
#include "run/runner.hpp"

namespace dbmig::run {
namespace {

/// Replaces `row` by rows of `parts` with the same time.
void replace_by_parts(std::vector<AppliedRevision>& rows,
                      std::vector<AppliedRevision>::iterator row,
                      const std::vector<history::Revision>& parts) {
  const AppliedRevision whole = *row;
  rows.erase(row);
  for (const history::Revision& one : parts) {
    PlannedRevision planned;
    planned.revision = one;
    AppliedRevision part = complete_row(planned, 0);
    part.applied_at = whole.applied_at;
    part.origin = whole.origin;
    rows.push_back(std::move(part));
  }
}

/// Adds the revisions of `graph` that `range` replaces to `parts`; false if some are missing.
bool add_parts_of(const history::Graph& graph, const std::vector<history::Replaced>& range,
                  std::vector<history::Revision>& parts) {
  return std::all_of(range.begin(), range.end(), [&](const history::Replaced& one) {
    if (!graph.contains(one.id)) {
      return !one.replaces.empty() && add_parts_of(graph, one.replaces, parts);
    }
    if (graph.header(one.id).checksum.get() != one.checksum) return false;
    parts.push_back(graph.get(one.id));
    return true;
  });
}

}  // namespace

std::set<std::string> row_ids(const std::vector<AppliedRevision>& rows) {
  std::set<std::string> ids;
  for (const AppliedRevision& row : rows) ids.insert(row.id);
  return ids;
}

/// A half-applied revision can only be the first of a run: everything else builds on it.
std::vector<AppliedRevision> Runner::read_rows() {
  std::vector<AppliedRevision> rows = store_.all(false, stored_.size());
  graph_ = stored_;
  if (!stored_.squashes().empty()) graph_ = fitted(stored_, row_ids(rows));
  return rows;
}

std::vector<std::string> Runner::open_squashes(const std::vector<AppliedRevision>& rows,
                                               std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    for (std::string inside = named_inside_squash(graph_, argument); !inside.empty();
         inside = named_inside_squash(graph_, argument)) {
      argument = inside;
      const std::string squash = *graph_.replaced_by(inside);
      const bool has_it = std::any_of(rows.begin(), rows.end(),
                                      [&](const AppliedRevision& row) { return row.id == squash; });
      if (has_it) break;
      graph_ = graph_.expanded(squash);
    }
  }
  return arguments;
}

std::vector<AppliedRevision> Runner::unfolded(std::vector<AppliedRevision> rows,
                                              const std::vector<std::string>& arguments,
                                              std::vector<std::string>& gone) {
  for (const std::string& argument : arguments) {
    for (std::string inside = named_inside_squash(graph_, argument); !inside.empty();
         inside = named_inside_squash(graph_, argument)) {
      const std::string squash = *graph_.replaced_by(inside);
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const AppliedRevision& one) {
        return one.id == squash && one.is_complete();
      });
      if (row == rows.end()) break;
      gone.push_back(squash);
      replace_by_parts(rows, row, graph_.get(squash).replaced);
      graph_ = fitted(stored_, row_ids(rows));
    }
  }
  return rows;
}

void Runner::write_unfolded(const std::vector<AppliedRevision>& rows,
                            const std::vector<std::string>& gone) {
  if (gone.empty()) return;
  store_.create_if_missing();
  const std::set<std::string> there = row_ids(store_.all());
  backend::Transaction transaction(connection_);
  for (const std::string& id : gone) {
    if (there.count(id) != 0) store_.remove(id);
  }
  for (const AppliedRevision& row : rows) {
    if (there.count(row.id) == 0) store_.insert(row);
  }
  transaction.commit();
}

std::vector<AppliedRevision> Runner::unfolded_unknown(std::vector<AppliedRevision> rows,
                                                      std::vector<std::string>& gone) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const AppliedRevision row = rows[i];
    if (graph_.contains(row.id) || !row.is_complete()) continue;
    const history::Revision squash =
        parse_(store_.text(row.id), fmt::format("revision {} as kept in the database", row.id));
    std::vector<history::Revision> parts;
    if (squash.replaces.empty() || !add_parts_of(stored_, squash.replaces, parts)) continue;
    gone.push_back(row.id);
    replace_by_parts(rows, rows.begin() + static_cast<std::ptrdiff_t>(i--), parts);
  }
  graph_ = fitted(stored_, row_ids(rows));
  return rows;
}

}  // namespace dbmig::run
