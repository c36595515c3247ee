#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "yaml/scenario.hpp"

namespace dbmig::scenario {

/// The tests in `folder` that `names` (names, files or patterns; none: all) mean. Paths in messages
/// are relative to `base`. Throws Error{not_found} where there are no tests, and Error{usage} where
/// none is called so.
std::vector<yaml::Scenario> wanted_tests(const std::filesystem::path& folder,
                                         const std::filesystem::path& base,
                                         const std::vector<std::string>& names);

/// The databases that `test` runs on: its own, else the project's, else both.
std::vector<DialectKind> databases_of(const yaml::Scenario& test,
                                      const std::vector<DialectKind>& of_project);

}  // namespace dbmig::scenario
