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

/// Migrations that an application carries in itself and applies when it starts:
///
///     #include <dbmig/dbmig.hpp>
///     #include "shop_migrations.hpp"          // made by dbmig_embed(shop migrations/)
///
///     dbmig::upgrade(shop_migrations(), "sqlite:////var/lib/shop/shop.db");
///
/// For an open soci::session: <dbmig/soci.hpp>.
///
/// Threads: functions may be called by any number of threads at once, each with a database
/// connection of its own; the work is done on the caller's thread. Several processes and threads
/// that upgrade one database are one that works and others that wait.
///
/// Failure: every function throws dbmig::Error, or what a callback threw, or std::bad_alloc. On
/// SQLite what a revision began is then rolled back; revisions before it stay. MariaDB cannot roll
/// back DDL: there every statement that took effect is recorded, and the next upgrade goes on from
/// it. Nothing of the process is changed: no signal handler, no locale, no environment variable, no
/// setting of SQLite's, and nothing is printed.
namespace dbmig {

/// A revision as `dbmig embed` writes it into a program: the file's text and what stands at its
/// head, read when the program was built. Its texts live as long as the program.
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

/// A project's revisions. A value, cheap to copy, for any thread.
class History {
 public:
  /// Throws Error{invalid} when they make no graph; those of dbmig_embed do.
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

/// What an upgrade tells its caller while it works.
struct Message {
  enum class Level { debug, info, warning, statement };
  Level level = Level::info;
  std::string_view source;  ///< the part that speaks, "dbmig.run"; empty for a statement
  std::string_view text;    ///< one line, or the SQL that is about to be sent
};

struct UpgradeOptions {
  /// A revision (see `dbmig upgrade --help`); `heads` are the newest of every branch.
  std::string target = "heads";
  /// How long to wait for another upgrade of the same database.
  std::chrono::seconds lock_timeout{60};
  /// How long a statement waits for the locks of other sessions.
  std::chrono::seconds lock_wait{10};
  /// Called on the caller's thread. What it throws ends the upgrade, as a failed statement does.
  std::function<void(const Message&)> on_message = {};
  /// What stands for `${name:literal}` and `${name:identifier}` in plain SQL. One that is missing
  /// is Error{invalid} before anything runs.
  std::map<std::string, std::string> variables = {};
  /// Looked at between statements: when it becomes true the upgrade ends with Error{interrupted}.
  const std::atomic<bool>* stop = nullptr;
};

/// A database to work on: one that dbmig opens, or the open connection of the application.
class Database {
 public:
  /// As `dbmig --url` takes it: "sqlite:////var/lib/shop.db", "mariadb://user:password@host/shop".
  /// A SQLite file that is not there is made by upgrade().
  Database(std::string url);       // NOLINT(google-explicit-constructor)
  Database(const char* url);       // NOLINT(google-explicit-constructor)
  Database(std::string_view url);  // NOLINT(google-explicit-constructor)
  /// Borrowed for the call, with no transaction open; every setting of it is as before afterwards.
  /// It must belong to the SQLite library that dbmig is linked to.
  Database(sqlite3* connection) : sqlite_(connection) {}  // NOLINT(google-explicit-constructor)
  /// The same of MariaDB Connector/C.
  Database(st_mysql* connection) : mysql_(connection) {}  // NOLINT(google-explicit-constructor)

  const std::string& url() const { return url_; }
  sqlite3* sqlite() const { return sqlite_; }
  st_mysql* mysql() const { return mysql_; }

 private:
  std::string url_;
  sqlite3* sqlite_ = nullptr;
  st_mysql* mysql_ = nullptr;
};

/// Brings `database` to the target and returns the ids of the revisions that ran, in order; having
/// nothing to do is the usual case. Throws Error{not_found} when the database has a revision that
/// `history` lacks (it was upgraded by a newer program), Error{refused} when an applied revision
/// says something else now, Error{busy} when others hold locks for too long, Error{failed} when the
/// connection given has a transaction open, and what the database says of a statement.
std::vector<std::string> upgrade(const History& history, const Database& database,
                                 const UpgradeOptions& options = {});

/// The ids of the revisions that upgrade() would run, in order. Changes nothing. A SQLite file that
/// is not there has none of them.
std::vector<std::string> pending(const History& history, const Database& database,
                                 const UpgradeOptions& options = {});

}  // namespace dbmig
