#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dbmig::git {

/// A working tree, read by the git program. Paths are relative to its top, as git writes them.
class Repository {
 public:
  /// The one around `folder`. Throws Error{not_found} when git is not installed or there is none,
  /// Error{failed} when git will not work on it (a folder of another owner), with git's own words.
  static Repository around(const std::filesystem::path& folder);

  /// Absolute, without symbolic links.
  const std::filesystem::path& top() const { return top_; }
  /// `path` relative to the top, `.` for the top itself; nothing when it lies elsewhere. Symbolic
  /// links in its folder are followed.
  std::optional<std::string> relative(const std::filesystem::path& path) const;

  /// The commit that `ref` names, or the tree: a hook has no commit before the first. Throws
  /// Error{not_found} when none does, with the command that fetches a branch of a remote:
  /// continuous integration often clones one branch alone.
  std::string commit(const std::string& ref) const;
  /// The last commit that HEAD and `commit` share; nothing when there is none or a shallow clone
  /// does not reach back that far.
  std::optional<std::string> fork_point(const std::string& commit) const;

  /// The files of `commit` below `folders`.
  std::vector<std::string> files(const std::string& commit,
                                 const std::vector<std::string>& folders) const;
  /// Those of them that the working tree has otherwise, or not at all.
  std::vector<std::string> changed(const std::string& commit,
                                   const std::vector<std::string>& folders) const;
  /// The contents of `files` in `commit`, by path.
  std::map<std::string, std::string> contents(const std::string& commit,
                                              const std::vector<std::string>& files) const;

 private:
  explicit Repository(std::filesystem::path top) : top_(std::move(top)) {}
  /// What git prints. Throws Error{failed} with its own words when it fails.
  std::string ask(const std::vector<std::string>& arguments, const std::string& input = {}) const;
  std::vector<std::string> list(std::vector<std::string> arguments,
                                const std::vector<std::string>& folders) const;
  std::filesystem::path top_;
};

}  // namespace dbmig::git
