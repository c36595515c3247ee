#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dbmig::yaml {

enum class Subfolders { yes, no };

/// The `*.yaml` and `*.yml` files of `folder`, sorted by name, without hidden ones. Throws
/// Error{not_found} when there is no such folder, Error{io} when it cannot be read.
std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder,
                                              Subfolders subfolders);

/// The names of the same files below `folder`, `sub/name.yaml` for those of subfolders, unsorted.
std::vector<std::string> yaml_names(const std::filesystem::path& folder, Subfolders subfolders);

/// The `*.sql` files of `folder` and its subfolders, likewise.
std::vector<std::filesystem::path> sql_files(const std::filesystem::path& folder);

/// `path` as it should stand in messages: relative to `base` when it lies below it.
std::string display_name(const std::filesystem::path& path, const std::filesystem::path& base);

}  // namespace dbmig::yaml
