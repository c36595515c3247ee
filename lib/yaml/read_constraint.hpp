#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "schema/constraint.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

// Constraints and indexes are written in three ways: an entry of a mapping by name, an item of a
// list, an operation. The functions below read what is common to all: the keys named by *_keys().

const std::vector<std::string>& unique_keys();
const std::vector<std::string>& index_keys();
const std::vector<std::string>& foreign_key_keys();
const std::vector<std::string>& check_keys();

/// `keys` and then `more`.
std::vector<std::string> with_keys(std::vector<std::string> keys,
                                   const std::vector<std::string>& more);

/// Nothing: reported.
std::optional<schema::PrimaryKey> read_primary_key(Fields& fields);
std::optional<schema::Unique> read_unique(Fields& fields);
std::optional<schema::Index> read_index(Fields& fields);
std::optional<schema::ForeignKey> read_foreign_key(Fields& fields);
std::optional<schema::Check> read_check(Fields& fields);

/// A list of index parts, or one part alone.
std::vector<schema::IndexPart> read_index_parts(Reader& reader, const Node& node);
/// `pais(id)`, `pais`, or `{table: pais, columns: [id]}`, into the parent's side of `key`.
bool read_reference(Reader& reader, const Node& node, schema::ForeignKey& key);
/// on_delete and on_update.
void read_actions(Fields& fields, schema::ForeignKey& key);
/// SQLite's ON CONFLICT, lower case; empty when absent.
std::string read_on_conflict(Fields& fields);

// The values of a table's `primary_key:`, `unique:`, `indexes:`, `foreign_keys:` and `checks:`.
// `at` gets the place of each, in order.

std::optional<schema::PrimaryKey> read_primary_key_value(Reader& reader, const Node& node);
std::vector<schema::Unique> read_uniques(Reader& reader, const Node& node,
                                         std::vector<SourcePosition>& at);
std::vector<schema::Index> read_indexes(Reader& reader, const Node& node,
                                        std::vector<SourcePosition>& at);
std::vector<schema::ForeignKey> read_foreign_keys(Reader& reader, const Node& node,
                                                  std::vector<SourcePosition>& at);
std::vector<schema::Check> read_checks(Reader& reader, const Node& node,
                                       std::vector<SourcePosition>& at);

}  // namespace dbmig::yaml
