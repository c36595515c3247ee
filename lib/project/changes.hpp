#pragma once

#include <string>
#include <vector>

#include "schema/model.hpp"

namespace dbmig::project {

/// An attribute of an object that differs: `type`, `nullable`, `sqlite.collation`.
struct ChangedAttribute {
  std::string name;
  std::string before;  ///< empty: not set
  std::string after;
};

enum class ChangeKind { added, removed, changed };

/// How one object differs between two schemas; a table holds the changes of its parts.
struct Change {
  ChangeKind kind = ChangeKind::changed;
  std::string noun;  ///< "table", "column", "foreign key"
  std::string name;
  std::string renamed_from;  ///< its former name, if it was renamed
  std::vector<ChangedAttribute>
      attributes;  ///< of an added or removed object: all of its attributes
  std::vector<Change> parts;
};

/// The changes that turn one schema into the other, by table, for people to read.
std::vector<Change> changes(const schema::Schema& from, const schema::Schema& to,
                            const schema::RenameHints& renames);

}  // namespace dbmig::project
