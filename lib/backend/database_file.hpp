#pragma once

#include <filesystem>
#include <optional>

#include "base/url.hpp"

namespace dbmig::backend {

/// The file that holds the database, where it has a path of its own; nothing for a server, a
/// database in memory and SQLite's `file:` URIs.
std::optional<std::filesystem::path> database_file(const Url& url);

/// Whether the database is a file that does not exist yet.
bool is_missing_file(const Url& url);

/// `url`, or an empty database in memory for a file that does not exist yet: reading it makes none.
Url or_empty(Url url);

}  // namespace dbmig::backend
