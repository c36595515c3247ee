#include "yaml/sealed_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <system_error>
#include <utility>

#include "base/hash.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "dbmig index 6";
constexpr std::size_t kDigits = 64;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

FileStamp stamp_from(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size),
          status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec * kNanoseconds + status.st_ctim.tv_nsec};
}

/// This build of dbmig: another one may read files in another way.
const std::string& build() {
  static const std::string id = [] {
    const auto stamp = stamp_of("/proc/self/exe");
    return stamp ? fmt::format("{} {} {}", kFormat, stamp->size, stamp->modified) : std::string();
  }();
  return id;
}

/// Empty when it cannot be read. Megabytes are usual: in one piece.
std::string content_of(const fs::path& path) {
  if (!stamp_of(path.string())) return {};  // a pipe is not waited for
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  if (size <= 0) return {};
  std::string content(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  file.read(content.data(), size);
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  return stamp_in(AT_FDCWD, path.c_str());
}

std::optional<FileStamp> stamp_in(int folder, const char* name) {
  struct stat status {};
  if (::fstatat(folder, name, &status, 0) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return stamp_from(status);
}

Sealed read_sealed(const fs::path& path) {
  if (build().empty()) return {};
  std::string whole = content_of(path);
  const std::string head = build() + '\n';
  const std::size_t begin = head.size() + kDigits;
  if (!whole.starts_with(head) || whole.size() < begin) return {};
  const std::string_view all = whole;
  if (sha256_hex(all.substr(begin)) != all.substr(head.size(), kDigits)) return {};
  return {std::move(whole), begin};
}

bool save_sealed(const fs::path& folder, const std::string& name, const std::string& content) {
  if (build().empty()) return false;
  std::error_code failure;
  if (!fs::is_directory(folder, failure) && !fs::create_directory(folder, failure)) return false;
  if (!fs::exists(folder / ".gitignore", failure)) {
    std::ofstream(folder / ".gitignore") << kNotForGit;
  }
  const fs::path temporary = folder / fmt::format("{}.{}.{}", name, ::getpid(), random_hex(8));
  std::ofstream file(temporary, std::ios::binary);
  file << build() << '\n' << sha256_hex(content) << content;
  file.close();
  if (file) fs::rename(temporary, folder / name, failure);
  if (!file || failure) {
    fs::remove(temporary, failure);
    return false;
  }
  return true;
}

}  // namespace dbmig::yaml
