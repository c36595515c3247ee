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

/// One of the two things that `diff` compares. Holds what its schema was read from: a database says
/// best how it would report the other side.
struct ComparisonSide {
  std::string label;  ///< as people read it; never with a password
  schema::Schema schema;
  schema::RenameHints renames;  ///< of the model
  std::vector<backend::Unsupported> unsupported;
  /// The project's revisions that it has, as far as known: of a database, a revision, the model.
  std::optional<std::set<std::string>> revisions;
  bool is_live = false;     ///< a database
  bool is_managed = false;  ///< the model or a revision
  std::unique_ptr<backend::Scratch> scratch;
  std::unique_ptr<backend::Connection> own;
  backend::Connection* connection = nullptr;  ///< null for the model and revisions
};

/// What `argument` means, the first that fits: `model`; `database`; a URL; an SQL file (a name that
/// ends with .sql, or `-`); a name of dbmig.yaml's `databases`; a revision. `dialect`: --dialect,
/// for SQL files. Throws Error{not_found} when it is none of them.
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

/// What was renamed on the way from one side to the other: by the revisions between them, and by
/// what the model has beyond these.
schema::RenameHints renames_between(Workspace& workspace, const ComparisonSide& from,
                                    const ComparisonSide& to);

/// With a database or an SQL file on either side both are compared as that database reports them.
/// Live objects that neither the history nor the model knows are left out beside one of these,
/// unless `all`.
ComparedSchemas make_comparable(Workspace& workspace, const ComparisonSide& from,
                                const ComparisonSide& to, bool all);

/// `compared` with the words of the databases and files it was read from, for statements that
/// arrive there to the letter.
ComparedSchemas keep_spelling(const ComparisonSide& from, const ComparisonSide& to,
                              ComparedSchemas compared);

}  // namespace dbmig::project
