#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "base/error.hpp"
#include "history/graph.hpp"
#include "history/revision.hpp"
#include "lint/codes.hpp"
#include "schema/table.hpp"

namespace dbmig::lint {

/// What a server says that a statement of a revision costs it.
struct StatementCost {
  std::size_t operation = 0;               ///< index of the (first) operation it carries out
  std::string algorithm;                   ///< "INSTANT", "NOCOPY", "INPLACE", "COPY"
  std::string lock;                        ///< "NONE", "SHARED", "EXCLUSIVE"
  std::optional<std::uint64_t> rows = {};  ///< of the live table, when it was counted
};

/// What a database's rows say of one code at one operation. No rows: nothing is in the way.
struct Answer {
  std::size_t operation = 0;
  std::string code;
  std::string table;       ///< whose rows were counted, by its name in the database
  std::uint64_t rows = 0;  ///< in the way
  std::string message;     ///< with number, table and up to three examples
  std::string hint;
};

/// How much a drop loses in a database.
struct Loss {
  std::size_t operation = 0;
  std::string table;       ///< by its name in the database
  std::uint64_t rows = 0;  ///< of the table; for a column those that have a value there
};

/// What is known of a revision beyond its file; all empty when no database was asked.
struct Evidence {
  std::vector<StatementCost> costs;
  std::vector<Answer> answers;
  std::vector<Loss> losses;
};

struct Options {
  Levels levels;
  std::vector<DialectKind> dialects;  ///< the databases that count; none: both
};

struct Finding {
  std::string code;
  Level level = Level::info;
  std::string revision;       ///< id
  std::size_t operation = 0;  ///< index in Revision::upgrade
  SourcePosition where;
  std::string message;
  std::string hint;  ///< may be empty
  /// Rows counted, in the way or to be lost, and whose; only where a database was asked.
  std::optional<std::uint64_t> rows = {};
  std::string table = {};
};

struct SuppressedFinding {
  Finding finding;
  std::string reason;
};

struct Result {
  std::vector<Finding> findings;  ///< by revision and place
  std::vector<SuppressedFinding> suppressed;
};

/// What is to be said of the upgrade of `revision`, applied to the schema `before`; that becomes
/// the schema after it. Pure. Data-dependent codes that `evidence` answers are findings at level
/// error when rows are in the way (unless off), and none when there are none; without an answer
/// they keep their level. DS101 and DS102 stay what they are, and say how much is lost. Throws
/// Error{invalid} like history::apply for a revision that does not fit.
Result lint(const history::Revision& revision, schema::Schema& before, const Options& options,
            const Evidence& evidence = {});

/// The same for revisions of `graph`, parents before children. `evidence` is by id.
Result lint(const history::Graph& graph, const std::vector<std::string>& ids,
            const Options& options, const std::map<std::string, Evidence>& evidence = {});

}  // namespace dbmig::lint
