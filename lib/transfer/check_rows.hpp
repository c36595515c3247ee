#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/problems.hpp"
#include "transfer/copy.hpp"

namespace dbmig::transfer {

/// Source values that the target's columns do not hold, by table and column; `what.file` is the
/// table.
struct CopyProblem {
  import::Problem what;
  /// The type that would hold all of the column's values, where there is one.
  std::optional<schema::Type> wider;
  /// The same as a line of the model: "made: datetime(6)"; else empty.
  std::string remedy() const;
};

/// Reads all rows of the tables in `schema`, the target's as it is or will be, from `source` and
/// says which of them it cannot hold, with all `ranks` if there are any. Writes nothing.
std::vector<CopyProblem> check_rows(backend::Connection& source, const schema::Schema& schema,
                                    DialectKind target, const CopyOptions& options,
                                    EventSink& events, const std::atomic<bool>& stop,
                                    import::Communicator* ranks = nullptr);

/// `schema` with the columns of `problems` as wide as they ask for. Of `own`, a database that does
/// not enforce the type and stays as it is, the columns keep the type that they have there.
schema::Schema widened(schema::Schema schema, const std::vector<CopyProblem>& problems,
                       std::optional<DialectKind> own = std::nullopt);

/// Those of `problems` for whose columns no type is known that holds every value.
std::vector<CopyProblem> without_remedy(const std::vector<CopyProblem>& problems);

}  // namespace dbmig::transfer
