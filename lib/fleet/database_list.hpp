#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/url.hpp"
#include "yaml/project.hpp"

namespace dbmig::fleet {

/// One of many databases that are worked on.
struct Database {
  std::string name;  ///< for people: its name in dbmig.yaml, its path below the project, or its URL
  Url url;
};

/// Where the databases are named; one of the three, or none for all of dbmig.yaml's `databases`.
struct ListSource {
  std::optional<std::string> url = {};   ///< --url, may be a pattern of SQLite files
  std::optional<std::string> name = {};  ///< --database: one entry of `databases`, may be a pattern
  std::filesystem::path urls_from = {};  ///< a file with a URL a line; empty for none
};

/// The databases, each once, in the order in which they are named; those of a pattern by their
/// paths. `*`, `?` and `[…]` in the path of a SQLite URL make it a pattern, unless there is a file
/// of exactly that name; files that SQLite or dbmig keep beside a database do not count.
///
/// In the file, `#` begins a comment where a line begins, and `${NAME}` is a variable of
/// `environment`. Throws Error{usage} when nothing is named, Error{not_found} for a pattern that
/// fits no file, Error{invalid} with file and line for a wrong URL, and what yaml::database_url
/// throws.
std::vector<Database> list_databases(const yaml::Project& project, const ListSource& source,
                                     const yaml::Environment& environment);

}  // namespace dbmig::fleet
