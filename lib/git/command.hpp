#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dbmig::git {

/// What git answered.
struct Output {
  int code = 0;  ///< its exit code
  std::string out;
  std::string err;
};

/// Runs git on the repository around `folder`, whichever one the environment may name (a hook's
/// environment names its own), with `input` as its standard input. It never prompts.
/// Throws Error{not_found} when git is not installed, Error{failed} when it could not be run, was
/// killed, or did not end within a minute.
Output run(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
           const std::string& input = {});

}  // namespace dbmig::git
