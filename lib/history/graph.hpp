#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/revision.hpp"
#include "schema/table.hpp"

namespace dbmig::history {

/// Which edges of the graph are followed.
enum class Edges {
  all,      ///< parents, and what a revision depends on
  parents,  ///< those alone: the revisions of one branch
};

/// Keeps schemas that histories came to, each by the checksums of the revisions that led there. It
/// may forget, and is never wrong.
class FoldStore {
 public:
  virtual ~FoldStore() = default;
  /// How many revisions led to what is there, the longest first.
  virtual std::vector<std::size_t> lengths() = 0;
  virtual std::optional<schema::Schema> find(std::size_t length, const std::string& key) = 0;
  virtual void keep(std::size_t length, const std::string& key, const schema::Schema& schema) = 0;
};

struct Arrangement;
class Catalog;

/// All stored revisions as a directed acyclic graph. A revision that replaces others stands in
/// their place: their files may exist or not, and a parent that names the last of them refers to
/// it. A value, cheap to copy, for any thread; needs no database. Operations are read when they are
/// asked for.
class Graph {
 public:
  /// Throws Error{invalid} with every mistake: two files of one id, a file that says something else
  /// than what replaced it, a parent inside of what was replaced, a parent or a dependency that
  /// no file has ("Can't locate revision identified by 'x'"), a cycle ("Cycle is detected in
  /// revisions (…)"), two labels alike.
  explicit Graph(std::vector<Revision> revisions);
  /// The same of revisions that may not be read yet.
  static Graph of(std::vector<StoredRevision> revisions);
  /// The same of revisions whose arrangement is known: not even their headers are read before they
  /// are asked for. `arranged` is what arrangement() gave for these, and is not checked.
  static Graph of(Arrangement arranged, std::shared_ptr<const Catalog> catalog);
  /// How they hang together.
  const Arrangement& arrangement() const;
  /// These and `more`. Throws as the constructor.
  Graph with(std::vector<Revision> more) const;
  /// Folds of this graph and its copies start from what `store` has, and what took long to fold is
  /// kept there.
  void use(std::shared_ptr<FoldStore> store);

  /// The revisions of this graph that replace others, in topological order.
  std::vector<std::string> squashes() const;
  /// The revision of this graph that stands for `id`, which it replaces, or which a replaced one
  /// replaced; nothing for others.
  std::optional<std::string> replaced_by(std::string_view id) const;
  /// This graph with the revisions that `squash` replaces in its place: what a database sees that
  /// has begun to take them. `squash` then names the last of them.
  Graph expanded(std::string_view squash) const;

  bool empty() const { return size() == 0; }
  std::size_t size() const;

  /// Parents and dependencies first, otherwise by creation time, then id: deterministic.
  const std::vector<std::string>& topological() const;
  /// Revisions without children, in topological order.
  std::vector<std::string> heads() const;
  /// Those of them that nothing depends on either.
  std::vector<std::string> effective_heads() const;
  std::vector<std::string> bases() const;
  /// In the order of its header; what replaced one of them stands for it.
  std::vector<std::string> parents(std::string_view id) const;
  std::vector<std::string> children(std::string_view id) const;
  /// Its children and the revisions that depend on it.
  std::vector<std::string> needed_by(std::string_view id) const;
  /// Revisions with more than one child.
  std::vector<std::string> branch_points() const;
  bool is_branch_point(std::string_view id) const;
  bool is_head(std::string_view id) const;
  /// Whether it has no child and nothing depends on it.
  bool is_effective_head(std::string_view id) const;
  bool contains(std::string_view id) const;
  /// Throws Error{not_found} "Can't locate revision identified by 'x'".
  const Header& header(std::string_view id) const;
  /// The checksum in that header, which need not be read for it. Lives as long as the graph.
  std::string_view checksum(std::string_view id) const;
  /// With its operations. Throws what reading them throws, too.
  const Revision& get(std::string_view id) const;
  /// Reads the operations of `ids`, which are of this graph, so that get() has them: on all cores
  /// when they are many. What cannot be read is left to get(), which says why.
  void read_ahead(const std::vector<std::string>& ids) const;
  /// Its parents and the ids that its `depends_on` names: what must be there before it.
  std::set<std::string> needs(std::string_view id) const;
  /// The id of the revision whose own label this is.
  std::optional<std::string> find_label(std::string_view label) const;
  /// Its own labels and those of the branch that it is on: a label goes with all that descends from
  /// its revision, and back to the beginning of the branch where only one line leads there.
  std::set<std::string> labels(std::string_view id) const;

  /// `ids` and everything they descend from.
  std::set<std::string> ancestors(const std::set<std::string>& ids, Edges edges = Edges::all) const;
  /// `id` and everything that descends from it.
  std::set<std::string> descendants(std::string_view id, Edges edges = Edges::all) const;
  /// Those of `applied` that no other of `applied` descends from: a database's current heads. What
  /// other branches depend on is a head of its own branch all the same.
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

  /// Throws what keeps `revision` from being added: Error{usage} when its id or a label is a
  /// reserved word or has a character that revision arguments use, Error{failed} when one is taken.
  void require_new(const Header& revision) const;

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
  /// from a target, what depends on that, and is not needed by another. Branches that do not
  /// descend from a target stay, so `downgrade` to a parent of a merge takes back the merge alone.
  /// An empty `targets` is the base: all of `applied` goes. Throws Error{failed} when a target is
  /// not among what `applied` has.
  std::vector<std::string> downgrade_path(const std::set<std::string>& applied,
                                          const std::set<std::string>& targets) const;
  /// The same for a revision argument (see `resolve`). It also knows what no set of targets can
  /// say: `label@REV` and `label@-N` take back what of that branch descends from the target, and
  /// `label@base` all of the branch; the other branches stay. Steps from where the database stands
  /// count the revisions that it has, not those that the files put between them.
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
  /// The order in which that is.
  std::vector<std::string> workable_order(const std::vector<std::string>& ids) const;

 private:
  struct Entry;
  struct Data;
  struct Folds;
  using Rank = std::uint32_t;  ///< see arrangement.hpp
  using Ranks = std::vector<Rank>;

  using Entries = std::vector<std::shared_ptr<Entry>>;
  using Aliases = std::map<std::string, std::string, std::less<>>;
  static std::shared_ptr<const Data> arranged(Entries entries, Aliases aliases = {});

  Rank rank(std::string_view id) const;
  const Header& header_at(Rank rank) const;
  std::vector<std::string> ids_of(std::span<const Rank> ranks) const;
  Ranks ranks_of(const std::set<std::string>& ids) const;
  /// Marks what `from` leads to against (`back`) or along the arrow of time, themselves included.
  std::vector<bool> reach(const Ranks& from, bool back, Edges edges) const;
  std::set<std::string> marked(const std::vector<bool>& marks) const;
  std::pair<std::vector<std::string>, schema::Schema> workable(
      std::vector<std::string> order) const;
  schema::Schema fold_from_known(const std::vector<std::string>& ids) const;

  std::shared_ptr<const Data> data_;
  std::shared_ptr<Folds> folds_;  ///< shared by all copies
};

/// Whether the meaning of a revision argument (see Graph::resolve) depends on the database:
/// `current`, `+1`, `-2`, `label@-1`.
bool needs_current(std::string_view argument);

/// `schema` after `revision`, with its file and line on errors.
schema::Schema apply(schema::Schema schema, const Revision& revision);

/// The operations of the downgrade: what was written, or the inverse. `before` is the schema that
/// the revision was applied to. Throws Error{failed} when there is none, naming file and line.
std::vector<ops::Operation> downgrade_operations(const Revision& revision,
                                                 const schema::Schema& before);

}  // namespace dbmig::history
