#include "git/branch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "git/repository.hpp"
#include "history/branches.hpp"
#include "yaml/files.hpp"
#include "yaml/revision.hpp"

namespace dbmig::git {
namespace {

namespace fs = std::filesystem;

/// A folder of revisions as yaml::load_graph reads it.
struct VersionFolder {
  std::string path;  ///< below the repository's top; "." for the top itself
  bool is_deep = false;

  bool reads(const std::string& file) const {
    const std::string below = path == "."                    ? file
                              : file.starts_with(path + "/") ? file.substr(path.size() + 1)
                                                             : std::string();
    const std::string extension = text::lower(fs::path(file).extension().string());
    if (below.empty() || (extension != ".yaml" && extension != ".yml")) return false;
    const std::vector<std::string> parts = text::split(below, '/');
    const bool is_hidden = std::any_of(
        parts.begin(), parts.end(), [](const std::string& part) { return part.starts_with('.'); });
    return !is_hidden && (is_deep || parts.size() == 1);
  }
};

std::vector<VersionFolder> version_folders(const Repository& repository,
                                           const std::vector<fs::path>& folders) {
  std::vector<VersionFolder> list;
  for (const fs::path& folder : folders) {
    const bool is_deep = folder.filename() == "**";
    const auto path = repository.relative(is_deep ? folder.parent_path() : folder);
    if (path) list.push_back({*path, is_deep});
  }
  if (list.empty()) {
    throw Error(ErrorCode::not_found, fmt::format("the folder {} is not in the git repository {}",
                                                  folders.empty() ? "" : folders.front().string(),
                                                  repository.top().string()));
  }
  return list;
}

std::vector<std::string> paths_of(const std::vector<VersionFolder>& folders) {
  std::vector<std::string> paths;
  for (const VersionFolder& folder : folders) paths.push_back(folder.path);
  return paths;
}

/// A revision file of the commit, or nothing where it is none. `name` is for messages.
std::optional<history::Revision> read_there(const std::string& content, const fs::path& path,
                                            const std::string& name) {
  try {
    history::Revision revision = yaml::parse_revision(content, name);
    revision.path = path;
    return revision;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The working tree's revisions by their files, below the repository's top.
std::map<std::string, std::string> ids_by_file(const Repository& repository, const fs::path& root,
                                               const history::Graph& graph) {
  std::map<std::string, std::string> ids;
  for (const std::string& id : graph.topological()) {
    const fs::path path = root / graph.header(id).path;
    if (const auto file = repository.relative(path)) ids.emplace(*file, id);
  }
  return ids;
}

std::vector<std::string> with_those(const history::Graph& graph, const std::set<std::string>& ids) {
  std::vector<std::string> list;
  for (const std::string& id : graph.topological()) {
    if (ids.count(id) != 0) list.push_back(id);
  }
  return list;
}

}  // namespace

std::vector<std::string> BranchChanges::touched(const history::Graph& graph) const {
  std::set<std::string> ids(added.begin(), added.end());
  ids.insert(edited.begin(), edited.end());
  return with_those(graph, ids);
}

BranchChanges compare(const fs::path& root, const std::vector<fs::path>& folders,
                      const history::Graph& graph, const std::string& ref) {
  const Repository repository = Repository::around(root);
  const std::string commit = repository.commit(ref);
  const std::vector<VersionFolder> read = version_folders(repository, folders);
  const auto is_read = [&](const std::string& file) {
    return std::any_of(read.begin(), read.end(),
                       [&](const VersionFolder& folder) { return folder.reads(file); });
  };

  std::vector<std::string> there = repository.files(commit, paths_of(read));
  std::erase_if(there, [&](const std::string& file) { return !is_read(file); });
  const std::vector<std::string> differing = repository.changed(commit, paths_of(read));
  const std::set<std::string> changed(differing.begin(), differing.end());
  const std::map<std::string, std::string> here = ids_by_file(repository, root, graph);

  std::set<std::string> known;  // ids that the commit has
  std::vector<std::string> to_read;
  for (const std::string& file : there) {
    const auto same = here.find(file);
    if (same != here.end() && changed.count(file) == 0) {
      known.insert(same->second);
    } else {
      to_read.push_back(file);
    }
  }
  BranchChanges changes;
  std::error_code ignored;
  changes.root = fs::weakly_canonical(root, ignored);
  changes.ref = ref;
  std::set<std::string> edited;
  std::vector<history::Revision> missing;
  for (const auto& [file, content] : repository.contents(commit, to_read)) {
    const fs::path path = repository.top() / file;
    std::optional<history::Revision> revision =
        read_there(content, path, yaml::display_name(path, changes.root));
    if (!revision) continue;
    known.insert(revision->id);
    if (graph.replaced_by(revision->id)) continue;  // it is there as a part of what replaces it
    if (!graph.contains(revision->id)) {
      missing.push_back(std::move(*revision));
    } else if (graph.header(revision->id).checksum.get() != revision->checksum.get()) {
      edited.insert(revision->id);
    }
  }
  std::set<std::string> began_with;
  if (const auto fork = missing.empty() ? std::nullopt : repository.fork_point(commit)) {
    const std::vector<std::string> files = repository.files(*fork, paths_of(read));
    began_with.insert(files.begin(), files.end());
  }
  for (history::Revision& revision : missing) {
    const bool was_there =
        began_with.count(revision.path.lexically_relative(repository.top()).string()) != 0;
    (was_there ? changes.removed : changes.behind).push_back(std::move(revision));
  }
  changes.edited = with_those(graph, edited);
  for (const std::string& id : graph.topological()) {
    if (known.count(id) == 0) changes.added.push_back(id);
  }
  return changes;
}

namespace {

/// Heads of those of `graph` that `ids` names.
std::size_t count_heads(const history::Graph& graph, const std::set<std::string>& ids) {
  std::size_t heads = 0;
  for (const std::string& id : ids) {
    const std::vector<std::string> children = graph.children(id);
    heads += static_cast<std::size_t>(
        std::none_of(children.begin(), children.end(),
                     [&](const std::string& child) { return ids.count(child) != 0; }));
  }
  return heads;
}

/// The beginning of the revision's file.
SourcePosition file_of(const BranchChanges& changes, const fs::path& path) {
  std::error_code ignored;
  return {yaml::display_name(fs::weakly_canonical(path, ignored), changes.root), 1, 0};
}

void add_merge(const BranchChanges& changes, const history::Graph& graph,
               std::vector<MergeProblem>& problems) {
  if (changes.behind.empty() || changes.added.empty()) return;
  const std::string& first = changes.added.front();
  const SourcePosition where = file_of(changes, graph.header(first).path);
  try {
    const history::Graph merged = graph.with(changes.behind);
    std::set<std::string> there(merged.topological().begin(), merged.topological().end());
    for (const std::string& id : changes.added) there.erase(id);
    const std::vector<std::string> heads = merged.heads();
    const std::size_t usual = std::max(graph.heads().size(), count_heads(merged, there));
    if (heads.size() > usual) {
      problems.push_back(
          {"heads",
           first,
           {where,
            fmt::format("after a merge with {} there are {} heads: {}", changes.ref, heads.size(),
                        text::join(heads, ", ")),
            fmt::format("merge it into this branch (`git merge {0}`), then run `dbmig merge heads`",
                        changes.ref)}});
    }
    std::vector<history::Contradiction> news = history::contradictions(merged, heads);
    const std::vector<history::Contradiction> known = history::contradictions(graph, graph.heads());
    std::erase_if(news, [&](const history::Contradiction& one) {
      return std::any_of(known.begin(), known.end(), [&](const history::Contradiction& other) {
        return other.subject == one.subject && other.first.message == one.first.message &&
               other.second.message == one.second.message;
      });
    });
    for (Diagnostic& one : history::described(news)) {
      problems.push_back({"contradiction", first, std::move(one)});
    }
  } catch (const Error& error) {
    problems.push_back(
        {"contradiction",
         first,
         {where, fmt::format("cannot be merged with {}: {}", changes.ref, error.message()),
          error.diagnostics().front().hint}});
  }
}

}  // namespace

std::vector<MergeProblem> merge_problems(const BranchChanges& changes,
                                         const history::Graph& graph) {
  std::vector<MergeProblem> problems;
  for (const std::string& id : changes.edited) {
    const SourcePosition where = file_of(changes, graph.header(id).path);
    problems.push_back(
        {"edited",
         id,
         {where,
          fmt::format("revision {}, {}, is changed here, and {} has it as it was: a database that "
                      "has applied it will not apply it again",
                      id, graph.header(id).message, changes.ref),
          fmt::format("restore it (`git checkout {} -- {}`) and write a revision of its own for "
                      "the change",
                      changes.ref, where.file)}});
  }
  for (const history::Revision& revision : changes.removed) {
    const std::string file = yaml::display_name(revision.path, changes.root);
    problems.push_back(
        {"removed",
         revision.id,
         {{file, 1, 0},
          fmt::format("revision {}, {}, is removed here, and {} has it: a database that has "
                      "applied it knows no way on or back",
                      revision.id, revision.message, changes.ref),
          fmt::format("restore it: git checkout {} -- {}", changes.ref, file)}});
  }
  add_merge(changes, graph, problems);
  return problems;
}

}  // namespace dbmig::git
