#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <dbmig/error.hpp>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct st_mysql;

/// Migrations that are compiled into an application and applied when it starts:
///
///     #include <dbmig/dbmig.hpp>
///     #include "shop_migrations.hpp"          // made by dbmig_embed(shop migrations/)
///
///     dbmig::upgrade(shop_migrations(), "sqlite:////var/lib/shop/shop.db");
///
/// For an open soci::session: <dbmig/soci.hpp>.
///
/// Threads: functions may be called by any number of threads at once, each with its own database
/// connection; the work is done on the caller's thread. If several processes or threads upgrade the
/// same database, one works and the others wait.
///
/// Failure: every function throws dbmig::Error, the exception of a callback, or std::bad_alloc. On
/// SQLite the current revision is then rolled back; earlier revisions stay applied. MariaDB cannot
/// roll back DDL: there every statement that took effect is recorded, and the next upgrade
/// continues after it. The library changes nothing of the process (signal handlers, locale,
/// environment variables, SQLite's global settings) and prints nothing.
namespace dbmig {

/// A revision as `dbmig embed` writes it into a program: the file's text and its header fields,
/// parsed when the program was built. The texts must live as long as the program.
struct EmbeddedRevision {
  std::string_view name;  ///< of the file, for messages
  std::string_view id;
  std::span<const std::string_view> parents;
  std::span<const std::string_view> depends_on;
  std::span<const std::string_view> labels;
  std::string_view message;
  std::string_view created;
  std::string_view checksum;
  bool changes_rows = false;
  std::string_view text;
};

/// A project's revisions. An immutable value: cheap to copy, safe to share between threads.
class History {
 public:
  /// Throws Error{invalid} if they do not form a graph; those of dbmig_embed always do.
  explicit History(std::span<const EmbeddedRevision> revisions);
  ~History();
  History(const History&);
  History& operator=(const History&);

  /// The newest revisions; one, unless there are branches.
  std::vector<std::string> heads() const;
  std::size_t size() const;

  struct Data;
  /// For the library itself.
  const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

/// A progress message of an upgrade. The views are valid during the callback only.
struct Message {
  enum class Level { debug, info, warning, statement };
  Level level = Level::info;
  std::string_view source;  ///< the module, such as "dbmig.run"; empty for a statement
  std::string_view text;    ///< one line, or the SQL that is about to be sent
};

struct UpgradeOptions {
  /// A revision (see `dbmig upgrade --help`); `heads` are the newest of every branch.
  std::string target = "heads";
  /// How long to wait for another upgrade of the same database.
  std::chrono::seconds lock_timeout{60};
  /// How long one attempt of a statement waits for locks of other sessions.
  std::chrono::seconds lock_wait{10};
  /// Called on the caller's thread. If it throws, the upgrade ends as after a failed statement, and
  /// the exception is passed on.
  std::function<void(const Message&)> on_message = {};
  /// The values of `${name:literal}` and `${name:identifier}` in plain SQL. A missing value is
  /// Error{invalid} before anything runs.
  std::map<std::string, std::string> variables = {};
  /// Read between statements: when it becomes true, the upgrade ends with Error{interrupted}. Not
  /// owned; must outlive the call.
  const std::atomic<bool>* stop = nullptr;
};

/// A database to work on: one that dbmig opens, or the open connection of the application.
class Database {
 public:
  /// A URL as for `dbmig --url`: "sqlite:////var/lib/shop.db", "mariadb://user:password@host/shop".
  /// upgrade() creates a missing SQLite file.
  Database(std::string url);       // NOLINT(google-explicit-constructor)
  Database(const char* url);       // NOLINT(google-explicit-constructor)
  Database(std::string_view url);  // NOLINT(google-explicit-constructor)
  /// Borrowed for the duration of the call; must have no open transaction. Afterwards all its
  /// settings are as before. It must belong to the SQLite library that dbmig is linked to.
  Database(sqlite3* connection) : sqlite_(connection) {}  // NOLINT(google-explicit-constructor)
  /// The same for MariaDB Connector/C.
  Database(st_mysql* connection) : mysql_(connection) {}  // NOLINT(google-explicit-constructor)

  const std::string& url() const { return url_; }
  sqlite3* sqlite() const { return sqlite_; }
  st_mysql* mysql() const { return mysql_; }

 private:
  std::string url_;
  sqlite3* sqlite_ = nullptr;
  st_mysql* mysql_ = nullptr;
};

/// Upgrades `database` to the target and returns the ids of the revisions that ran, in order; empty
/// if there was nothing to do. Throws Error{not_found} if the database has a revision that
/// `history` lacks (a newer program upgraded it), Error{refused} if an applied revision has
/// different content now, Error{busy} if another session holds a lock for too long, Error{failed}
/// if the connection has an open transaction, and the translated error of a failed statement.
std::vector<std::string> upgrade(const History& history, const Database& database,
                                 const UpgradeOptions& options = {});

/// The ids of the revisions that upgrade() would run, in order. Changes nothing. For a missing
/// SQLite file that is all of them. Throws as upgrade() does.
std::vector<std::string> pending(const History& history, const Database& database,
                                 const UpgradeOptions& options = {});

}  // namespace dbmig
