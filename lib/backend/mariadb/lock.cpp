#include "backend/mariadb/lock.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace dbmig::backend::mariadb {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class NamedLock final : public MigrationLock {
 public:
  NamedLock(Session& session, std::string name, bool on_galera)
      : session_(session), name_(std::move(name)), on_galera_(on_galera) {}
  NamedLock(const NamedLock&) = delete;
  NamedLock& operator=(const NamedLock&) = delete;
  ~NamedLock() override {
    try {
      const Value name = name_;
      session_.query("SELECT RELEASE_LOCK(?)", {&name, 1});
    } catch (const Error&) {
      // The session is gone, and its locks with it.
    }
  }
  std::string limit() const override {
    if (!on_galera_) return {};
    return "this server is a node of a Galera cluster, where GET_LOCK locks only this node: "
           "always migrate through the same node, never through two at once";
  }

 private:
  Session& session_;
  std::string name_;
  bool on_galera_;
};

/// The variable is not there in builds without the replication library.
bool is_on_galera(Session& session) {
  const Rows rows = session.query("SHOW SESSION VARIABLES LIKE 'wsrep_on'", {});
  return !rows.rows.empty() && rows.rows[0].at(1) == "ON";
}

/// One attempt of at most `wait`. Throws when the server gives no answer (it was told to stop).
bool get_lock(Session& session, const std::string& name, seconds wait) {
  const std::vector<Value> values = {name, std::to_string(wait.count())};
  const Rows rows = session.query("SELECT GET_LOCK(?, ?)", values);
  if (!rows.rows.at(0).at(0)) {
    throw Error(ErrorCode::failed,
                "the server could not give the migration lock (GET_LOCK returned NULL)")
        .hint("run the command again");
  }
  return rows.rows[0][0] == "1";
}

/// "connection 12 (app@web1, 35 s)", as far as this user may see it.
std::string holder(Session& session, const std::string& name) {
  const Value value = name;
  const Rows used = session.query("SELECT IS_USED_LOCK(?)", {&value, 1});
  if (used.rows.empty() || !used.rows[0][0]) return "another session";
  const std::string id = *used.rows[0][0];
  const Value id_value = id;
  const Rows list = session.query(
      "SELECT CONCAT(USER, '@', HOST), TIME FROM information_schema.PROCESSLIST WHERE ID = ?",
      {&id_value, 1});
  if (list.rows.empty() || !list.rows[0][0]) return fmt::format("connection {}", id);
  return fmt::format("connection {} ({}, {} s in its present state)", id, *list.rows[0][0],
                     list.rows[0][1].value_or("?"));
}

}  // namespace

std::string lock_name(const std::string& database) {
  constexpr std::size_t kMaxReadable = 150;
  const bool plain =
      database.size() <= kMaxReadable &&
      std::all_of(database.begin(), database.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return "dbmig." + (plain ? database : sha256_hex(database));
}

std::unique_ptr<MigrationLock> take_lock(Session& session, const std::string& database,
                                         seconds timeout, const std::function<void()>& on_wait) {
  const std::string name = lock_name(database);
  const bool on_galera = is_on_galera(session);
  const auto deadline = steady_clock::now() + timeout;
  bool waited = false;
  // The first attempt does not wait: whoever has to is told so first.
  while (!get_lock(session, name, seconds(waited ? 1 : 0))) {
    if (steady_clock::now() >= deadline) {
      throw Error(ErrorCode::busy, fmt::format("another migration of '{}' is running: {} holds the "
                                               "lock '{}'",
                                               database, holder(session, name), name))
          .hint("wait for it to finish, or wait longer with --lock-timeout");
    }
    if (on_wait) on_wait();
    waited = true;
  }
  return std::make_unique<NamedLock>(session, name, on_galera);
}

}  // namespace dbmig::backend::mariadb
