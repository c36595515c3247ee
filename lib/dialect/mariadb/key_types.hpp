#pragma once

#include <string>

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// What decides whether two columns can be the ends of a foreign key, and whether a change of a
/// column is refused while a foreign key uses it (errors 1832, 1833): type, character set and
/// collation, as text that can be compared.
std::string key_signature(const schema::Table& table, const schema::Column& column);

/// Whether InnoDB takes the columns as ends of one foreign key: integers of one size and sign,
/// texts of one character set (of any length), all else alike.
bool can_reference(const schema::Table& child, const schema::Column& column,
                   const schema::Table& parent, const schema::Column& referenced);

/// Whether an ALTER TABLE takes values of `from` as values of `to`, as far as the types go: uuid,
/// inet4, inet6 and geometries convert to texts and bytes, and to nothing else (error 4078).
bool converts_directly(const schema::Type& from, const schema::Type& to);

}  // namespace dbmig::dialect::mariadb
