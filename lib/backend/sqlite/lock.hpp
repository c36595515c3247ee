#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "backend/backend.hpp"

namespace dbmig::backend::sqlite {

/// Takes the right to migrate the database in `file`: an open-file-description lock on
/// `<file>-dbmig-lock` beside it, which the kernel gives back when the process ends however it
/// ends. Connections that read or write the database are not held up. The lock file says who holds
/// it and is removed with the lock.
///
/// Throws Error{busy} naming the holder after `timeout`, Error{access} or Error{io} when the lock
/// file cannot be made. `on_wait` is called every second or more often while it
/// waits for another process, and may throw to stop waiting.
std::unique_ptr<MigrationLock> lock_file(const std::filesystem::path& file,
                                         std::chrono::seconds timeout,
                                         const std::function<void()>& on_wait);

/// The processes that have SQLite's own locks on `file`, or on the index of its write-ahead log:
/// "process 4711 (python3)", …; empty where the system does not tell (another host, no /proc) and
/// for this process's own. Source: proc_locks(5)
std::string lock_holders(const std::filesystem::path& file);

}  // namespace dbmig::backend::sqlite
