#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "backend/backend.hpp"
#include "backend/row_source.hpp"

namespace dbmig::backend {

/// A connection through which no SQL can change anything: for users who only read,
/// and for SQL that a user typed.
///
/// SQLite: the file is opened with `mode=ro` and `query_only`, and an authorizer refuses everything
/// but reading. MariaDB: every statement runs in a transaction that is READ ONLY; what such a
/// transaction does not stop is refused by query_refusal(). Not thread-safe.
class ReadOnlyConnection {
 public:
  virtual ~ReadOnlyConnection() = default;

  /// For inspect() and for queries of our own. Owned by this; nothing may be changed through it.
  virtual Connection& connection() = 0;

  /// The rows of one query with a `?` for each of `values`, read in a snapshot that ends with
  /// end(). The statement may take `time`, reading its rows included, then next() throws
  /// Error{busy}. `rows`: about how many the caller is going to read. Throws Error{refused} for
  /// what query_refusal() refuses.
  virtual std::unique_ptr<RowSource> read(std::string_view sql, std::span<const Cell> values,
                                          std::chrono::milliseconds time, std::size_t rows) = 0;
  /// Ends what read() began. The rows must be gone.
  virtual void end() noexcept = 0;
};

/// Connects to a database that is there. Throws what connect() throws, and Error{refused} for a
/// database that is not to be shown: one in memory, MariaDB's `mysql` with its accounts.
std::unique_ptr<ReadOnlyConnection> connect_read_only(const Url& url);

/// Why `sql` is not one query that reads and nothing else; nothing when it may run. It is the first
/// of several walls: what passes still runs on a ReadOnlyConnection.
std::optional<dialect::SqlRefusal> query_refusal(DialectKind kind, std::string_view sql);

}  // namespace dbmig::backend
