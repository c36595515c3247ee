#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"
#include "yaml/model.hpp"

namespace dbmig::yaml {

/// A change of the model, as a person would make it in its files.
struct ModelEdit {
  enum class Kind {
    create_table,   ///< `definition`
    drop_table,     ///< `table`
    rename_table,   ///< `table` → `to`
    add_column,     ///< `definition.columns`, one
    drop_column,    ///< `name`
    rename_column,  ///< `name` → `to`
    add_index,      ///< `definition.indexes` or `.uniques`, one
    drop_index,     ///< `name`, of an index or a unique constraint
  };
  Kind kind = Kind::create_table;
  std::string table;
  std::string name = {};
  std::string to = {};
  schema::Table definition = {};
};

/// A file of the model before and after. Everything that the edit does not concern stays byte for
/// byte: comments, layout, the order of keys.
struct EditedFile {
  std::string name;
  std::string before;
  std::string after;
};

/// `edit` made in the files of a model: a new table goes to the end of none of them but to a file
/// of its own (create_table gives one with an empty `before`, whose name is `NAME.yaml`); a rename
/// leaves `renamed_from` behind and follows into keys, indexes and foreign keys, not into SQL.
/// Only text is looked at: the caller reads the result as a model to validate it. Throws
/// Error{not_found} when no file has what is to be edited, Error{invalid} where it is written in
/// a form that this cannot edit (an anchor, a shorthand), with its place.
std::vector<EditedFile> edit_model(const std::vector<SourceFile>& files, const ModelEdit& edit);

}  // namespace dbmig::yaml
