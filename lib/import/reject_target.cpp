#include "import/reject_target.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "import/import.hpp"
#include "import/plan.hpp"

namespace dbmig::import {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".rejects";
constexpr const char* kElsewhere = "--rejects FILE writes the rejected records elsewhere";

std::optional<struct stat> status_of(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return info;
}

/// Equal for all names of the same file: its device and number, or if it does not exist those of
/// its folder, with its name.
std::string identity(const std::string& path) {
  if (const auto info = status_of(path)) return fmt::format("{}:{}", info->st_dev, info->st_ino);
  const fs::path whole = path;
  const std::string folder = whole.has_parent_path() ? whole.parent_path().string() : ".";
  const auto info = status_of(folder);
  if (!info) return path;
  return fmt::format("{}:{}/{}", info->st_dev, info->st_ino, whole.filename().string());
}

bool has_data_ending(const fs::path& name) {
  constexpr std::array kEndings = {".csv", ".tsv",  ".tab",   ".txt",   ".psv",
                                   ".dat", ".data", ".jsonl", ".ndjson"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](const char* ending) { return name.extension() == ending; });
}

/// `path` without the extension of its compression.
fs::path uncompressed_name(const std::string& path) {
  constexpr std::array kEndings = {".gz", ".zst", ".xz", ".lzma"};
  fs::path name = path;
  const bool is_compressed = std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) {
    return name.extension() == ending;
  });
  return is_compressed ? name.replace_extension() : name;
}

const char* ending_of(const NamedInput& file) {
  return file.is_json ? ".jsonl" : ".csv";
}

std::string short_name(const NamedInput& file) {
  if (file.path == kStandardInput) return fmt::format("stdin{}{}", kEnding, ending_of(file));
  fs::path name = uncompressed_name(file.path);
  name.replace_extension();
  return fmt::format("{}{}{}", name.string(), kEnding, ending_of(file));
}

std::string long_name(const NamedInput& file) {
  if (file.path == kStandardInput) return short_name(file);
  return fmt::format("{}{}{}", file.path, kEnding, ending_of(file));
}

Error refused(const std::string& path, std::string_view why) {
  return Error(ErrorCode::refused,
               fmt::format("the rejected records cannot go to {}: {}", path, why))
      .hint(kElsewhere);
}

/// Whether `path` names an open file of this process, which is written to and not replaced.
bool is_open_file(const std::string& path) {
  return path == "/dev/stdout" || path == "/dev/stderr" || path.rfind("/dev/fd/", 0) == 0 ||
         path.rfind("/proc/self/fd/", 0) == 0;
}

/// A link means the file behind it.
std::string behind_links(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_symlink(fs::symlink_status(path, ignored))) return path;
  const fs::path target = fs::canonical(path, ignored);
  if (ignored) throw refused(path, "it is a broken link");
  return target.string();
}

/// To be called before hours are spent on loading.
void check_writable(const std::string& path) {
  const std::string probe = fmt::format("{}.{}.tmp", path, random_hex(8));
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    throw Error(ErrorCode::io,
                fmt::format("cannot write the reject file {}: {}", path, std::strerror(errno)))
        .hint(kElsewhere);
  }
  ::close(fd);
  ::unlink(probe.c_str());
}

void refuse_other_kinds(const std::string& path, mode_t mode) {
  if (S_ISDIR(mode)) throw refused(path, "it is a folder");
  if (S_ISBLK(mode)) throw refused(path, "it is a disk");
  if (S_ISSOCK(mode)) throw refused(path, "it is a socket");
}

}  // namespace

std::vector<std::string> default_reject_paths(const std::vector<NamedInput>& files) {
  std::vector<std::string> paths;
  std::vector<std::string> identities;
  for (const NamedInput& file : files) {
    paths.push_back(short_name(file));
    identities.push_back(identity(paths.back()));
  }
  const std::vector<std::string> first = identities;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (std::count(first.begin(), first.end(), first[i]) == 1) continue;
    paths[i] = long_name(files[i]);
    identities[i] = identity(paths[i]);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (std::count(identities.begin(), identities.end(), identities[i]) == 1) continue;
    throw Error(
        ErrorCode::refused,
        fmt::format("the rejected records of two files would go to the same file, {}", paths[i]))
        .hint("name each file once, or use --rejects FILE for all of them");
  }
  return paths;
}

RejectTarget check_reject_target(const std::string& path, const std::vector<std::string>& inputs,
                                 const std::vector<KeptFile>& kept) {
  if (path == kStandardInput) {
    throw Error(ErrorCode::usage, "--rejects - is not a file")
        .hint("use /dev/stdout or /dev/stderr");
  }
  RejectTarget target;
  const bool is_open = is_open_file(path);
  target.path = is_open ? path : behind_links(path);
  const std::string self = identity(target.path);
  for (const std::string& input : inputs) {
    const std::string source = input == kStandardInput ? "/dev/stdin" : input;
    if (identity(source) != self) continue;
    // A terminal can be read and written; so can /dev/null.
    if (const auto info = status_of(target.path); info && S_ISCHR(info->st_mode)) continue;
    throw refused(path, "it is one of the files to import");
  }
  for (const KeptFile& file : kept) {
    if (identity(file.path) == self) throw refused(path, fmt::format("it is {}", file.what));
  }
  const auto info = status_of(target.path);
  if (!info) {
    if (fs::path(path).filename().empty()) throw refused(path, "it is not a file name");
    check_writable(target.path);
    return target;
  }
  refuse_other_kinds(path, info->st_mode);
  target.is_device = is_open || !S_ISREG(info->st_mode);
  if (target.is_device) return target;
  if (!is_reject_file(target.path)) {
    throw Error(ErrorCode::refused,
                fmt::format("the rejected records cannot go to {}: it exists already, and is not "
                            "the reject file of an import",
                            path))
        .hint(fmt::format("move it away, or: {}", kElsewhere));
  }
  target.replaces = true;
  check_writable(target.path);
  return target;
}

bool begins_as_rejects(std::string_view head) {
  if (head.starts_with("{\"")) head.remove_prefix(2);
  return head.starts_with(kRejectFile);
}

bool is_reject_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 128> bytes;
  file.read(bytes.data(), bytes.size());
  std::string_view head(bytes.data(), static_cast<std::size_t>(file.gcount()));
  if (head.starts_with(fmt::format("{{\"{}\":", kRejectFile))) return true;
  std::optional<char> delimiter;
  for (const std::string_view name : {kRejectFile, kRejectLine, kRejectReason}) {
    if (head.size() <= name.size() || head.substr(0, name.size()) != name) return false;
    if (delimiter.value_or(head[name.size()]) != head[name.size()]) return false;
    delimiter = head[name.size()];
    head.remove_prefix(name.size() + 1);
  }
  return true;
}

std::string table_of(const std::string& path) {
  fs::path name = uncompressed_name(path).stem();
  if (name.extension() != kEnding) return name.string();
  while (name.extension() == kEnding) name = name.stem();
  return has_data_ending(name) ? name.stem().string() : name.string();
}

}  // namespace dbmig::import
