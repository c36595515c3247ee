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

/// The differences between two schemas.
struct SchemaDifference {
  std::string from;  ///< labels, for people
  std::string to;
  std::vector<NotCompared> not_compared;
  bool is_portable = false;  ///< of two databases: only features that both have are compared
  std::vector<std::string> unknown;  ///< live objects left out: no revision knows them
  std::vector<Change> changes;       ///< for people
  schema::Schema before;             ///< the schema that `operations` change
  std::vector<ops::Operation> operations;
  std::optional<DialectKind> sql_dialect;  ///< the dialect for `operations` as SQL, if requested

  bool is_equal() const { return operations.empty(); }
};

/// What to compare, and how.
struct ComparisonRequest {
  std::string from;  ///< as comparison_side() takes it
  std::string to;
  /// The dialect of SQL files, and of `as_sql`; otherwise that of the comparison, of the project,
  /// or of its database is used.
  std::string dialect;
  bool all = false;     ///< see make_comparable()
  bool as_sql = false;  ///< SchemaDifference::sql_dialect is needed
};

/// Throws Error{usage} if both sides are standard input, or a dialect is unknown.
SchemaDifference compare_schemas(Workspace& workspace, const ComparisonRequest& request);

}  // namespace dbmig::project
