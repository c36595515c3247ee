#pragma once

#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "project/new_revision.hpp"

namespace dbmig::cli {

/// The options that migrate, revision and merge share.
void add_new_revision_options(Command& command, project::NewRevision& options);

/// Writes the file and says so (`Generating …  done`), or prints it where it is not to be written.
void generate(Context& context, const project::NewFile& file, bool dry_run);

/// Notes a revision that was written to `file` in the sum file of the project.
void keep_sum(Context& context, const history::Revision& revision, const project::NewFile& file,
              bool dry_run);

/// generate() with the file of `revision`, and keep_sum(). Returns the JSON document, with
/// `detected` in it.
Json write_revision_file(Context& context, history::Revision revision, bool dry_run,
                         const std::vector<std::string>& detected = {});
/// That document alone, of a file that `write` (or a dry run) is through with.
Json revision_file_json(Context& context, const history::Revision& revision,
                        const project::NewFile& file, bool dry_run,
                        const std::vector<std::string>& detected);
/// The same, with the document printed.
void write_revision(Context& context, history::Revision revision, bool dry_run,
                    const std::vector<std::string>& detected = {});

}  // namespace dbmig::cli
