#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "ops/operation.hpp"
#include "project/changes.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// Something of one side that cannot be compared.
struct NotCompared {
  std::string side;  ///< its label
  backend::Unsupported object;
};

/// What leads from one schema to another.
struct SchemaDifference {
  std::string from;  ///< labels, as people read them
  std::string to;
  std::vector<NotCompared> not_compared;
  bool is_portable = false;  ///< of two databases: only features that both have are compared
  std::vector<std::string> unknown;  ///< live objects left out: no revision knows them
  std::vector<Change> changes;       ///< for people
  schema::Schema before;             ///< which `operations` change
  std::vector<ops::Operation> operations;
  std::optional<DialectKind> sql_dialect;  ///< whose SQL `operations` become, where wanted

  bool is_equal() const { return operations.empty(); }
};

/// What is compared, and how.
struct ComparisonRequest {
  std::string from;  ///< as comparison_side() takes it
  std::string to;
  /// Which SQL is spoken: in SQL files, and by `as_sql`, which else takes that of the comparison,
  /// of the project, or of its database.
  std::string dialect;
  bool all = false;     ///< see make_comparable()
  bool as_sql = false;  ///< SchemaDifference::sql_dialect is wanted
};

/// Throws Error{usage} where both sides are standard input, or a dialect has no such name.
SchemaDifference compare_schemas(Workspace& workspace, const ComparisonRequest& request);

}  // namespace dbmig::project
