#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backend/scratch.hpp"
#include "project/workspace.hpp"
#include "schema/model.hpp"

namespace dbmig::project {

/// One of the two things that `diff` compares. Keeps the connection that its schema was read from:
/// that database knows best how it would report the other side.
struct ComparisonSide {
  std::string label;  ///< for people; never with a password
  schema::Schema schema;
  schema::RenameHints renames;  ///< from the model
  std::vector<backend::Unsupported> unsupported;
  /// The project's revisions that it contains, as far as known: for a database, a revision or the
  /// model.
  std::optional<std::set<std::string>> revisions;
  bool is_live = false;     ///< a database
  bool is_managed = false;  ///< the model or a revision
  std::unique_ptr<backend::Scratch> scratch;
  std::unique_ptr<backend::Connection> own;
  backend::Connection* connection = nullptr;  ///< null for the model and revisions
};

/// Resolves `argument`; the first that fits: `model`; `database`; a URL; an SQL file (a name that
/// ends with .sql, or `-`); a name of dbmig.yaml's `databases`; a revision. `dialect`: --dialect,
/// for SQL files. Throws Error{not_found} if it is none of them.
ComparisonSide comparison_side(Workspace& workspace, const std::string& argument,
                               const std::string& dialect);

/// Two schemas made comparable.
struct ComparedSchemas {
  schema::Schema from;
  schema::Schema to;
  std::optional<DialectKind> kind;   ///< whose canonical form they have; nothing for plain models
  bool is_portable = false;          ///< of two dialects: compared as SQLite would have them
  std::vector<std::string> unknown;  ///< live objects left out: no history or model knows them
};

/// The renames between the two sides: those in the revisions between them, and those in the model
/// that no revision has yet.
schema::RenameHints renames_between(Workspace& workspace, const ComparisonSide& from,
                                    const ComparisonSide& to);

/// If a database or an SQL file is on either side, both are compared as that database reports them.
/// Live objects that neither the history nor the model knows are then left out, unless `all`.
ComparedSchemas make_comparable(Workspace& workspace, const ComparisonSide& from,
                                const ComparisonSide& to, bool all);

/// `compared` with the original spelling of the databases and files, for generating statements.
ComparedSchemas keep_spelling(const ComparisonSide& from, const ComparisonSide& to,
                              ComparedSchemas compared);

}  // namespace dbmig::project
