#include "run/edited.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "backend/transaction.hpp"
#include "base/contains.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/operation.hpp"
#include "run/runner.hpp"

namespace dbmig::run {
namespace {

using Operations = std::vector<ops::Operation>;

/// Describes the first operation that differs; later ones may only have moved.
std::string first_difference(const Operations& was, const Operations& is, const char* direction) {
  const std::size_t common = std::min(was.size(), is.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (was[i] == is[i]) continue;
    const std::string before = ops::describe(was[i]);
    const std::string after = ops::describe(is[i]);
    if (before == after) {
      return fmt::format("operation {} of the {} was changed in its details: {}", i + 1, direction,
                         after);
    }
    return fmt::format("operation {} of the {} was changed from {} to {}", i + 1, direction, before,
                       after);
  }
  if (was.size() == is.size()) return {};
  const bool grew = was.size() < is.size();
  return fmt::format("operation {} of the {} was {}: {}", common + 1, direction,
                     grew ? "added" : "removed", ops::describe(grew ? is[common] : was[common]));
}

/// Whether this is an upgrade that stopped and whose executed statements are recorded: the others
/// may be edited.
bool may_be_edited(const AppliedRevision& row) {
  return row.running == to_string(Direction::upgrade) &&
         row.statement_hashes.size() == row.statements_done;
}

/// The error for a half-applied revision whose file was edited.
Diagnostic half_applied(const AppliedRevision& row, const history::Graph& graph,
                        const std::string& edit) {
  return {{graph.header(row.id).path.string(), 0, 0},
          fmt::format("the {} of revision {} stopped after statement {} of {}, and its file was "
                      "edited since{}",
                      row.running, row.id, row.statements_done, row.statements_total,
                      edit.empty() ? "" : ": " + edit),
          "restore the file, finish the revision with `dbmig upgrade` or undo it with `dbmig "
          "downgrade`, and edit it after that"};
}

}  // namespace

std::string describe_edit(const history::Revision& applied, const history::Revision& now) {
  std::vector<std::string> found;
  if (applied.parents != now.parents) {
    found.push_back(fmt::format("its parents were [{}] and are now [{}]",
                                text::join(applied.parents, ", "), text::join(now.parents, ", ")));
  }
  if (applied.depends_on != now.depends_on) {
    found.push_back(fmt::format("it depended on [{}] and now depends on [{}]",
                                text::join(applied.depends_on, ", "),
                                text::join(now.depends_on, ", ")));
  }
  if (std::string up = first_difference(applied.upgrade, now.upgrade, "upgrade"); !up.empty()) {
    found.push_back(std::move(up));
  }
  if (applied.downgrade.has_value() != now.downgrade.has_value()) {
    found.emplace_back(now.downgrade ? "a `downgrade:` was added" : "the `downgrade:` was removed");
  } else if (now.downgrade) {
    std::string down = first_difference(*applied.downgrade, *now.downgrade, "downgrade");
    if (!down.empty()) found.push_back(std::move(down));
  }
  return text::join(found, "; ");
}

std::vector<std::string> edited_revisions(const std::vector<AppliedRevision>& rows,
                                          const history::Graph& graph) {
  std::vector<std::string> ids;
  for (const AppliedRevision& row : rows) {
    if (graph.contains(row.id) && graph.checksum(row.id) != row.checksum) ids.push_back(row.id);
  }
  return ids;
}

std::string Runner::edit_of(const std::string& id) {
  try {
    return describe_edit(parse_(store_.text(id), "revision " + id), graph_.get(id));
  } catch (const Error& error) {
    // If the stored text cannot be read, what was edited is unknown; only that it was is certain.
    if (error.code() == ErrorCode::invalid) return {};
    throw;
  }
}

void Runner::refuse_edited(const std::vector<AppliedRevision>& rows) {
  const std::vector<std::string> edited = edited_revisions(rows, graph_);
  if (edited.empty()) return;
  std::vector<Diagnostic> list;
  for (const std::string& id : edited) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const AppliedRevision& one) { return one.id == id; });
    // Its executed statements are compared one by one when it is continued.
    if (may_be_edited(*row)) continue;
    const std::string edit = edit_of(id);
    if (!row->is_complete()) {
      list.push_back(half_applied(*row, graph_, edit));
      continue;
    }
    list.push_back({{graph_.header(id).path.string(), 0, 0},
                    fmt::format("revision {} was edited after it was applied{}", id,
                                edit.empty() ? "" : ": " + edit),
                    "restore the file and write a new revision for the change, or accept it as it "
                    "is with `dbmig repair`"});
  }
  if (!list.empty()) throw Error(ErrorCode::refused, std::move(list));
}

std::vector<std::string> Runner::repair(const RunOptions& options) {
  const auto lock = this->lock(options);
  const std::vector<AppliedRevision> rows = read_rows();
  const std::vector<std::string> edited = edited_revisions(rows, graph_);
  if (edited.empty()) return edited;
  std::vector<Diagnostic> refused;
  for (const AppliedRevision& row : rows) {
    if (row.is_complete() || !contains(edited, row.id)) continue;
    refused.push_back(half_applied(row, graph_, edit_of(row.id)));
    if (!may_be_edited(row)) continue;
    refused.back().hint =
        "finish it with `dbmig upgrade`, which compares the statements that have run and uses the "
        "rest as it is now, or restore the file and undo it with `dbmig downgrade`";
  }
  if (!refused.empty()) throw Error(ErrorCode::refused, std::move(refused));
  backend::Transaction transaction(connection_);
  for (const std::string& id : edited) {
    store_.update_text(id, graph_.get(id).text, graph_.get(id).checksum.get());
  }
  transaction.commit();
  return edited;
}

}  // namespace dbmig::run
