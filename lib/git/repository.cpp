#include "git/repository.hpp"

#include <fmt/core.h>

#include <charconv>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"
#include "git/command.hpp"

namespace dbmig::git {
namespace {

namespace fs = std::filesystem;

/// The first line of what git complains about, without its "fatal: ".
std::string complaint(const Output& output) {
  std::string line = text::split(output.err, '\n').front();
  if (line.starts_with("fatal: ")) line.erase(0, std::string_view("fatal: ").size());
  return line.empty() ? fmt::format("git ended with exit code {}", output.code) : line;
}

std::string without_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

/// The remote and the branch of `origin/main`, when `remotes` has that remote.
std::optional<std::pair<std::string, std::string>> remote_branch(const std::string& ref,
                                                                 const std::string& remotes) {
  for (const std::string& remote : text::split(remotes, '\n')) {
    if (remote.empty() || !ref.starts_with(remote + "/")) continue;
    return std::pair(remote, ref.substr(remote.size() + 1));
  }
  return std::nullopt;
}

}  // namespace

Repository Repository::around(const fs::path& folder) {
  const Output output = run(folder, {"rev-parse", "--show-toplevel"});
  if (output.code == 0) return Repository(without_newline(output.out));
  const std::string why = complaint(output);
  if (why.starts_with("not a git repository")) {
    throw Error(ErrorCode::not_found, fmt::format("{} is in no git repository", folder.string()))
        .hint("what a branch adds is known only there");
  }
  throw Error(ErrorCode::failed, fmt::format("git: {}", why));
}

std::optional<std::string> Repository::relative(const fs::path& path) const {
  std::error_code failure;
  fs::path folder = fs::weakly_canonical(path.parent_path(), failure);
  if (failure) folder = path.parent_path();
  const fs::path whole = fs::is_directory(path, failure) ? fs::weakly_canonical(path, failure)
                                                         : folder / path.filename();
  const fs::path found = whole.lexically_relative(top_);
  if (found.empty() || *found.begin() == "..") return std::nullopt;
  return found.string();
}

std::string Repository::ask(const std::vector<std::string>& arguments,
                            const std::string& input) const {
  Output output = run(top_, arguments, input);
  if (output.code != 0) {
    throw Error(ErrorCode::failed,
                fmt::format("git {} failed: {}", arguments.front(), complaint(output)));
  }
  return std::move(output.out);
}

std::string Repository::commit(const std::string& ref) const {
  for (const char* kind : {"^{commit}", "^{tree}"}) {
    const Output output =
        run(top_, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + kind});
    if (output.code == 0 && !ref.empty()) return without_newline(output.out);
  }
  const auto branch = remote_branch(ref, ask({"remote"}));
  throw Error(ErrorCode::not_found, fmt::format("git knows no '{}' in {}", ref, top_.string()))
      .hint(branch ? fmt::format("fetch it first: git fetch --depth=1 {0} "
                                 "+refs/heads/{1}:refs/remotes/{0}/{1}",
                                 branch->first, branch->second)
                   : "`git branch --all` lists the branches");
}

std::optional<std::string> Repository::fork_point(const std::string& commit) const {
  const Output output = run(top_, {"merge-base", "HEAD", commit});
  if (output.code != 0) return std::nullopt;
  return text::split(output.out, '\n').front();
}

std::vector<std::string> Repository::list(std::vector<std::string> arguments,
                                          const std::vector<std::string>& folders) const {
  if (folders.empty()) return {};
  arguments.emplace_back("--");
  bool is_all = false;
  for (const std::string& folder : folders) is_all |= folder == ".";
  if (!is_all) arguments.insert(arguments.end(), folders.begin(), folders.end());
  std::vector<std::string> files = text::split(ask(arguments), '\0');
  std::erase(files, std::string());
  return files;
}

std::vector<std::string> Repository::files(const std::string& commit,
                                           const std::vector<std::string>& folders) const {
  return list({"ls-tree", "-r", "-z", "--name-only", "--full-tree", commit}, folders);
}

std::vector<std::string> Repository::changed(const std::string& commit,
                                             const std::vector<std::string>& folders) const {
  return list({"diff", "--no-ext-diff", "--no-renames", "--name-only", "-z", commit}, folders);
}

std::map<std::string, std::string> Repository::contents(
    const std::string& commit, const std::vector<std::string>& files) const {
  std::map<std::string, std::string> all;
  if (files.empty()) return all;
  std::string input;
  std::vector<std::string> asked;
  for (const std::string& file : files) {
    if (file.find('\n') != std::string::npos) continue;  // the protocol is one of lines
    input += commit + ":" + file + "\n";
    asked.push_back(file);
  }
  const std::string answer = ask({"cat-file", "--batch"}, input);
  // "<id> blob <size>\n<bytes>\n" for each, "<what was asked> missing\n" for what is not there.
  std::string_view rest = answer;
  for (const std::string& file : asked) {
    const std::string_view head = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(head.size() + 1, rest.size()));
    std::size_t size = 0;
    const std::string_view digits = head.substr(head.rfind(' ') + 1);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (failure != std::errc() || rest.size() < size) continue;
    all.emplace(file, rest.substr(0, size));
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return all;
}

}  // namespace dbmig::git
