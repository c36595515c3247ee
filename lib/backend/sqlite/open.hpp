#pragma once

#include <filesystem>
#include <string>

#include "backend/backend.hpp"
#include "base/error.hpp"

namespace dbmig::backend::sqlite {

inline constexpr const char* kWaitByOption = "--lock-wait";

/// Where a URL's database is and how it is opened.
struct Location {
  std::filesystem::path file;  ///< absolute; empty for a database in memory
  std::string uri;             ///< for SQLite: ":memory:" or `file:…` without blanks
  int busy_timeout_ms = 0;
  const char* may_wait_longer = kWaitByOption;  ///< what sets that time
};

/// Reads the URL (`mode`: ro, rw, rwc, memory; `timeout`: seconds to wait for a lock) and looks
/// whether the file can be there. Throws Error{not_found} for a missing file that is not to be
/// created, Error{connection} for a missing folder or a path that is not a file, Error{usage} for a
/// mode that is none.
Location locate(const Url& url, const ConnectOptions& options);

/// `error`, which SQLite gave when the database was opened, with the file's name and what to do.
Error cannot_open(const Location& location, const Error& error);

}  // namespace dbmig::backend::sqlite
