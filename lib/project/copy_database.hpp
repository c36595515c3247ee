#pragma once

#include <string>
#include <vector>

#include "base/url.hpp"
#include "import/communicator.hpp"
#include "project/workspace.hpp"
#include "transfer/check_rows.hpp"
#include "transfer/copy.hpp"

namespace dbmig::project {

/// What `copy` is asked for.
struct CopyRequest {
  std::string source;  ///< a URL, or a name of dbmig.yaml's `databases`
  std::string target;  ///< the same
  transfer::CopyOptions options;
  bool schema_only = false;
  bool data_only = false;
  bool strict = false;  ///< a copy of everything as it is, or none
  bool widen = false;   ///< columns that do not hold the source's values get wider types
  bool plan = false;    ///< write nothing
};

/// What came of a copy. With `problems`, and where a table is not the same on both sides, nothing
/// was copied.
struct CopyResult {
  std::vector<transfer::CopyProblem> problems;    ///< rows that the target does not hold
  bool widen_helps = false;                       ///< CopyRequest::widen would solve all of them
  std::vector<std::string> statements;            ///< that make the tables; with `plan` only
  std::vector<transfer::TableComparison> tables;  ///< both sides; empty with `schema_only`

  bool is_same() const;
};

/// The URL of `argument`, the `which` ("source") of a copy. Throws Error{usage} for what names no
/// database, with what would.
Url copied_database(Workspace& workspace, const std::string& argument, const char* which);

/// The whole of `copy`: the choice of the schema, the check of all rows, tables, rows, the
/// comparison, and views, triggers and routines. Works on the target from here on. `ranks` read the
/// source, those in transfer::serve_copy(); null: this process alone. Of a copy that fails or
/// differs nothing stays; of one that is killed a mark does (transfer/copy_mark.hpp). Throws what
/// choose_copy_schema(), transfer::refuse_rows() and transfer::copy_rows() throw.
CopyResult copy_database(Workspace& workspace, const CopyRequest& request,
                         import::Communicator* ranks);

}  // namespace dbmig::project
