#include "yaml/index.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "yaml/bytes.hpp"
#include "yaml/schema_bytes.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "dbmig index 3";
constexpr std::size_t kDigits = 64;
constexpr std::int64_t kSecond = 1'000'000'000;
/// The coarsest clock of a file system that is in use.
constexpr std::int64_t kTick = 2 * kSecond;

FileStamp stamp_from(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size),
          status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec * kSecond + status.st_ctim.tv_nsec};
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
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  if (size <= 0) return {};
  std::string content(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  file.read(content.data(), size);
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

/// The content of a file that save_sealed() wrote with this build; empty otherwise.
std::string read_sealed(const fs::path& path) {
  if (build().empty()) return {};
  std::string content = content_of(path);
  const std::string head = build() + '\n';
  if (!content.starts_with(head) || content.size() < head.size() + kDigits) return {};
  const std::string sum = content.substr(head.size(), kDigits);
  content.erase(0, head.size() + kDigits);
  return sha256_hex(content) == sum ? content : std::string();
}

/// Whole or not at all, for whoever reads at the same time. Without fsync: what a power cut spoils
/// is not read.
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

template <class Bytes, class Replaces>
void replaced_parts(Bytes& bytes, Replaces& replaces) {
  if constexpr (Bytes::is_reading) {
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      replaces.emplace_back();
      bytes(replaces.back().id, replaces.back().checksum);
      replaced_parts(bytes, replaces.back().replaces);
    }
  } else {
    bytes(static_cast<std::uint32_t>(replaces.size()));
    for (const auto& one : replaces) {
      bytes(one.id, one.checksum);
      replaced_parts(bytes, one.replaces);
    }
  }
}

template <class Bytes, class Header>
void header_parts(Bytes& bytes, Header& header, std::string& checksum) {
  const auto list = [&](auto& texts) {
    if constexpr (Bytes::is_reading) {
      texts.resize(bytes.length());
      for (std::string& text : texts) bytes(text);
    } else {
      bytes(static_cast<std::uint32_t>(texts.size()));
      for (const std::string& text : texts) bytes(text);
    }
  };
  bytes(header.id, header.message, header.created, checksum, header.changes_rows);
  list(header.parents);
  list(header.depends_on);
  list(header.labels);
  if constexpr (Bytes::is_reading) {
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      std::string tool;
      bytes(tool);
      list(header.adopts[tool]);
    }
  } else {
    bytes(static_cast<std::uint32_t>(header.adopts.size()));
    for (const auto& [tool, versions] : header.adopts) {
      bytes(tool);
      list(versions);
    }
  }
  replaced_parts(bytes, header.replaces);
}

template <class Bytes, class Stamp>
void stamp_parts(Bytes& bytes, Stamp& stamp) {
  bytes(stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed);
}

constexpr const char* kRevisions = "revisions";

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return stamp_from(status);
}

std::int64_t Index::now() {
  // The clock that file systems take their times from, which is behind the exact one.
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

Index::Index(fs::path folder) : folder_(std::move(folder)) {
  content_ = read_sealed(folder_ / kRevisions);
  ByteReader reader(content_);
  const std::uint32_t count = reader.length();
  for (std::uint32_t i = 0; i < count && reader.is_good; ++i) {
    std::string name;
    Entry entry;
    reader(name);
    stamp_parts(reader, entry.stamp);
    const std::uint32_t size = reader.length();
    entry.bytes = reader.rest.substr(0, size);
    reader.rest.remove_prefix(size);
    // They stand in their order.
    entries_.emplace_hint(entries_.end(), std::move(name), std::move(entry));
  }
  if (!reader.is_good) entries_.clear();
}

std::optional<history::Header> Index::find(std::string_view name, const FileStamp& stamp) {
  const auto found = entries_.find(name);
  if (found == entries_.end() || !(found->second.stamp == stamp)) return std::nullopt;
  ByteReader reader(found->second.bytes);
  history::Header header;
  std::string checksum;
  header_parts(reader, header, checksum);
  if (!reader.is_good || !reader.rest.empty()) return std::nullopt;
  header.checksum = Lazy<std::string>(std::move(checksum));
  found->second.is_wanted = true;
  return header;
}

void Index::keep(std::string name, const FileStamp& stamp, const history::Header& header,
                 std::int64_t read_at) {
  if (std::max(stamp.modified, stamp.changed) + kTick > read_at) return;
  ByteWriter writer;
  std::string checksum = header.checksum.get();
  header_parts(writer, header, checksum);
  Entry& entry = entries_[std::move(name)];
  entry.stamp = stamp;
  entry.own = std::move(writer.bytes);
  entry.is_wanted = true;
  is_changed_ = true;
}

void Index::save() noexcept {
  try {
    const std::size_t before = entries_.size();
    std::erase_if(entries_, [](const auto& entry) { return !entry.second.is_wanted; });
    if (!is_changed_ && entries_.size() == before) return;
    ByteWriter writer;
    writer(static_cast<std::uint32_t>(entries_.size()));
    for (const auto& [name, entry] : entries_) {
      writer(name);
      stamp_parts(writer, entry.stamp);
      const std::string_view bytes = entry.own.empty() ? entry.bytes : std::string_view(entry.own);
      writer(std::string(bytes));
    }
    save_sealed(folder_, kRevisions, writer.bytes);
    is_changed_ = false;
  } catch (...) {  // NOLINT(bugprone-empty-catch): done without
  }
}

namespace {

/// Files `schema-<length>-<key>`.
class StoredFolds final : public history::FoldStore {
 public:
  explicit StoredFolds(fs::path folder) : folder_(std::move(folder)) {}

  std::vector<std::size_t> lengths() override {
    std::vector<std::size_t> lengths;
    for (const auto& [length, path] : list()) lengths.push_back(length);
    std::sort(lengths.rbegin(), lengths.rend());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    return lengths;
  }

  std::optional<schema::Schema> find(std::size_t length, const std::string& key) override {
    const std::string content = read_sealed(folder_ / name(length, key));
    // What it is the schema of stands in it, too: files can be renamed.
    if (!content.starts_with(key)) return std::nullopt;
    return schema_from_bytes(std::string_view(content).substr(key.size()));
  }

  void keep(std::size_t length, const std::string& key, const schema::Schema& schema) override {
    try {
      if (!save_sealed(folder_, name(length, key), key + to_bytes(schema))) return;
      constexpr std::size_t kMaxCheckpoints = 4;
      std::vector<std::pair<fs::file_time_type, fs::path>> files;
      std::error_code failure;
      for (const auto& [other, path] : list()) {
        files.emplace_back(fs::last_write_time(path, failure), path);
      }
      std::sort(files.rbegin(), files.rend());
      for (std::size_t i = kMaxCheckpoints; i < files.size(); ++i)
        fs::remove(files[i].second, failure);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): done without
    }
  }

 private:
  static constexpr std::string_view kPrefix = "schema-";

  static std::string name(std::size_t length, const std::string& key) {
    return fmt::format("{}{}-{}", kPrefix, length, key);
  }

  std::vector<std::pair<std::size_t, fs::path>> list() const {
    std::vector<std::pair<std::size_t, fs::path>> files;
    std::error_code failure;
    for (fs::directory_iterator entry(folder_, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      const std::string file = entry->path().filename().string();
      if (!file.starts_with(kPrefix)) continue;
      const std::vector<std::string> parts = text::split(file, '-');
      std::size_t length = 0;
      if (parts.size() != 3 || parts[2].size() != kDigits) continue;
      for (const char c : parts[1]) {
        if (c < '0' || c > '9' || length > 100'000'000) return files;
        length = length * 10 + static_cast<std::size_t>(c - '0');
      }
      files.emplace_back(length, entry->path());
    }
    return files;
  }

  fs::path folder_;
};

}  // namespace

std::shared_ptr<history::FoldStore> fold_store(fs::path folder) {
  return std::make_shared<StoredFolds>(std::move(folder));
}

}  // namespace dbmig::yaml
