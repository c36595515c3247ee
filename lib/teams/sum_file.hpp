#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "history/graph.hpp"

namespace dbmig::teams {

/// What `dbmig.sum` and the revision files say differently of one revision.
struct SumDifference {
  enum class Kind {
    edited,     ///< the file has changed since its line was written
    removed,    ///< a line without a file
    added,      ///< a file without a line
    ambiguous,  ///< several lines that contradict each other, as a merge of two branches leaves
                ///< them
  };
  Kind kind = Kind::edited;
  std::string id;
  Diagnostic what;
};

/// `dbmig.sum`: a line `ID CHECKSUM` for each revision, sorted by id, so that the lines which two
/// branches add rarely stand at one place. The checksum is that of the meaning (yaml::checksum):
/// comments, line endings and the message may change. The order of lines and the marks that git
/// leaves in a conflict do not matter when it is read: both sides' lines count.
class SumFile {
 public:
  static constexpr const char* kName = "dbmig.sum";

  /// Nothing when there is no such file. Throws Error{invalid} with line for one that is not a sum
  /// file.
  static std::optional<SumFile> read(const std::filesystem::path& path);
  static SumFile parse(std::string_view content, const std::string& name);
  /// The lines of all of `graph`.
  static SumFile of(const history::Graph& graph);

  /// `folder_name` stands in the messages. In the order of ids.
  std::vector<SumDifference> compare(const history::Graph& graph) const;

  void set(const std::string& id, const std::string& checksum);
  void remove(const std::string& id) { lines_.erase(id); }
  bool has(const std::string& id) const { return lines_.count(id) != 0; }
  /// Whether git left its marks of a conflict in the file.
  bool has_conflict_marks() const { return has_conflict_marks_; }
  std::string text() const;

  friend bool operator==(const SumFile&, const SumFile&) = default;

 private:
  std::map<std::string, std::set<std::string>> lines_;  ///< id → its checksums, one by rights
  std::map<std::string, int> places_;
  std::string name_;
  bool has_conflict_marks_ = false;
};

/// A revision file that was written, changed or removed, for the sum file.
struct SumChange {
  std::string id;
  std::optional<std::string> checksum;  ///< nothing: its file is gone
};

/// Writes `changes` into the sum file of `folder`, and nothing else: what other files say otherwise
/// stays a difference. Does nothing where there is no sum file: a project has one when it wants
/// one.
void update_sum(const std::filesystem::path& folder, const std::vector<SumChange>& changes);

/// Writes `sum` whole. The first time `.gitattributes` beside it, where there is none yet, tells
/// git to keep the lines of both sides when branches are merged.
void write_sum(const std::filesystem::path& folder, const SumFile& sum);

}  // namespace dbmig::teams
