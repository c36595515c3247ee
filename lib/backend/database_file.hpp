#pragma once

#include <filesystem>
#include <optional>

#include "base/url.hpp"

namespace dbmig::backend {

/// The file that holds the database; nothing for a server and for a database in memory. SQLite's
/// `file:` URIs are paths by now (Url::parse).
std::optional<std::filesystem::path> database_file(const Url& url);

/// Whether the database is a file that does not exist yet.
bool is_missing_file(const Url& url);

/// `url`, or an empty database in memory for a file that does not exist yet: reading it makes none.
Url or_empty(Url url);

}  // namespace dbmig::backend
