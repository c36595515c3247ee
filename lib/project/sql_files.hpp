#pragma once

#include <optional>
#include <set>
#include <string>

#include "backend/scratch.hpp"
#include "project/workspace.hpp"
#include "sql_script/script.hpp"

namespace dbmig::project {

/// The dialect of the SQL file `name`: `said` (--dialect), otherwise according to its name
/// (`x.sqlite.sql`, `x.mariadb.sql`), otherwise the project's only dialect. Throws Error{usage} if
/// none of them tells, or `said` is not a dialect.
DialectKind dialect_of_file(Workspace& workspace, const std::string& name, const std::string& said);

/// The SQL file `path`, or standard input for `-`. Throws Error{not_found} or Error{io}.
sql_script::Script read_script(const std::string& path);

/// The schema that the SQL files of schemas/ create.
yaml::ModelPart read_model_part(Workspace& workspace);

/// Reports everything that a model cannot express.
void tell_unsupported(Workspace& workspace, const std::vector<backend::Unsupported>& found);

/// Removes the tables in which other tools keep their records from `schema` and reports them,
/// except those named by `wanted` or dbmig.yaml's `include:` (a matching pattern does not count as
/// naming).
void leave_bookkeeping_alone(Workspace& workspace, schema::Schema& schema,
                             std::set<std::string> wanted = {});

/// Reports the foreign keys of `schema` (a part of the database with the schema `whole`) that refer
/// to missing tables.
void warn_of_missing_parents(Workspace& workspace, const schema::Schema& schema,
                             const schema::Schema& whole);

/// The selected objects of `inspection`.
backend::Inspection selected(backend::Inspection inspection, const schema::Selection& selection);

/// The tables that `--table` names: exact names and glob patterns.
class TableChoice {
 public:
  explicit TableChoice(const std::vector<std::string>& tables);
  bool empty() const { return selection_.empty(); }
  /// The names to inspect; empty if a pattern needs all tables.
  std::vector<std::string> names() const;
  /// Only the chosen objects. Throws Error{not_found} for a name that does not exist and a pattern
  /// that matches nothing.
  backend::Inspection of(backend::Inspection inspection) const;

 private:
  schema::Selection selection_;
  bool has_patterns_ = false;
};

}  // namespace dbmig::project
