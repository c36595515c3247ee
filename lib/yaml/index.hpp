#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "history/graph.hpp"
#include "yaml/sealed_file.hpp"

namespace dbmig::yaml {

/// What dbmig read of a project before, in the folder `.dbmig` beside dbmig.yaml: the headers of
/// revision files and how they hang together, and schemas that histories add up to. Derived from
/// the files, never needed, safe to delete at any time. What cannot be read, or was written by
/// another build of dbmig, counts as absent; where it cannot be written, everything works without.
/// Not thread-safe.
///
/// A header is good for as long as its file has the same stamp, and the graph for as long as all
/// files have. Of a file that was changed within two seconds of being read none is kept: it may
/// change again and keep its stamp.
class Index {
 public:
  /// Reads `folder`, if there is anything.
  explicit Index(std::filesystem::path folder);

  /// How many files it knows.
  std::size_t size() const { return records_.size(); }
  /// The number of the file `name`, with its stamp when it was read.
  std::optional<std::pair<std::uint32_t, FileStamp>> look_up(std::string_view name) const;
  /// The graph of these files, when it was kept and none of them has changed: the caller has looked
  /// each of them up. `path_of` gives the path of the file of a number, `read` reads it again; both
  /// for as long as the graph is used.
  std::optional<history::Graph> graph(
      std::function<std::filesystem::path(std::uint32_t)> path_of,
      std::function<history::Revision(std::uint32_t, const FileStamp&)> read) const;

  /// The header of the file `name`, when it is still the one of `stamp`; without its path.
  std::optional<history::Header> find(std::string_view name, const FileStamp& stamp);
  /// For the next command. `read_at` is a time before the file was read, as now() gives it.
  void keep(std::string name, const FileStamp& stamp, const history::Header& header,
            std::int64_t read_at);
  /// Writes what is new, and forgets the files that were not asked for. `graph` is that of
  /// `files` files. Never throws.
  void save(const history::Graph& graph, std::size_t files) noexcept;

  static std::int64_t now();

 private:
  /// What stands in `content_` of one file.
  struct Record {
    std::string_view name;
    FileStamp stamp;
    std::string_view bytes;  ///< of the header
  };
  /// What is to be written of one file.
  struct Entry {
    FileStamp stamp;
    std::string_view bytes;  ///< in `content_`
    std::string own;         ///< of one that is new
  };

  std::filesystem::path folder_;
  std::shared_ptr<const std::string> content_;
  std::vector<Record> records_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;  ///< by name
  std::string_view arrangement_;                                 ///< empty when none was kept
  std::map<std::string, Entry, std::less<>> wanted_;
  bool is_changed_ = false;
};

/// Whether `folder`, a project's `.dbmig`, has an index of revisions.
bool index_is_there(const std::filesystem::path& folder);

}  // namespace dbmig::yaml
