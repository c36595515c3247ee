#include "fleet/database_list.hpp"

#include <fmt/core.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "backend/database_file.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "yaml/expand.hpp"

namespace dbmig::fleet {
namespace {

namespace fs = std::filesystem;

/// Files that stand beside a database and go with it.
bool is_companion(std::string_view path) {
  constexpr std::array<std::string_view, 4> kEndings{"-journal", "-wal", "-shm", "-dbmig-lock"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

bool is_pattern(const Url& url) {
  std::error_code ignored;
  return backend::database_file(url) && url.database.find_first_of("*?[") != std::string::npos &&
         !fs::exists(url.database, ignored);
}

/// The files that `pattern` fits, by path.
std::vector<std::string> matching_files(const std::string& pattern) {
  glob_t found = {};
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths;
  for (std::size_t i = 0; failed == 0 && i < found.gl_pathc; ++i) {
    std::error_code ignored;
    const std::string path = found.gl_pathv[i];
    if (!is_companion(path) && !fs::is_directory(path, ignored)) paths.push_back(path);
  }
  ::globfree(&found);
  return paths;
}

/// As a person names the file: below the project's folder without that folder.
std::string name_of_file(const std::string& path, const fs::path& root) {
  const fs::path below = fs::path(path).lexically_relative(root);
  return below.empty() || below.string().starts_with("..") ? path : below.string();
}

/// What makes two URLs one database.
std::string identity(const Url& url) {
  if (url.dialect == DialectKind::sqlite) {
    std::error_code failure;
    const fs::path real = fs::weakly_canonical(url.database, failure);
    return "sqlite " + (failure ? url.database : real.string());
  }
  const auto socket = url.parameters.find("socket");
  return fmt::format("mariadb {}\n{}\n{}\n{}", text::lower(url.host),
                     url.port == 0 ? 3306 : url.port,
                     socket == url.parameters.end() ? "" : socket->second, url.database);
}

class Collector {
 public:
  explicit Collector(fs::path root) : root_(std::move(root)) {}

  void add(const std::string& name, const Url& url) {
    if (!is_pattern(url)) return add_one(name, url);
    const std::vector<std::string> files = matching_files(url.database);
    if (files.empty()) {
      throw Error(ErrorCode::not_found,
                  fmt::format("no file matches '{}'", name_of_file(url.database, root_)))
          .hint("check the pattern, and that the files can be read");
    }
    for (const std::string& path : files) {
      Url one = url;
      one.database = path;
      add_one(name_of_file(path, root_), one);
    }
  }

  std::vector<Database> take() { return std::move(databases_); }

 private:
  void add_one(const std::string& name, const Url& url) {
    if (!url.in_memory() && !seen_.insert(identity(url)).second) return;
    databases_.push_back({name, url});
  }

  fs::path root_;
  std::set<std::string> seen_;
  std::vector<Database> databases_;
};

void add_from_file(Collector& into, const yaml::Project& project, const fs::path& path,
                   const yaml::Environment& environment) {
  int number = 0;
  for (const std::string& line : text::split(read_file(path), '\n')) {
    ++number;
    const std::string_view trimmed = text::trim(line);
    if (trimmed.empty() || trimmed.front() == '#') continue;
    try {
      const Url url = yaml::database_url(project, yaml::expand_variables(trimmed, environment),
                                         std::nullopt, environment);
      const std::string name =
          backend::database_file(url) ? name_of_file(url.database, project.root) : url.redacted();
      into.add(name, url);
    } catch (const Error& error) {
      throw Error(error.code() == ErrorCode::usage ? ErrorCode::invalid : error.code(),
                  error.message())
          .hint(error.diagnostics().front().hint)
          .at({path.string(), number, 0});
    }
  }
}

}  // namespace

std::vector<Database> list_databases(const yaml::Project& project, const ListSource& source,
                                     const yaml::Environment& environment) {
  Collector collector(project.root);
  if (!source.urls_from.empty()) {
    add_from_file(collector, project, source.urls_from, environment);
  } else if (source.url) {
    const Url url = yaml::database_url(project, source.url, std::nullopt, environment);
    collector.add(
        backend::database_file(url) ? name_of_file(url.database, project.root) : url.redacted(),
        url);
  } else if (source.name) {
    collector.add(*source.name,
                  yaml::database_url(project, std::nullopt, source.name, environment));
  } else {
    for (const auto& [name, text] : project.databases) {
      collector.add(name, yaml::database_url(project, std::nullopt, name, environment));
    }
  }
  std::vector<Database> databases = collector.take();
  if (databases.empty()) {
    throw Error(ErrorCode::usage, source.urls_from.empty() ? "dbmig.yaml has no databases"
                                                           : fmt::format("{} lists no database",
                                                                         source.urls_from.string()))
        .hint(source.urls_from.empty()
                  ? "add databases: {NAME: URL, tenants: \"sqlite:///tenants/*.db\"} to it, or "
                    "give --urls-from FILE"
                  : "write one URL per line");
  }
  return databases;
}

}  // namespace dbmig::fleet
