// The revisions of a project as a graph: from its files, or from what the index knows of them.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "yaml/files.hpp"
#include "yaml/index.hpp"
#include "yaml/kept_schemas.hpp"
#include "yaml/revision.hpp"

namespace dbmig::yaml {
namespace {

/// Tests of migrations stand in a folder of their own among the revisions.
constexpr const char* kTests = "tests/";

/// The revision files in a folder. Names of revisions from 10,000 files on are many: no
/// std::filesystem here.
struct VersionFolder {
  std::string path;
  std::string shown;               ///< goes before a name in messages: "migrations/"
  std::vector<std::string> names;  ///< in no order
};

std::vector<VersionFolder> version_folders(const std::vector<std::filesystem::path>& folders,
                                           const std::filesystem::path& base) {
  std::vector<VersionFolder> list;
  for (const std::filesystem::path& wanted : folders) {
    const bool is_deep = wanted.filename() == "**";
    const std::filesystem::path folder = is_deep ? wanted.parent_path() : wanted;
    const std::string shown = display_name(folder, base);
    list.push_back({folder.string(), shown.empty() || shown == "." ? "" : shown + "/",
                    yaml_names(folder, is_deep ? Subfolders::yes : Subfolders::no)});
    std::erase_if(list.back().names, [](const auto& name) { return name.starts_with(kTests); });
  }
  return list;
}

/// A revision file, and what it is called in messages.
struct RevisionFile {
  std::string path;
  std::string name;
  std::optional<FileStamp> stamp;
};

/// The stamp of each file, in the order of the folders' names. To ask for those of 10,000 files
/// takes longer than to read the index: two threads share them.
std::vector<std::optional<FileStamp>> stamps_of(const std::vector<VersionFolder>& folders) {
  constexpr std::size_t kWorthAThread = 1000;
  std::vector<std::pair<int, const char*>> files;
  std::vector<int> open;
  for (const VersionFolder& folder : folders) {
    open.push_back(::open(folder.path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (const std::string& name : folder.names) files.emplace_back(open.back(), name.c_str());
  }
  std::vector<std::optional<FileStamp>> stamps(files.size());
  const auto look = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      stamps[i] = stamp_in(files[i].first, files[i].second);
    }
  };
  const std::size_t middle = files.size() < kWorthAThread ? 0 : files.size() / 2;
  std::future<void> others;
  if (middle > 0) others = std::async(std::launch::async, look, 0, middle);
  look(middle, files.size());
  if (others.valid()) others.get();
  for (const int folder : open) ::close(folder);
  return stamps;
}

/// Few small files are read as fast as an index of them.
bool are_worth_an_index(const std::vector<std::optional<FileStamp>>& stamps) {
  constexpr std::size_t kMany = 64;
  constexpr std::uint64_t kManyBytes = std::uint64_t{32} * 1024;
  std::uint64_t bytes = 0;
  for (const std::optional<FileStamp>& stamp : stamps) {
    if (stamp) bytes += stamp->size;
  }
  return stamps.size() >= kMany || bytes >= kManyBytes;
}

/// By path, each once: folders may lie in each other.
std::vector<RevisionFile> revision_files(const std::vector<VersionFolder>& folders,
                                         const std::vector<std::optional<FileStamp>>& stamps) {
  std::vector<RevisionFile> files;
  for (const VersionFolder& folder : folders) {
    for (const std::string& name : folder.names) {
      files.push_back({folder.path + '/' + name, folder.shown + name,
                       stamps.empty() ? std::nullopt : stamps[files.size()]});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  files.erase(std::unique(files.begin(), files.end(),
                          [](const auto& a, const auto& b) { return a.path == b.path; }),
              files.end());
  return files;
}

/// The revision of a file whose header the index had.
history::Revision read_again(const std::string& path, const std::string& name,
                             const FileStamp& stamp) {
  const std::string content = read_file(path);
  if (stamp_of(path) != stamp) {
    throw Error(ErrorCode::failed, "the file was changed while the command ran")
        .at({name, 0, 0})
        .hint("run it again");
  }
  history::Revision revision = parse_revision(content, name);
  revision.path = path;
  return revision;
}

/// The graph as the index has it, if that knows each of the files as it is now, and no others.
std::optional<history::Graph> known_graph(const Index& index, std::vector<VersionFolder> folders,
                                          const std::vector<std::optional<FileStamp>>& stamps) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::pair<std::size_t, std::size_t>> places(index.size(), {kNone, 0});
  std::size_t known = 0;
  std::size_t i = 0;
  for (std::size_t folder = 0; folder < folders.size(); ++folder) {
    for (std::size_t name = 0; name < folders[folder].names.size(); ++name, ++i) {
      const VersionFolder& one = folders[folder];
      const auto found =
          index.look_up(one.shown.empty() ? one.names[name] : one.shown + one.names[name]);
      if (!found || stamps[i] != found->second) return std::nullopt;
      auto& place = places[found->first];
      if (place.first == kNone) ++known;
      place = {folder, name};
    }
  }
  if (known != index.size()) return std::nullopt;
  // Each revision knows where it can be read again.
  struct Files {
    std::vector<VersionFolder> folders;
    std::vector<std::pair<std::size_t, std::size_t>> places;

    std::string path(std::uint32_t number) const {
      const auto& [folder, name] = places[number];
      return folders[folder].path + '/' + folders[folder].names[name];
    }
    std::string shown(std::uint32_t number) const {
      const auto& [folder, name] = places[number];
      return folders[folder].shown + folders[folder].names[name];
    }
  };
  const auto files = std::make_shared<const Files>(Files{std::move(folders), std::move(places)});
  return index.graph([files](std::uint32_t number) { return files->path(number); },
                     [files](std::uint32_t number, const FileStamp& stamp) {
                       return read_again(files->path(number), files->shown(number), stamp);
                     });
}

/// Without a graph that is known. `index` may be null.
history::Graph read_graph(std::vector<RevisionFile> found, Index* index, std::int64_t read_at) {
  const auto shared = std::make_shared<const std::vector<RevisionFile>>(std::move(found));
  const std::vector<RevisionFile>& files = *shared;
  Diagnostics diagnostics;
  std::vector<history::StoredRevision> revisions;
  revisions.reserve(files.size());
  for (const RevisionFile& file : files) {
    if (auto header = file.stamp ? index->find(file.name, *file.stamp) : std::nullopt) {
      header->path = file.path;
      revisions.push_back({std::move(*header), [shared, &file] {
                             return read_again(file.path, file.name, *file.stamp);
                           }});
      continue;
    }
    auto revision = std::make_shared<history::Revision>(
        read_revision(read_file(file.path), file.name, diagnostics));
    revision->path = file.path;
    if (file.stamp && diagnostics.empty() && stamp_of(file.path) == file.stamp) {
      index->keep(file.name, *file.stamp, *revision, read_at);
    }
    revisions.push_back({*revision, [revision] { return std::move(*revision); }});
  }
  diagnostics.throw_if_any();
  history::Graph graph = history::Graph::of(std::move(revisions));
  if (index != nullptr) index->save(graph, files.size());
  return graph;
}

}  // namespace

history::Graph load_graph(const std::vector<std::filesystem::path>& folders,
                          const std::filesystem::path& base, const std::filesystem::path& index) {
  const std::int64_t read_at = Index::now();
  // The index is read while the folders are.
  std::future<Index> reading;
  if (!index.empty()) {
    reading = std::async(index_is_there(index) ? std::launch::async : std::launch::deferred,
                         [&index] { return Index(index); });
  }
  std::vector<VersionFolder> found = version_folders(folders, base);
  if (index.empty()) return read_graph(revision_files(found, {}), nullptr, read_at);
  const std::vector<std::optional<FileStamp>> stamps = stamps_of(found);
  if (!are_worth_an_index(stamps)) {
    return read_graph(revision_files(found, {}), nullptr, read_at);
  }
  Index known = reading.get();
  std::optional<history::Graph> graph = known_graph(known, found, stamps);
  if (!graph) graph = read_graph(revision_files(found, stamps), &known, read_at);
  graph->use(fold_store(index));
  return std::move(*graph);
}

history::Graph load_graph(const std::filesystem::path& folder, const std::filesystem::path& base) {
  return load_graph(std::vector<std::filesystem::path>{folder}, base);
}

}  // namespace dbmig::yaml
