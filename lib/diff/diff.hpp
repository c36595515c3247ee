#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "ops/operation.hpp"
#include "schema/model.hpp"
#include "schema/table.hpp"

namespace dbmig::diff {

/// A drop and an add that look like one rename: same type, or same columns.
struct SuspectedRename {
  std::string kind;   ///< "table" or "column"
  std::string table;  ///< column: the table (its name in the new schema); table: empty
  std::string from;
  std::string to;
};

struct Difference {
  std::vector<ops::Operation> operations;
  /// As Alembic's log lines: "Detected added table 'usuario'", one or more for each operation.
  std::vector<std::string> detected;
  std::vector<SuspectedRename> suspected;
};

/// The operations that turn `from` into `to`, in an order that both databases accept whatever the
/// schemas hold (cyclic foreign keys, swapped names, columns that move between keys):
/// `sorted(ops::apply(from, diff(from, to).operations)) == sorted(to)`, and `diff(s, s)` is empty.
/// Both are compared as they are: normalise, or take a dialect's canonical form, before.
Difference diff(const schema::Schema& from, const schema::Schema& to,
                const schema::RenameHints& hints = {});

/// Throws Error{refused} when `difference` loses data (ops/risk.hpp): names every table, column and
/// type that it would lose, names suspected renames as such with the `renamed_from:` line to write,
/// and the flag that consents. What is lost is judged by `dialects`, the databases of the project;
/// none: by any.
void require_consent(const Difference& difference, const schema::Schema& from,
                     std::span<const DialectKind> dialects = {});

}  // namespace dbmig::diff
