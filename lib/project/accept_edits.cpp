#include "project/accept_edits.hpp"

#include "project/revisions.hpp"
#include "project/revisions_lock.hpp"
#include "run/check.hpp"
#include "teams/sum_file.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {

std::vector<EditedRevision> edited_revisions(Workspace& workspace) {
  run::Runner runner = make_runner(workspace, Workspace::Access::existing);
  const history::Graph graph = runner.fitted_revisions();
  std::vector<EditedRevision> edited;
  for (const std::string& id : run::edited_revisions(runner.rows(), graph)) {
    edited.push_back({id, runner.edit_of(id)});
  }
  return edited;
}

std::vector<std::string> accept_edits(Workspace& workspace, int lock_timeout) {
  run::Runner runner = make_runner(workspace, Workspace::Access::existing);
  std::vector<std::string> accepted = runner.repair(run_options(workspace, lock_timeout));
  std::vector<teams::SumChange> changes;
  for (const std::string& id : accepted) {
    if (!workspace.graph().contains(id)) continue;
    changes.push_back({id, workspace.graph().header(id).checksum.get()});
  }
  if (!changes.empty()) teams::update_sum(workspace.project().migrations, changes);
  return accepted;
}

std::filesystem::path file_of_revision(Workspace& workspace, const std::string& id) {
  const std::filesystem::path path = workspace.graph().header(id).path;
  return path.is_absolute() ? path : workspace.project().root / path;
}

void take_edited_file(Workspace& workspace, const std::string& id) {
  const RevisionsLock lock(workspace);
  const yaml::Project& project = workspace.project();
  const history::Graph graph = yaml::load_graph(project.version_folders, project.root);
  if (!graph.contains(id)) return;
  teams::update_sum(project.migrations, {{id, graph.header(id).checksum.get()}});
}

}  // namespace dbmig::project
