#pragma once

#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "project/new_revision.hpp"
#include "project/write_revision.hpp"

namespace dbmig::cli {

/// The options that migrate, revision and merge share.
void add_new_revision_options(Command& command, project::NewRevision& options);

/// Writes the file and says so (`Generating …  done`), or prints it where it is not to be written.
void generate(Context& context, const project::NewFile& file, bool dry_run);

/// project::write_revision(), and the text printed where it is not to be written. Returns the JSON
/// document, with `detected` in it.
Json write_revision_file(Context& context, history::Revision revision, bool dry_run,
                         const std::vector<std::string>& detected = {});
/// That document of a revision that was written, or was not to be.
Json revision_file_json(Context& context, const history::Revision& revision,
                        const project::NewFile& file, bool dry_run,
                        const std::vector<std::string>& detected);
/// The same, with the document printed.
void write_revision(Context& context, history::Revision revision, bool dry_run,
                    const std::vector<std::string>& detected = {});

}  // namespace dbmig::cli
