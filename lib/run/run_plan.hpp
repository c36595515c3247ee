#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "history/graph.hpp"
#include "run/combine.hpp"

namespace dbmig::run {

enum class Direction { upgrade, downgrade };

std::string_view to_string(Direction direction);

/// The revisions of a run in order, each with its operations and the schema before it. Needs no
/// database. One pass costs one fold, however many revisions there are.
class RunPlan {
 public:
  /// From a database with `applied` to `targets`. `graph` must outlive the plan.
  RunPlan(Direction direction, const history::Graph& graph, const std::set<std::string>& applied,
          const std::set<std::string>& targets);
  /// The same for a database that applied the revisions in the order of `applied`; `ids` are to
  /// run.
  RunPlan(Direction direction, const history::Graph& graph, std::vector<std::string> applied,
          std::vector<std::string> ids);

  /// Lets upgrades combine groups of at least `least` revisions, see run/combine.hpp.
  void combine_from(std::size_t least) { least_ = least; }

  struct Step {
    const history::Revision* revision = nullptr;
    std::vector<ops::Operation> operations;
    /// The combined revisions, if `revision` is a combined one.
    std::vector<const history::Revision*> parts;
  };

  /// The next revision, or nothing at the end. before() is then the schema before it.
  std::optional<Step> next();
  /// Splits the last step, a combined one: next() returns its parts one by one. before() is as it
  /// was.
  void split_combined();
  const schema::Schema& before() const { return before_; }
  Direction direction() const { return direction_; }
  const std::vector<std::string>& ids() const { return ids_; }
  /// The revisions that the database had before the run.
  const std::vector<std::string>& applied() const { return applied_; }

 private:
  void advance();
  /// Makes the next step a combined one, if possible; false if not.
  bool combine_next();

  Direction direction_;
  const history::Graph& graph_;
  std::vector<std::string> applied_;  ///< in the order in which the database applied them
  std::vector<std::string> ids_;
  /// For a downgrade: the operations that revert each id, the schema they start from and the one
  /// they lead to.
  struct Back {
    std::vector<ops::Operation> operations;
    schema::Schema met;
  };
  std::vector<Back> downgrades_;
  std::size_t index_ = 0;
  schema::Schema before_;
  /// Operations of the current step, which `before_` does not contain yet: the schema is moved
  /// along, never copied.
  std::optional<Step> current_;
  std::optional<Combined> combined_;  ///< the combined revision of `current_`
  std::size_t least_ = 0;             ///< 0: never
  std::size_t next_try_ = 0;          ///< no index before it can start a group
};

}  // namespace dbmig::run
