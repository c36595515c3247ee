#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>

#include "schema/table.hpp"

namespace dbmig::dialect {

/// A place in a schema where SQL stands that MariaDB does not keep as it was told: it resolves
/// names, rewrites functions and literals, and prints what it understood.
struct DefinitionKey {
  /// "view", "trigger", "sequence", "function", "procedure", "event"; of a table: "partition",
  /// "check", "default", "generated".
  std::string kind;
  std::string object;     ///< its name, or the table's
  std::string part = {};  ///< the check's or column's name
  friend auto operator<=>(const DefinitionKey&, const DefinitionKey&) = default;
};

/// "check 'positive' of table 't'".
std::string describe(const DefinitionKey& key);

/// A text for each place.
using Definitions = std::map<DefinitionKey, std::string>;

/// The texts of `schema` as MariaDB is told them, or as it was inspected there.
Definitions definitions_of(const schema::Schema& schema);

/// The places that both schemas have, with other texts; what is a plain value on both sides, as the
/// default 1, is none of them. Both are canonical: what is left are tokens.
std::set<DefinitionKey> differing_definitions(const schema::Schema& a, const schema::Schema& b);

/// Gives `schema` the text that `from` has at `key`, in all its dialects; both must have one.
void take_definition(schema::Schema& schema, const schema::Schema& from, const DefinitionKey& key);

/// The objects of `schema` that hold `keys`.
schema::Schema part_with(const schema::Schema& schema, const std::set<DefinitionKey>& keys);

}  // namespace dbmig::dialect
