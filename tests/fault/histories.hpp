#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace dbmig::fault {

/// One of tests/fault/histories: the revisions that a siege breaks, on top of base.yaml.
struct History {
  std::string name;
  std::vector<std::filesystem::path> files;  ///< base.yaml first
};

std::vector<History> histories();

/// For GoogleTest's messages.
void PrintTo(const History& history, std::ostream* out);

/// The revision that every siege begins at.
inline constexpr const char* kBase = "base00000000";

}  // namespace dbmig::fault
