#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/lazy.hpp"
#include "ops/operation.hpp"

namespace dbmig::history {

/// A finding of lint that is accepted for one operation, and why.
struct Suppression {
  std::size_t operation = 0;  ///< index in Revision::upgrade
  std::string code;           ///< "DS101"
  std::string reason;         ///< never empty
  SourcePosition where;
};

/// A revision that another one replaces.
struct Replaced {
  std::string id;
  std::string checksum;
  std::vector<Replaced> replaces = {};  ///< the range that it stood for itself
  friend bool operator==(const Replaced&, const Replaced&) = default;
};

/// A query that must hold before a revision runs: its one value is true.
struct Requirement {
  schema::SqlText sql;
  std::string message;  ///< what it means, for people; may be empty
  SourcePosition where;
};

/// What a revision is in its graph, and where it stands: all that can be known of it without
/// reading its operations.
struct Header {
  std::string id;                    ///< as in the file; "2fa6cb75c75d"
  std::vector<std::string> parents;  ///< none for a base, two or more for a merge
  /// Ids or labels of revisions of other branches that must be applied before it; they are no
  /// parents, so the branches stay apart.
  std::vector<std::string> depends_on;
  std::string message;
  std::string created;              ///< UTC, "2026-11-22T05:10:22Z"
  std::vector<std::string> labels;  ///< of the branch that begins here; often none
  /// Versions of other tools' histories that come to the same, by tool: databases which those tools
  /// brought there enter at this revision. No part of the meaning.
  std::map<std::string, std::vector<std::string>> adopts;
  std::filesystem::path path;  ///< of its file; empty for one read from a database
  /// The range of revisions that it stands for, in order; the last one's children are its own.
  std::vector<Replaced> replaces;
  /// Of the meaning, not the bytes, with its version tag: "v1:<sha256>".
  Lazy<std::string> checksum;
  /// Whether its upgrade changes rows, or may: plain SQL. Graphs fill it in.
  bool changes_rows = false;
};

/// One stored revision.
struct Revision : Header {
  std::vector<ops::Operation> upgrade;
  /// Written by hand; nothing: the exact inverse of `upgrade`.
  std::optional<std::vector<ops::Operation>> downgrade;
  /// `lint_ignore:` of the operations in `upgrade`, in their order. No part of the meaning.
  std::vector<Suppression> suppressions;

  /// Those of `replaces`, for databases that began to take them.
  std::vector<Revision> replaced;
  /// `require:` of an upgrade. No part of the meaning: when a revision may run, not what it does.
  std::vector<Requirement> requirements;

  std::string text;  ///< the file's text as read
  /// Positions of upgrade[i] and (*downgrade)[i] in the file.
  std::vector<SourcePosition> upgrade_positions;
  std::vector<SourcePosition> downgrade_positions;
};

/// Whether one of `operations` changes rows, or may: plain SQL.
bool changes_rows(const std::vector<ops::Operation>& operations);

/// One that is read when its operations are asked for.
struct StoredRevision {
  Header header;
  /// Throws when the file cannot be read, or its content no longer matches `header`.
  std::function<Revision()> read;
};

}  // namespace dbmig::history
