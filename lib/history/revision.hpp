#pragma once

#include <cstddef>
#include <filesystem>
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

/// One stored revision.
struct Revision {
  std::string id;                    ///< as in the file; "2fa6cb75c75d"
  std::vector<std::string> parents;  ///< none for a base, two or more for a merge
  std::string message;
  std::string created;  ///< UTC, "2026-11-22T05:10:22Z"
  std::string label;    ///< branch label, often empty
  std::vector<ops::Operation> upgrade;
  /// Written by hand; nothing: the exact inverse of `upgrade`.
  std::optional<std::vector<ops::Operation>> downgrade;
  /// `lint_ignore:` of the operations in `upgrade`, in their order. No part of the meaning.
  std::vector<Suppression> suppressions;

  // Where it came from.
  std::filesystem::path path;  ///< empty for one read from a database
  std::string text;            ///< the file's text as read
  /// Of the meaning, not the bytes, with its version tag: "v1:<sha256>".
  Lazy<std::string> checksum;
  /// Positions of upgrade[i] and (*downgrade)[i] in the file.
  std::vector<SourcePosition> upgrade_positions;
  std::vector<SourcePosition> downgrade_positions;
};

}  // namespace dbmig::history
