#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/problems.hpp"
#include "transfer/copy.hpp"

namespace dbmig::transfer {

/// Rows of the source that the target cannot hold, by table and column; `what.file` is the table.
struct CopyProblem {
  import::Problem what;
  /// The complete message, if the problem is not about the values of one column.
  std::string sentence = {};
  /// Text columns that MariaDB would have to compare exactly, like SQLite: see kExactCollation.
  std::vector<std::string> exact_columns = {};
  /// The type that would hold all of the column's values, if there is one.
  std::optional<schema::Type> wider = {};
  /// The change that would help, as a line of the model: "made: datetime(6)"; empty if there is
  /// none.
  std::string remedy() const;
};

/// Reads all rows of the tables in `schema`, the target's present or future schema, from `source`
/// and returns those that it cannot hold; uses all `ranks`, if given. Writes nothing.
std::vector<CopyProblem> check_rows(backend::Connection& source, const schema::Schema& schema,
                                    DialectKind target, const CopyOptions& options,
                                    EventSink& events, const std::atomic<bool>& stop,
                                    import::Communicator* ranks = nullptr);

/// `schema` with the columns widened as `problems` require. In the database `own`, which does not
/// enforce types and is not changed, the columns keep their present types.
schema::Schema widened(schema::Schema schema, const std::vector<CopyProblem>& problems,
                       std::optional<DialectKind> own = std::nullopt);

/// The `problems` that no known change of the target's columns solves.
std::vector<CopyProblem> without_remedy(const std::vector<CopyProblem>& problems);

}  // namespace dbmig::transfer
