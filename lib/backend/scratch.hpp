#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backend/backend.hpp"
#include "base/url.hpp"

namespace dbmig::backend {

struct ScratchOptions {
  DialectKind kind = DialectKind::sqlite;
  /// MariaDB: the server to make it on, with the user's rights; a database that it names is not
  /// touched.
  std::optional<Url> server = {};
  /// MariaDB: the new database's own. Empty: as the database that `server` names has them, or the
  /// server's default.
  std::string charset = {};
  std::string collation = {};
};

/// An empty database to try things in, gone with the value.
///
/// SQLite: in memory. MariaDB: a database of its own with a random name,
/// `dbmig_scratch_<machine>_<process>_<random>`, which never existed before. A session holds the
/// server's GET_LOCK of that name for as long as it lives: what a killed process left behind has no
/// such lock, and the next scratch database on the server sweeps it away.
class Scratch {
 public:
  /// Throws Error{usage} without a server for MariaDB, Error{access} when the user may not create
  /// databases, and what connect() throws.
  explicit Scratch(const ScratchOptions& options);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  DialectKind kind() const { return connection_->dialect().kind(); }
  /// The connection to it; whatever becomes of it, the database is dropped.
  Connection& connection() { return *connection_; }
  /// SQLite: whether functions, collations and modules of the application, which dbmig does not
  /// have, are made up when statements need them. Those made up stay. For what is known to work
  /// where the application runs, and not for what is to be tried. MariaDB: nothing.
  void invent_unknown_names(bool on);
  /// MariaDB: another session on it, for work that spoils a session's settings. SQLite: nothing, a
  /// database in memory is its connection.
  std::unique_ptr<Connection> connect_again() const;
  /// MariaDB: its name; SQLite: ":memory:".
  const std::string& name() const { return name_; }

 private:
  void open_on_server(const ScratchOptions& options);

  std::string name_;
  std::unique_ptr<Connection> keeper_;  ///< MariaDB: holds the lock, drops the database
  std::unique_ptr<Connection> connection_;
};

/// Why no scratch database can be made as `options` say: the user's rights, for one. Empty when one
/// can be, which is tried. Throws what connect() throws.
std::string why_no_scratch(const ScratchOptions& options);

/// Removes the scratch databases of dead processes from the server behind `connection`: those with
/// exactly such a name whose lock is free, and whose process is not seen alive on this machine. On
/// Galera, where locks are each node's own, only this machine's. Returns their names; what cannot
/// be dropped stays for the next time.
std::vector<std::string> sweep_scratch(Connection& connection);

}  // namespace dbmig::backend
