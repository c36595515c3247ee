#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/problems.hpp"
#include "transfer/copy.hpp"

namespace dbmig::transfer {

/// Rows of the source that the target does not hold, by table and column; `what.file` is the table.
struct CopyProblem {
  import::Problem what;
  /// The whole of what is to be said, where it is not about the values of one column.
  std::string sentence = {};
  /// Text that MariaDB would have to compare exactly, as SQLite does: see kExactCollation.
  std::vector<std::string> exact_columns = {};
  /// The type that would hold all of the column's values, where there is one.
  std::optional<schema::Type> wider = {};
  /// The change that would help as lines of the model: "made: datetime(6)"; else empty.
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

/// Those of `problems` for which no change of the target's columns is known that helps.
std::vector<CopyProblem> without_remedy(const std::vector<CopyProblem>& problems);

}  // namespace dbmig::transfer
