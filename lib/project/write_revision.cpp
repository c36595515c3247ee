#include "project/write_revision.hpp"

#include <fmt/core.h>

#include <utility>

#include "teams/sum_file.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {

void generate(Workspace& workspace, const NewFile& file) {
  workspace.show_work(fmt::format("Generating {}", workspace.shown(file.path)),
                      [&] { write(file); });
}

void enter_in_sum(Workspace& workspace, const history::Revision& revision, const NewFile& file) {
  const std::string checksum = yaml::parse_revision(file.text, "revision").checksum.get();
  teams::update_sum(workspace.project().migrations, {{revision.id, checksum}});
}

WrittenRevision write_revision(Workspace& workspace, history::Revision revision, bool dry_run) {
  NewFile file = revision_file(workspace, revision);
  if (!dry_run) {
    generate(workspace, file);
    enter_in_sum(workspace, revision, file);
  }
  return {std::move(revision), std::move(file), !dry_run};
}

}  // namespace dbmig::project
