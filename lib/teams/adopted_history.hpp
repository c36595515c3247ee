#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "backend/scratch.hpp"
#include "history/revision.hpp"
#include "teams/migration_files.hpp"

namespace dbmig::teams {

/// Makes the revision of a file: its id, message and time, without operations.
using MakeRevision = std::function<history::Revision(const MigrationFile& file)>;

struct AdoptedHistory {
  std::vector<history::Revision> revisions;  ///< one for each file, each the parent of the next
  schema::Schema schema;                     ///< what they come to
  std::vector<std::string> notes;
};

/// Runs the files in a scratch database, one after the other, each up, down where it says how, and
/// up again. Each becomes a revision of one `execute` whose `state` is what the schema differs by
/// before and after. A way down that does not lead back is left out, with a note. `before` is the
/// schema that the first one meets, which the scratch database gets.
///
/// Throws the database's error with file and line for a statement that fails, and Error{refused}
/// for one that may reach out of the scratch database.
AdoptedHistory adopt_history(const backend::ScratchOptions& options, const MigrationFiles& files,
                             const MakeRevision& make, const std::atomic<bool>* stop);

}  // namespace dbmig::teams
