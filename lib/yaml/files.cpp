#include "yaml/files.hpp"

#include <dirent.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::yaml {
namespace {

Error cannot_read(const std::filesystem::path& folder, const std::error_code& code) {
  return Error(ErrorCode::io,
               fmt::format("cannot read folder {}: {}", folder.string(), code.message()))
      .hint("check its rights");
}

/// Whoever read it would wait for somebody who writes into it.
Error no_file(const std::filesystem::path& path) {
  return Error(ErrorCode::invalid,
               fmt::format("{} is not a file but a pipe, a socket or a device", path.string()))
      .hint("remove it");
}

bool is_special(const std::filesystem::file_status& status) {
  namespace fs = std::filesystem;
  return fs::is_fifo(status) || fs::is_socket(status) || fs::is_character_file(status) ||
         fs::is_block_file(status);
}

using IsWanted = bool(const std::filesystem::path& path);

bool is_yaml(const std::filesystem::path& path) {
  const std::string extension = text::lower(path.extension().string());
  return extension == ".yaml" || extension == ".yml";
}

bool is_sql(const std::filesystem::path& path) {
  return text::lower(path.extension().string()) == ".sql";
}

void collect(const std::filesystem::path& folder, Subfolders subfolders, IsWanted* is_wanted,
             std::vector<std::filesystem::path>& files) {
  std::error_code code;
  std::filesystem::directory_iterator entry(folder, code);
  if (code) throw cannot_read(folder, code);
  for (const std::filesystem::directory_iterator end; entry != end; entry.increment(code)) {
    if (code) throw cannot_read(folder, code);
    const std::filesystem::path& path = entry->path();
    if (path.filename().string().starts_with('.')) continue;
    // Links to folders are not followed: they could lead back here.
    const bool is_folder = entry->is_directory(code) && !entry->is_symlink(code);
    if (is_folder && subfolders == Subfolders::yes) {
      collect(path, subfolders, is_wanted, files);
    } else if (!entry->is_directory(code) && is_wanted(path)) {
      if (is_special(entry->status(code))) throw no_file(path);
      files.push_back(path);
    }
  }
}

std::vector<std::filesystem::path> find_files(const std::filesystem::path& folder,
                                              Subfolders subfolders, IsWanted* is_wanted) {
  std::error_code code;
  if (!std::filesystem::is_directory(folder, code)) {
    throw Error(ErrorCode::not_found, fmt::format("the folder {} does not exist", folder.string()))
        .hint("run `dbmig init`, or correct its path in dbmig.yaml");
  }
  std::vector<std::filesystem::path> files;
  collect(folder, subfolders, is_wanted, files);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder,
                                              Subfolders subfolders) {
  return find_files(folder, subfolders, is_yaml);
}

std::vector<std::filesystem::path> sql_files(const std::filesystem::path& folder) {
  return find_files(folder, Subfolders::yes, is_sql);
}

namespace {

void collect_names(const std::string& folder, const std::string& prefix, Subfolders subfolders,
                   std::vector<std::string>& names) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (open == nullptr) throw cannot_read(folder, {errno, std::generic_category()});
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name.starts_with('.')) continue;
    std::string path;
    if (entry->d_type != DT_REG) path = folder + '/' + name;
    const bool is_link = entry->d_type == DT_LNK;
    std::error_code code;
    const bool is_plain = entry->d_type == DT_REG || entry->d_type == DT_DIR;
    const std::filesystem::file_status status =
        is_plain ? std::filesystem::file_status() : std::filesystem::status(path, code);
    const bool is_folder = entry->d_type == DT_DIR || std::filesystem::is_directory(status);
    // Links to folders are not followed: they could lead back here.
    if (is_folder) {
      if (subfolders == Subfolders::yes && !is_link) {
        collect_names(path, prefix + name + '/', subfolders, names);
      }
      continue;
    }
    const auto dot = name.rfind('.');
    if (dot == std::string::npos) continue;
    const std::string extension = text::lower(std::string_view(name).substr(dot));
    if (extension != ".yaml" && extension != ".yml") continue;
    if (is_special(status)) throw no_file(path);
    names.push_back(prefix + name);
  }
}

}  // namespace

std::vector<std::string> yaml_names(const std::filesystem::path& folder, Subfolders subfolders) {
  std::error_code code;
  if (!std::filesystem::is_directory(folder, code)) {
    throw Error(ErrorCode::not_found, fmt::format("the folder {} does not exist", folder.string()))
        .hint("run `dbmig init`, or correct its path in dbmig.yaml");
  }
  std::vector<std::string> names;
  collect_names(folder.string(), "", subfolders, names);
  return names;
}

std::string display_name(const std::filesystem::path& path, const std::filesystem::path& base) {
  if (base.empty()) return path.string();
  const std::string relative = path.lexically_proximate(base).string();
  return relative.starts_with("..") ? path.string() : relative;
}

}  // namespace dbmig::yaml
