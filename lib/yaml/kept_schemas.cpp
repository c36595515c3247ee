#include "yaml/kept_schemas.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "yaml/bytes.hpp"
#include "yaml/schema_bytes.hpp"
#include "yaml/sealed_file.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

/// How many of a kind are kept.
constexpr std::size_t kKept = 4;
constexpr std::size_t kKeyDigits = 64;

std::vector<fs::path> files_of(const fs::path& folder, std::string_view prefix) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().filename().string().starts_with(prefix)) files.push_back(entry->path());
  }
  return files;
}

void remove_oldest(const std::vector<fs::path>& files) {
  std::vector<std::pair<fs::file_time_type, fs::path>> by_time;
  std::error_code failure;
  for (const fs::path& path : files) by_time.emplace_back(fs::last_write_time(path, failure), path);
  std::sort(by_time.rbegin(), by_time.rend());
  for (std::size_t i = kKept; i < by_time.size(); ++i) fs::remove(by_time[i].second, failure);
}

/// What stands in `sealed` behind `key`: files can be renamed, so the key stands in them, too.
std::optional<std::string_view> under(const std::string& key, const Sealed& sealed) {
  const std::string_view content = sealed.content();
  if (!content.starts_with(key)) return std::nullopt;
  return content.substr(key.size());
}

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
    const Sealed sealed = read_sealed(folder_ / name(length, key));
    const auto bytes = under(key, sealed);
    return bytes ? schema_from_bytes(*bytes) : std::nullopt;
  }

  void keep(std::size_t length, const std::string& key, const schema::Schema& schema) override {
    try {
      if (!save_sealed(folder_, name(length, key), key + to_bytes(schema))) return;
      std::vector<fs::path> files;
      for (const auto& [other, path] : list()) files.push_back(path);
      remove_oldest(files);
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
    for (const fs::path& path : files_of(folder_, kPrefix)) {
      const std::vector<std::string> parts = text::split(path.filename().string(), '-');
      std::size_t length = 0;
      if (parts.size() != 3 || parts[2].size() != kKeyDigits) continue;
      for (const char c : parts[1]) {
        if (c < '0' || c > '9' || length > 100'000'000) return files;
        length = length * 10 + static_cast<std::size_t>(c - '0');
      }
      files.emplace_back(length, path);
    }
    return files;
  }

  fs::path folder_;
};

}  // namespace

std::shared_ptr<history::FoldStore> fold_store(fs::path folder) {
  return std::make_shared<StoredFolds>(std::move(folder));
}

namespace {

constexpr std::string_view kModelPrefix = "model-";

template <class Bytes, class Renames>
void rename_parts(Bytes& bytes, Renames& renames) {
  auto& [tables, columns, done_tables, done_columns] = renames;
  if constexpr (Bytes::is_reading) {
    std::string table;
    std::string name;
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      bytes(name);
      bytes(tables[name]);
    }
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      bytes(table, name);
      bytes(columns[{table, name}]);
    }
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      bytes(name);
      done_tables.insert(name);
    }
    for (std::uint32_t left = bytes.length(); left > 0 && bytes.is_good; --left) {
      bytes(table, name);
      done_columns.emplace(table, name);
    }
  } else {
    bytes(static_cast<std::uint32_t>(tables.size()));
    for (const auto& [name, old_name] : tables) bytes(name, old_name);
    bytes(static_cast<std::uint32_t>(columns.size()));
    for (const auto& [place, old_name] : columns) bytes(place.first, place.second, old_name);
    bytes(static_cast<std::uint32_t>(done_tables.size()));
    for (const std::string& name : done_tables) bytes(name);
    bytes(static_cast<std::uint32_t>(done_columns.size()));
    for (const auto& [table, name] : done_columns) bytes(table, name);
  }
}

}  // namespace

std::optional<schema::Model> kept_model(const fs::path& folder, const std::string& key) {
  const Sealed sealed = read_sealed(folder / (std::string(kModelPrefix) + key));
  const auto bytes = under(key, sealed);
  if (!bytes) return std::nullopt;
  schema::Model model;
  ByteReader reader(*bytes);
  rename_parts(reader, model.renames);
  if (!reader.is_good) return std::nullopt;
  auto schema = schema_from_bytes(reader.rest);
  if (!schema) return std::nullopt;
  model.schema = std::move(*schema);
  return model;
}

void keep_model(const fs::path& folder, const std::string& key,
                const schema::Model& model) noexcept {
  try {
    ByteWriter writer;
    rename_parts(writer, model.renames);
    const std::string name = std::string(kModelPrefix) + key;
    if (!save_sealed(folder, name, key + writer.bytes + to_bytes(model.schema))) return;
    remove_oldest(files_of(folder, kModelPrefix));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): done without
  }
}

}  // namespace dbmig::yaml
