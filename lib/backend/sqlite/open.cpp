#include "backend/sqlite/open.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <system_error>

#include "backend/url_parameter.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"

namespace dbmig::backend::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr int kBusyTimeoutMs = 5000;
constexpr const char* kWaitByUrl = "?timeout=SECONDS in the database URL";

std::string access_mode(const Url& url, const ConnectOptions& options) {
  const std::string mode = url_parameter(url, "mode");
  if (mode.empty() || mode == "rwc") return options.create ? "rwc" : "rw";
  if (mode == "ro" || mode == "rw") return mode;
  throw Error(ErrorCode::usage, fmt::format("unknown mode '{}' in the database URL", mode))
      .hint("it can be ro, rw, rwc or memory");
}

/// The default of an option, which nobody has to have given, does not replace what the URL says.
int busy_timeout(const Url& url, const ConnectOptions& options) {
  const std::string of_url = url_parameter(url, "timeout");
  if (options.lock_wait && (of_url.empty() || *options.lock_wait != kLockWait)) {
    return static_cast<int>(std::chrono::milliseconds(*options.lock_wait).count());
  }
  if (of_url.empty()) return kBusyTimeoutMs;
  return static_cast<int>(std::lround(text::to_double(of_url) * 1000));
}

// With the rights that SQLite will have.
bool may(const fs::path& path, int rights) {
  return ::faccessat(AT_FDCWD, path.c_str(), rights, AT_EACCESS) == 0;
}

void look(const fs::path& file, bool create) {
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  if (fs::is_directory(status)) {
    throw Error(ErrorCode::connection, fmt::format("'{}' is a folder", file.string()))
        .hint("the database URL must name a file");
  }
  if (fs::exists(status)) {
    if (may(file, R_OK)) return;
    throw Error(ErrorCode::access, fmt::format("the database '{}' cannot be read", file.string()))
        .hint("check the rights of the file");
  }
  const fs::path folder = file.parent_path();
  if (!fs::is_directory(folder, ignored)) {
    throw Error(ErrorCode::connection,
                fmt::format("the folder of the database '{}' does not exist", file.string()))
        .hint(fmt::format("create it with: mkdir -p '{}'", folder.string()));
  }
  if (!create) {
    throw Error(ErrorCode::not_found,
                fmt::format("the database '{}' does not exist", file.string()))
        .hint("check the path in the database URL");
  }
  if (!may(folder, W_OK | X_OK)) {
    throw Error(ErrorCode::access, fmt::format("cannot create the database '{}'", file.string()))
        .hint("the folder must be writable for the user who runs this");
  }
}

}  // namespace

Location locate(const Url& url, const ConnectOptions& options) {
  Location location;
  location.busy_timeout_ms = busy_timeout(url, options);
  location.may_wait_longer = options.lock_wait ? kWaitByOption : kWaitByUrl;
  std::string path = url.database;
  // SQLAlchemy's form for SQLite's own URIs.
  if (path.starts_with("file:") && is_true(url_parameter(url, "uri"))) path.erase(0, 5);
  if (url.in_memory() || path.empty() || path == ":memory:" ||
      url_parameter(url, "mode") == "memory") {
    location.uri = ":memory:";
    return location;
  }
  const std::string mode = access_mode(url, options);
  location.file = fs::absolute(path);
  look(location.file, mode == "rwc");
  location.uri = "file:" + percent_encode(location.file.string(), "/") + "?mode=" + mode;
  return location;
}

Error cannot_open(const Location& location, const Error& error) {
  const std::string name = location.file.empty() ? "in memory" : "'" + location.file.string() + "'";
  return Error(error.code(), fmt::format("cannot open the database {}: {}", name, error.message()))
      .hint(error.diagnostics().front().hint)
      .native(error.native_code())
      .sql(error.statement());
}

}  // namespace dbmig::backend::sqlite
