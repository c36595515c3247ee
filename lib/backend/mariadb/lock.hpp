#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "backend/mariadb/session.hpp"

namespace dbmig::backend::mariadb {

/// The name that stands for `database` in GET_LOCK, whose names are server-wide, ASCII and at most
/// 192 characters long: a hash where the name does not fit.
std::string lock_name(const std::string& database);

/// Takes the right to migrate with GET_LOCK: it is the session's, survives the commits of DDL, and
/// the server gives it back when the session ends however it ends. On Galera it holds on this node
/// only. `session` must outlive the lock. Throws Error{busy} that names the holder after `timeout`;
/// `on_wait` is called every second or more often while it
/// waits for another session, and may throw to stop waiting.
std::unique_ptr<MigrationLock> take_lock(Session& session, const std::string& database,
                                         std::chrono::seconds timeout,
                                         const std::function<void()>& on_wait);

}  // namespace dbmig::backend::mariadb
