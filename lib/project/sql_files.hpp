#pragma once

#include <optional>
#include <set>
#include <string>

#include "backend/scratch.hpp"
#include "project/workspace.hpp"
#include "sql_script/script.hpp"

namespace dbmig::project {

/// In which SQL the file `name` is written: what `said` (--dialect) says, else the name's last part
/// but one (`x.sqlite.sql`, `x.mariadb.sql`), else the project's only dialect. Throws Error{usage}
/// when none of them tells, and when `said` does not name a dialect.
DialectKind dialect_of_file(Workspace& workspace, const std::string& name, const std::string& said);

/// The SQL file `path`, or standard input for `-`. Throws Error{not_found} or Error{io}.
sql_script::Script read_script(const std::string& path);

/// What the SQL files of schemas/ make.
yaml::ModelPart read_model_part(Workspace& workspace);

/// Tells each thing that no model can express.
void tell_unsupported(Workspace& workspace, const std::vector<backend::Unsupported>& found);

/// Takes the tables in which other tools keep their records out of `schema` and names them, except
/// those that `wanted` or `include:` of dbmig.yaml name (a pattern that matches does not count as
/// naming it).
void leave_bookkeeping_alone(Workspace& workspace, schema::Schema& schema,
                             std::set<std::string> wanted = {});

/// Names the foreign keys of `schema`, a part of the database that has `whole`, that refer to
/// tables which do not exist.
void warn_of_missing_parents(Workspace& workspace, const schema::Schema& schema,
                             const schema::Schema& whole);

/// `inspection` without what is not selected.
backend::Inspection selected(backend::Inspection inspection, const schema::Selection& selection);

/// The tables that `--table` names: exact names and glob patterns.
class TableChoice {
 public:
  explicit TableChoice(const std::vector<std::string>& tables);
  bool empty() const { return selection_.empty(); }
  /// The names to inspect; none when patterns need all of them.
  std::vector<std::string> names() const;
  /// Only what was chosen. Throws Error{not_found} for a name that is not there and a pattern that
  /// nothing fits.
  backend::Inspection of(backend::Inspection inspection) const;

 private:
  schema::Selection selection_;
  bool has_patterns_ = false;
};

}  // namespace dbmig::project
