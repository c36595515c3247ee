#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "history/graph.hpp"
#include "ops/operation.hpp"
#include "schema/model.hpp"

namespace dbmig::history {

/// Follows names through the operations of revisions: what is now called b was called a.
class Renames {
 public:
  void follow(const std::vector<ops::Operation>& operations);

  /// Names as they are now, and the oldest that each had.
  schema::RenameHints hints() const { return hints_; }
  /// The hints of the way back.
  schema::RenameHints inverse() const;

 private:
  void rename(const ops::RenameTable& table);
  void rename(const ops::AlterColumn& column);

  schema::RenameHints hints_;
};

/// `hints` with those marked that a single revision of `graph` carried out.
schema::RenameHints with_done(schema::RenameHints hints, const Graph& graph);

}  // namespace dbmig::history
