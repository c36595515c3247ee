#pragma once

#include <string>
#include <vector>

#include "schema/model.hpp"

namespace dbmig::project {

/// One thing that is said of an object and is different: `type`, `nullable`, `sqlite.collation`.
struct ChangedAttribute {
  std::string name;
  std::string before;  ///< empty: not said
  std::string after;
};

enum class ChangeKind { added, removed, changed };

/// How one object differs between two schemas; a table holds the changes of its parts.
struct Change {
  ChangeKind kind = ChangeKind::changed;
  std::string noun;  ///< "table", "column", "foreign key"
  std::string name;
  std::string renamed_from;  ///< its name before, when that was another
  std::vector<ChangedAttribute>
      attributes;  ///< of a thing that came or went: all that is said of it
  std::vector<Change> parts;
};

/// What leads from one schema to the other, by table, for people to read.
std::vector<Change> changes(const schema::Schema& from, const schema::Schema& to,
                            const schema::RenameHints& renames);

}  // namespace dbmig::project
