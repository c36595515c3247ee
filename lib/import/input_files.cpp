#include "import/input_files.hpp"

#include <fmt/core.h>
#include <glob.h>

#include <filesystem>
#include <set>
#include <system_error>

#include "base/error.hpp"

namespace dbmig::import {

std::vector<std::string> expand_patterns(const std::vector<std::string>& files) {
  std::vector<std::string> all;
  for (const std::string& file : files) {
    std::error_code ignored;
    if (file.find_first_of("*?[") == std::string::npos || std::filesystem::exists(file, ignored)) {
      all.push_back(file);
      continue;
    }
    ::glob_t found = {};
    if (::glob(file.c_str(), GLOB_ERR, nullptr, &found) != 0) {
      ::globfree(&found);
      throw Error(ErrorCode::not_found, fmt::format("no file matches {}", file));
    }
    all.insert(all.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
  }
  // `dump/*` also matches the companion files.
  const std::set<std::string> named(all.begin(), all.end());
  std::erase_if(all, [&](const std::string& file) {
    return file.ends_with(kCompanionEnding) &&
           named.contains(file.substr(0, file.size() - kCompanionEnding.size()));
  });
  return all;
}

}  // namespace dbmig::import
