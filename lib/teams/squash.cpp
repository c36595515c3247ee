#include "teams/squash.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "proof/snapshot.hpp"
#include "yaml/revision.hpp"

namespace dbmig::teams {
namespace {

using Operations = std::vector<ops::Operation>;

bool carries_data(const ops::Operation& operation) {
  return std::holds_alternative<ops::BulkInsert>(operation) ||
         std::holds_alternative<ops::BulkDelete>(operation) ||
         std::holds_alternative<ops::Execute>(operation);
}

std::optional<schema::Schema> schema_after(const schema::Schema& before,
                                           const Operations& operations) {
  try {
    return ops::apply(before, operations);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Whether the statements for it can be made on every database that can make those for `original`.
bool can_be_planned(const schema::Schema& before, const Operations& operations,
                    const Operations& original) {
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    try {
      dialect::dialect(kind).plan(before, operations, {});
    } catch (const Error&) {
      try {
        dialect::dialect(kind).plan(before, original, {});
      } catch (const Error&) {
        continue;
      }
      return false;
    }
  }
  return true;
}

/// The tables, of those in `before` and any later name of theirs, that operations of `part` are
/// about; whether any operation is about something else than one table is of no matter here.
class OldTables {
 public:
  explicit OldTables(const schema::Schema& before) {
    for (const auto& [name, table] : before.tables) names_.insert(text::lower(name));
  }

  bool concerns(const ops::Operation& operation) {
    const std::string table = text::lower(ops::table_of(operation));
    if (names_.count(table) == 0) return false;
    if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) {
      names_.erase(table);
      names_.insert(text::lower(rename->to));
    }
    if (std::holds_alternative<ops::DropTable>(operation)) names_.erase(table);
    return true;
  }

 private:
  std::set<std::string> names_;
};

/// `part`, operations without rows of their own, shorter where that is sure to do the same.
Operations shortened(const schema::Schema& before, const Operations& part) {
  if (part.size() < 2) return part;
  const schema::Schema wanted = ops::apply(before, part);
  OldTables old(before);
  Operations kept;
  for (const ops::Operation& operation : part) {
    if (old.concerns(operation)) kept.push_back(operation);
  }
  std::vector<Operations> attempts;
  if (kept.empty()) {
    attempts.push_back(diff::diff(before, wanted).operations);
  } else if (const auto middle = schema_after(before, kept)) {
    // What is new comes at once, behind or before what happens to the tables that were there.
    Operations last = kept;
    const Operations made = diff::diff(*middle, wanted).operations;
    last.insert(last.end(), made.begin(), made.end());
    attempts.push_back(std::move(last));
  }
  for (Operations& attempt : attempts) {
    if (attempt.size() >= part.size()) continue;
    OldTables untouched(before);
    // The difference may not do to a table with rows what the operations did otherwise.
    const auto touched = std::count_if(
        attempt.begin(), attempt.end(),
        [&](const ops::Operation& operation) { return untouched.concerns(operation); });
    if (static_cast<std::size_t>(touched) != kept.size()) continue;
    const std::optional<schema::Schema> reached = schema_after(before, attempt);
    if (reached && *reached == wanted && can_be_planned(before, attempt, part)) return attempt;
  }
  return part;
}

/// The upgrade of the whole range.
Operations upgrade_of(const schema::Schema& start, const Operations& all) {
  Operations result;
  schema::Schema before = start;
  Operations part;
  const auto close = [&] {
    for (ops::Operation& operation : shortened(before, part)) {
      result.push_back(std::move(operation));
    }
    before = ops::apply(std::move(before), part);
    part.clear();
  };
  for (const ops::Operation& operation : all) {
    if (!carries_data(operation)) {
      part.push_back(operation);
      continue;
    }
    close();
    result.push_back(operation);
    before = ops::apply(std::move(before), operation);
  }
  close();
  return result;
}

Error not_one_step(const history::Graph& graph, const std::string& id, std::string message) {
  return Error(ErrorCode::failed, std::move(message))
      .at({graph.header(id).path.string(), 0, 0})
      .hint(
          "choose a range that begins and ends where the history has a single branch; `dbmig "
          "history` "
          "shows it");
}

void refuse_side_ways(const history::Graph& graph, const std::vector<std::string>& ids,
                      const std::string& first) {
  const std::set<std::string> range(ids.begin(), ids.end());
  for (const std::string& id : ids) {
    if (id != ids.back()) {
      for (const std::string& child : graph.needed_by(id)) {
        if (range.count(child) != 0) continue;
        throw not_one_step(
            graph, child,
            fmt::format("revision {} builds on {}, which lies inside of the range", child, id));
      }
    }
    if (id == first || first.empty()) continue;
    for (const std::string& parent : graph.parents(id)) {
      if (range.count(parent) != 0) continue;
      throw not_one_step(
          graph, id,
          fmt::format("revision {} merges {}, which does not descend from {}", id, parent, first));
    }
  }
}

/// What the first of a range requires is asked before the squash as well. What a later one requires
/// could not be: its schema is not there yet.
std::vector<history::Requirement> requirements_of(const history::Graph& graph,
                                                  const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    const std::vector<history::Requirement>& own = graph.get(id).requirements;
    if (id == ids.front() || own.empty()) continue;
    throw Error(ErrorCode::failed,
                fmt::format("revision {} has a `require` in the middle of the range", id))
        .at(own.front().where)
        .hint(fmt::format("begin the range with {}, or remove its `require` when every database "
                          "is past it",
                          id));
  }
  return graph.get(ids.front()).requirements;
}

}  // namespace

std::vector<std::string> squash_range(const history::Graph& graph, const std::string& first,
                                      const std::string& last) {
  std::set<std::string> ids = graph.ancestors({last});
  if (!first.empty()) {
    if (ids.count(first) == 0) {
      throw Error(ErrorCode::usage,
                  fmt::format("revision {} does not descend from {}", last, first))
          .hint("write the older one first, as in `dbmig squash 1975..2fa6`");
    }
    const std::set<std::string> below = graph.descendants(first);
    std::erase_if(ids, [&](const std::string& id) { return below.count(id) == 0; });
  }
  std::vector<std::string> range = graph.in_order(ids);
  if (range.size() < 2) {
    throw Error(ErrorCode::usage, fmt::format("the range has only one revision, {}", last))
        .hint("A..B includes A, B and those between them; base..B starts with the first revision");
  }
  refuse_side_ways(graph, range, first);
  return range;
}

history::Revision squashed(const history::Graph& graph, const std::vector<std::string>& ids) {
  const std::set<std::string> range(ids.begin(), ids.end());
  history::Revision result;
  result.requirements = requirements_of(graph, ids);
  std::set<std::string> outside;
  std::set<std::string> parents;
  Operations all;
  std::vector<Operations> back;
  bool goes_back = true;
  bool by_hand = false;
  for (const std::string& id : ids) {
    const history::Revision& one = graph.get(id);
    for (const std::string& needed : graph.needs(id)) {
      if (range.count(needed) == 0) outside.insert(needed);
    }
    for (const std::string& parent : graph.parents(id)) {
      if (range.count(parent) == 0) parents.insert(parent);
    }
    for (const std::string& label : one.labels) result.labels.push_back(label);
    all.insert(all.end(), one.upgrade.begin(), one.upgrade.end());
    by_hand = by_hand || one.downgrade.has_value();
    result.replaces.push_back({id, one.checksum.get(), one.replaces});
    result.replaced.push_back(one);
  }
  result.parents = {parents.begin(), parents.end()};
  for (const std::string& id : outside) {
    if (parents.count(id) == 0) result.depends_on.push_back(id);
  }
  const schema::Schema start = graph.fold(outside);
  schema::Schema schema = start;
  for (const std::string& id : ids) {
    try {
      back.push_back(history::downgrade_operations(graph.get(id), schema));
    } catch (const Error&) {
      goes_back = false;  // as little as its revisions does the whole
    }
    schema = history::apply(std::move(schema), graph.get(id));
  }
  result.upgrade = upgrade_of(start, all);
  if (!(ops::apply(start, result.upgrade) == schema)) {
    throw Error(ErrorCode::failed, "the squashed operations do not give the same schema")
        .hint("please report this history");
  }
  for (const std::string& id : ids) {
    const history::Revision& one = graph.get(id);
    for (history::Suppression suppression : one.suppressions) {
      const auto same = std::find(result.upgrade.begin(), result.upgrade.end(),
                                  one.upgrade.at(suppression.operation));
      if (same == result.upgrade.end()) continue;
      suppression.operation = static_cast<std::size_t>(same - result.upgrade.begin());
      result.suppressions.push_back(std::move(suppression));
    }
  }
  if (by_hand && goes_back) {
    result.downgrade.emplace();
    for (auto part = back.rbegin(); part != back.rend(); ++part) {
      result.downgrade->insert(result.downgrade->end(), part->begin(), part->end());
    }
  }
  return result;
}

history::Graph with_squash(const history::Graph& graph, const history::Revision& squash) {
  history::Revision read = yaml::parse_revision(yaml::print_revision(squash), squash.path.string());
  read.path = squash.path;
  return graph.with({std::move(read)});
}

namespace {

bool runs_sql(const std::vector<history::Revision>& revisions) {
  return std::any_of(revisions.begin(), revisions.end(), [](const history::Revision& one) {
    return std::any_of(one.upgrade.begin(), one.upgrade.end(), [](const ops::Operation& operation) {
      return std::holds_alternative<ops::Execute>(operation);
    });
  });
}

}  // namespace

BothWays prove_both_ways(const ScratchSettings& settings, const history::Graph& graph,
                         const history::Graph& squashed, const std::string& squash) {
  const history::Revision& revision = squashed.get(squash);
  const std::set<std::string> start = squashed.needs(squash);
  const auto take = [&](bool with_rows) {
    BothWays seen;
    seen.with_rows = with_rows;
    ScratchWay old(settings, graph, start, with_rows);
    ScratchWay brief(settings, squashed, start, with_rows);
    seen.server = old.scratch.connection().server();
    old.runner.upgrade(revision.replaces.back().id, old.how);
    brief.runner.upgrade(squash, brief.how);
    const diff::Difference difference = diff::diff(old.found(), brief.found());
    if (!difference.operations.empty()) {
      throw Error(ErrorCode::failed,
                  fmt::format("not proved on {}: revision {} does not give the schema of the {} "
                              "revisions that it replaces; it differs by: {}",
                              seen.server, squash, revision.replaces.size(),
                              text::join(difference.detected, "; ")))
          .at({revision.path.string(), 0, 0})
          .hint("declare what plain SQL changes in the schema under `state:`");
    }
    const schema::Schema tables =
        schema::on_dialect(squashed.fold({squash}), old.scratch.connection().dialect().kind());
    const proof::Snapshot first(old.scratch.connection(), tables, {});
    const proof::Snapshot second(brief.scratch.connection(), tables, {});
    const std::vector<std::string> rows = first.differences(second);
    if (!rows.empty() && !runs_sql(revision.replaced)) {
      throw Error(ErrorCode::failed,
                  fmt::format("not proved on {}: revision {} does not leave the same rows as the "
                              "revisions that it replaces: {}",
                              seen.server, squash, text::join(rows, "; ")))
          .at({revision.path.string(), 0, 0});
    }
    if (!rows.empty()) {
      seen.notes.push_back("its plain SQL leaves different rows each time: " +
                           text::join(rows, "; "));
    }
    return seen;
  };
  if (start.empty()) return take(false);
  try {
    return take(true);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::constraint && error.code() != ErrorCode::refused) throw;
    BothWays seen = take(false);
    seen.notes.push_back("without rows, since they prevent it: " + error.message());
    return seen;
  }
}

}  // namespace dbmig::teams
