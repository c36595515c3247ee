#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/revision.hpp"
#include "schema/table.hpp"

namespace dbmig::history {

/// All stored revisions as a directed acyclic graph. A value; needs no database.
class Graph {
 public:
  /// Throws Error{invalid} with every mistake: two files of one id, a parent that no file has
  /// ("Can't locate revision identified by 'x'"), a cycle ("Cycle is detected in revisions (…)"),
  /// two labels alike.
  explicit Graph(std::vector<Revision> revisions);

  bool empty() const { return revisions_.empty(); }
  std::size_t size() const { return revisions_.size(); }

  /// Parents before children, otherwise by creation time, then id: deterministic.
  const std::vector<std::string>& topological() const { return order_; }
  /// Revisions without children, in topological order.
  std::vector<std::string> heads() const;
  std::vector<std::string> bases() const;
  std::vector<std::string> children(std::string_view id) const;
  /// Revisions with more than one child.
  std::vector<std::string> branch_points() const;
  bool is_head(std::string_view id) const;
  bool contains(std::string_view id) const;
  /// Throws Error{not_found} "Can't locate revision identified by 'x'".
  const Revision& get(std::string_view id) const;

  /// `ids` and everything they descend from.
  std::set<std::string> ancestors(const std::set<std::string>& ids) const;
  /// `id` and everything that descends from it.
  std::set<std::string> descendants(std::string_view id) const;
  /// Those of `applied` that no other of `applied` descends from: a database's current heads.
  std::vector<std::string> heads_of(const std::set<std::string>& applied) const;

  /// What a revision argument names: full id, label or unique prefix of an id, `head`
  /// (Error{failed} "Multiple head revisions are present for given argument 'head'; please specify
  /// a specific target revision,
  /// '<branchname>@head' to narrow to a specific head, or 'heads' for all heads" when there are
  /// several), `heads`, `base`, `current`, `+N`, `-N` (from `current`), `REV+N`, `REV-N`,
  /// `label@head` (also REV@head, label@REV, label@+N, label@-N, head-N, base+N, label@base+N).
  /// `base` is the empty set. `current` is the database's heads, or all that it has applied. A step
  /// down from a merge leads to all its parents. Throws Error{not_found} for unknown ones,
  /// Error{failed} for ambiguous prefixes and for steps that lead past an end or over a branch
  /// point ("Relative revision -3 didn't produce 3 migrations", "Ambiguous walk").
  std::set<std::string> resolve(std::string_view argument,
                                const std::set<std::string>& current = {}) const;
  /// The same where exactly one revision must come out.
  std::string resolve_one(std::string_view argument,
                          const std::set<std::string>& current = {}) const;

  /// Throws what keeps `revision` from being added: Error{usage} when its id or label is a reserved
  /// word or has a character that revision arguments use, Error{failed} when one is taken.
  void require_new(const Revision& revision) const;

  /// `ids` in topological order. All must be known.
  std::vector<std::string> in_order(const std::set<std::string>& ids) const;
  /// What only `a` and only `b` descend from, themselves included, each in topological order. Reads
  /// no further back than where the two meet.
  std::pair<std::vector<std::string>, std::vector<std::string>> sides(std::string_view a,
                                                                      std::string_view b) const;

  /// What an upgrade from `applied` to `targets` runs, in order. `applied` is all that the database
  /// has: an ancestor of it that is not in it is run as well.
  std::vector<std::string> upgrade_path(const std::set<std::string>& applied,
                                        const std::set<std::string>& targets) const;
  /// What a downgrade from `applied` to `targets` runs, in order (children first): what descends
  /// from a target and is not needed by another. Branches that do not descend from a target stay,
  /// so `downgrade` to a parent of a merge takes back the merge alone. An empty `targets` is the
  /// base: all of `applied` goes. Throws Error{failed} when a target is not among what `applied`
  /// has.
  std::vector<std::string> downgrade_path(const std::set<std::string>& applied,
                                          const std::set<std::string>& targets) const;
  /// The same for a revision argument (see `resolve`). It also knows what no set of targets can
  /// say: `label@REV` and `label@-N` take back what of that branch descends from the target, and
  /// `label@base` all of the branch; the other branches stay.
  std::vector<std::string> downgrade_path(const std::set<std::string>& applied,
                                          std::string_view argument) const;

  /// The schema that `ids` and all their ancestors add up to. Errors in a revision's operations
  /// come with its file and line.
  schema::Schema fold(const std::set<std::string>& ids) const;
  /// The same at all heads.
  schema::Schema fold() const;
  /// The schema of a database that took exactly `ids`, in this order. Where they do not fit in this
  /// order, one that is a descendant of nothing it is moved before is tried earlier.
  schema::Schema fold_in_order(const std::vector<std::string>& ids) const;

 private:
  std::map<std::string, Revision, std::less<>> revisions_;
  std::map<std::string, std::vector<std::string>, std::less<>> children_;
  std::map<std::string, std::string, std::less<>> labels_;  ///< label → id
  std::vector<std::string> order_;
  std::map<std::string, std::size_t, std::less<>> rank_;  ///< id → place in order_
};

/// Whether a revision argument (see Graph::resolve) means something else in each database:
/// `current`, `+1`, `-2`, `label@-1`.
bool needs_current(std::string_view argument);

/// `schema` after `revision`, with its file and line on errors.
schema::Schema evolve(schema::Schema schema, const Revision& revision);

/// The operations of the downgrade: what was written, or the inverse. `before` is the schema that
/// the revision was applied to. Throws Error{failed} when there is none, naming file and line.
std::vector<ops::Operation> downgrade_operations(const Revision& revision,
                                                 const schema::Schema& before);

}  // namespace dbmig::history
