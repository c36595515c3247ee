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

/// The revisions of a run in order, with what each one does and the schema that it meets. Needs no
/// database. One walk costs one fold, however many revisions there are.
class RunPlan {
 public:
  /// From a database that has `applied` to `targets`. `graph` must outlive the plan.
  RunPlan(Direction direction, const history::Graph& graph, const std::set<std::string>& applied,
          const std::set<std::string>& targets);
  /// The same for a database that took `applied` in this order; `ids` are to run.
  RunPlan(Direction direction, const history::Graph& graph, std::vector<std::string> applied,
          std::vector<std::string> ids);

  /// Lets upgrades combine `least` revisions and more, see run/combine.hpp.
  void combine_from(std::size_t least) { least_ = least; }

  struct Step {
    const history::Revision* revision = nullptr;
    std::vector<ops::Operation> operations;
    /// What `revision` stands for, when it stands for several.
    std::vector<const history::Revision*> parts;
  };

  /// The next revision, or nothing at the end. before() is then the schema that it meets.
  std::optional<Step> next();
  /// The last step was a combined one: next() gives its parts one by one instead. before() is what
  /// it was.
  void take_apart();
  const schema::Schema& before() const { return before_; }
  Direction direction() const { return direction_; }
  const std::vector<std::string>& ids() const { return ids_; }
  /// What the database had before the run.
  const std::vector<std::string>& applied() const { return applied_; }

 private:
  void advance();
  /// Whether the next step is a combined one, which it is then.
  bool combine_next();

  Direction direction_;
  const history::Graph& graph_;
  std::vector<std::string> applied_;  ///< in the order in which the database took them
  std::vector<std::string> ids_;
  /// For a downgrade: what takes each id back, and the schema that it met, which it leads back to.
  struct Back {
    std::vector<ops::Operation> operations;
    schema::Schema met;
  };
  std::vector<Back> downgrades_;
  std::size_t index_ = 0;
  schema::Schema before_;
  /// Operations of the step at hand, which `before_` does not hold yet: the schema is moved along,
  /// never copied.
  std::optional<Step> current_;
  std::optional<Combined> combined_;  ///< that `current_` is of
  std::size_t least_ = 0;             ///< 0: never
  std::size_t next_try_ = 0;          ///< no index before it begins what can be combined
};

}  // namespace dbmig::run
