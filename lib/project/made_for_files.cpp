#include "project/made_for_files.hpp"

#include <fmt/core.h>

#include <exception>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "project/revisions.hpp"
#include "project/revisions_lock.hpp"
#include "project/run_settings.hpp"
#include "run/runner.hpp"
#include "teams/sum_file.hpp"

namespace dbmig::project {

MadeForFiles::MadeForFiles(Workspace& workspace) : workspace_(workspace), before_(read_model()) {}

MadeForFiles::MadeForFiles(Workspace& workspace, Files before)
    : workspace_(workspace), before_(std::move(before)) {}

MadeForFiles MadeForFiles::nothing(Workspace& workspace) {
  return {workspace, Files()};
}

MadeForFiles::Files MadeForFiles::read_model() const {
  Files files;
  const std::filesystem::path& folder = workspace_.project().schemas;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.emplace(entry.path(), read_file(entry.path()));
  }
  return files;
}

void MadeForFiles::made(const std::string& id, const std::string& table) {
  id_ = id;
  table_ = table;
  after_ = read_model();
}

void MadeForFiles::undo() noexcept {
  if (id_.empty()) return;
  try {
    revert();
    workspace_.events().info(
        "dbmig.import",
        fmt::format("No row of '{}' was imported: model, revisions and database are unchanged",
                    table_));
  } catch (const std::exception& failure) {
    workspace_.events().warning(
        "dbmig.import",
        fmt::format("No row of '{}' was imported, but revision {} stays in the model, in the "
                    "revisions and perhaps in the database: {}; fix that and import again, or undo "
                    "the revision with `dbmig downgrade {}-1`",
                    table_, id_, failure.what(), id_));
  }
  id_.clear();
}

void MadeForFiles::revert() {
  constexpr int kTableLockTimeout = 60;
  if (read_model() != after_) {
    throw Error(ErrorCode::failed, "the model's files were edited in the meantime");
  }
  const history::Revision revision = workspace_.graph().get(id_);
  run::Runner runner = make_runner(workspace_, Workspace::Access::existing);
  for (const run::AppliedRevision& row : runner.rows()) {
    if (row.id != id_) continue;
    run::RunOptions how = run_options(workspace_, kTableLockTimeout);
    // Also after Ctrl-C.
    how.stop = nullptr;
    how.listener = hook_listener(workspace_, workspace_.url(), workspace_.events());
    const std::vector<std::string>& parents = revision.parents;
    runner.downgrade(parents.empty() ? std::vector<std::string>{"base"} : parents, how);
  }
  const RevisionsLock lock(workspace_);
  for (const auto& [path, content] : after_) {
    const auto was = before_.find(path);
    if (was == before_.end()) {
      std::filesystem::remove(path);
    } else if (was->second != content) {
      write_file(path, was->second, true);
    }
  }
  std::filesystem::remove(revision.path);
  teams::update_sum(workspace_.project().migrations, {{id_, std::nullopt}});
  workspace_.forget_files();
}

}  // namespace dbmig::project
