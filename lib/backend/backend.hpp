#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/url.hpp"
#include "dialect/dialect.hpp"
#include "schema/table.hpp"

namespace dbmig::backend {

/// A bound value or a value read: text, or nothing for NULL. Bookkeeping needs no other types.
using Value = std::optional<std::string>;

/// See Connection::set_time_zone().
inline constexpr const char* kUtc = "+00:00";

struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

/// Something that a database holds and the model cannot express.
struct Unsupported {
  std::string object;  ///< "event 'nightly'", "table 't': option PACK_KEYS"
  std::string reason;
};

struct Inspection {
  /// As it was written there, so that building it gives the same text again: declared types,
  /// constraints without a name (SqliteTable::unnamed). Compare its canonical form.
  schema::Schema schema;
  std::vector<Unsupported> unsupported;
};

struct InspectOptions {
  std::vector<std::string> tables;  ///< only these; empty for all
  /// dbmig's own tables (`dbmig_…`) are left out unless this is set.
  bool include_own = false;
};

/// Exclusive right to migrate this database; given back by the destructor, and by the database
/// itself when the process dies.
class MigrationLock {
 public:
  virtual ~MigrationLock() = default;
  /// Whom it does not keep out, for people; empty when it keeps out everybody.
  virtual std::string limit() const { return {}; }
};

/// How long a statement of a migration waits for the locks of other sessions.
inline constexpr std::chrono::seconds kLockWait{10};

/// Rows whose foreign key has no parent, told apart from those that had none before: by table, key
/// of the row and foreign key, whatever these are called by now.
class OrphanWatch {
 public:
  virtual ~OrphanWatch() = default;
  /// To be called before `operations` are carried out: they change names.
  virtual void follow(std::span<const ops::Operation> operations) = 0;
  struct Added {
    std::size_t count = 0;
    std::vector<std::string> examples;  ///< "row 3 of 'child': fk_… → 'parent'"
  };
  /// Those that were not there when the watch began: all are counted, at most `examples` described.
  virtual Added added(std::size_t examples) = 0;
};

class BulkSink;  // backend/bulk.hpp
enum class OnDuplicate : std::uint8_t;
class RowSource;  // backend/row_source.hpp

/// A connection to one database. Not thread-safe. Every member throws dbmig::Error, with the
/// vendor's number as native_code() and the statement as statement(), translated by native code in
/// one place per backend (error.cpp). No text ever holds the password.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual const dialect::Dialect& dialect() const = 0;
  /// "SQLite 3.40.1", "MariaDB 10.11.19".
  virtual std::string server() const = 0;
  virtual const Url& url() const = 0;

  /// Exactly one statement without values; any text left over after it is Error{invalid}. Goes
  /// through the native handle: SOCI would take `:name` inside it for a bind.
  virtual void execute(std::string_view sql) = 0;
  /// One statement with `?` placeholders; returns the number of rows changed.
  virtual std::size_t execute(std::string_view sql, std::span<const Value> values) = 0;
  /// One query with `?` placeholders.
  virtual Rows query(std::string_view sql, std::span<const Value> values = {}) = 0;

  /// One query, whose rows are read one after the other. See backend/row_source.hpp. The connection
  /// must outlive them.
  virtual std::unique_ptr<RowSource> read_rows(std::string_view sql) = 0;
  /// Opens a transaction that only reads, and in which all queries see the database as it is now.
  /// It ends with rollback().
  virtual void begin_snapshot() = 0;

  /// The offset from UTC ("+00:00") in which values of TIMESTAMP are read and written from now on,
  /// on this connection, instead of the session's own time zone ("" for that): two servers may have
  /// different ones, and where clocks are put back two moments have one text. Where they have no
  /// time zone (SQLite) nothing changes.
  virtual void set_time_zone(const std::string& offset) { static_cast<void>(offset); }

  /// Whether triggers fire from now on, on this connection. False when the database cannot leave
  /// them alone (MariaDB), and they go on to fire.
  virtual bool fire_triggers(bool on) noexcept {
    static_cast<void>(on);
    return false;
  }

  // Transactions. SQLite's begin() takes the write lock at once (BEGIN IMMEDIATE), so that two
  // writers queue instead of failing at commit.
  virtual void begin() = 0;
  virtual void commit() = 0;
  /// Does nothing when no transaction is open (the server may have ended it by itself).
  virtual void rollback() noexcept = 0;
  /// Whether a transaction is open, or the next statement would open one (MariaDB: autocommit is
  /// off). Sends nothing: the state came with the last result.
  virtual bool in_transaction() = 0;
  virtual void savepoint(const std::string& name) = 0;
  virtual void release_savepoint(const std::string& name) = 0;
  virtual void rollback_to_savepoint(const std::string& name) = 0;

  /// Waits up to `timeout` for the right to migrate; `on_wait` is called at least every second
  /// while it has to wait, and may throw to end that. Throws Error{busy} that names the holder as
  /// far as the database knows. MariaDB: GET_LOCK. SQLite: an fcntl lock on a file beside the
  /// database, so that readers go on.
  virtual std::unique_ptr<MigrationLock> lock(std::chrono::seconds timeout,
                                              const std::function<void()>& on_wait) = 0;

  /// Around a migration. SQLite: foreign_keys off and BEGIN IMMEDIATE; MariaDB: no transaction (DDL
  /// would end it). A statement waits at most `lock_wait` for the locks of others, and then throws
  /// Error{busy} that names them as far as the database knows.
  virtual void begin_migration(std::chrono::seconds lock_wait) = 0;
  void begin_migration() { begin_migration(kLockWait); }
  virtual void commit_migration() = 0;
  /// Back to before begin_migration() where the database can (SQLite). Never throws.
  virtual void abort_migration() noexcept = 0;

  /// Rows whose foreign key has no parent, described one by one ("row 3 of 'child': fk_… →
  /// 'parent'"), at most `limit`. SQLite: PRAGMA foreign_key_check. MariaDB: empty, it checks by
  /// itself.
  virtual std::vector<std::string> foreign_key_violations(std::size_t limit) = 0;

  /// Begins to watch; inside of a transaction, that of the migration. SQLite only: MariaDB checks
  /// by itself and gives nullptr. Memory does not grow with the rows.
  virtual std::unique_ptr<OrphanWatch> watch_orphans() = 0;

  /// The database's schema, with every object that the model cannot express named.
  virtual Inspection inspect(const InspectOptions& options) = 0;

  /// Whether it keeps every table and view under its name in lower case, however it was told
  /// (MariaDB: lower_case_table_names = 1, as on Windows).
  virtual bool folds_table_names() { return false; }

  /// `schema` as inspect() would report it after this very database built it: the dialect's
  /// canonical form, with what the model names but the database has anyway left out (MariaDB: its
  /// character set and collation).
  virtual schema::Schema canonical(const schema::Schema& schema) {
    return dialect().canonical(schema);
  }

  /// A hash of all that this database shows of the objects that `sql` names, and of which of them
  /// are there: taken before a DDL statement and after it, two alike say that it did not take
  /// effect. Empty where it is of no use, because DDL is rolled back (SQLite).
  virtual std::string fingerprint(std::string_view sql) {
    static_cast<void>(sql);
    return {};
  }

  /// Triggers and indexes of this database with their SQL, for dialect::Dialect::plan. MariaDB:
  /// none needed.
  virtual std::vector<dialect::DependentObject> dependent_objects() = 0;

  /// The fastest way for this database to load rows into `columns` of `table` (an element of
  /// inspect()). See backend/bulk.hpp. The connection must outlive the sink.
  virtual std::unique_ptr<BulkSink> bulk_sink(const schema::Table& table,
                                              const std::vector<std::string>& columns,
                                              OnDuplicate on_duplicate) = 0;
  /// With OnDuplicate::abort.
  std::unique_ptr<BulkSink> bulk_sink(const schema::Table& table,
                                      const std::vector<std::string>& columns);
};

struct ConnectOptions {
  /// Create a SQLite file that does not exist. Off for commands that only read.
  bool create = false;
  /// SQLite: how long every statement waits for the locks of others, from the opening on; nothing:
  /// as long as `timeout` in the URL says, or 5 seconds.
  std::optional<std::chrono::seconds> lock_wait = std::nullopt;
};

/// Connects. Throws Error{connection} (unreachable server, no such file), Error{access} (wrong
/// password, missing rights), Error{not_found} (no such database), each saying what to do, with the
/// URL redacted.
std::unique_ptr<Connection> connect(const Url& url, const ConnectOptions& options = {});

}  // namespace dbmig::backend
