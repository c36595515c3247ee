#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/column.hpp"
#include "schema/type.hpp"

namespace dbmig::dialect::mariadb {

/// `type` as MariaDB reports it after building it: lengths that it fills in, display widths that
/// say nothing left out, `tinyint(1)` as boolean. Idempotent.
schema::Type canonical_type(schema::Type type);

/// The type in DDL: `int unsigned`, `tinyint(1)`, `enum('a')`.
std::string type_sql(const schema::Type& type);

/// Reads information_schema's COLUMN_TYPE; what the portable types lack becomes `native`.
schema::Type parse_column_type(std::string_view text);

/// Whether values of the type have a character set of their own.
bool has_charset(const schema::Type& type);

/// Whether values are members of a list: ENUM and SET.
bool has_list(const schema::Type& type);

/// `value` as MariaDB reports it on a column of `type` (canonical): literals brought to the type,
/// expressions normalised, NULL left out. An SQL text that is a literal becomes one.
std::optional<schema::Default> canonical_default(const schema::Default& value,
                                                 const schema::Type& type);

/// What follows DEFAULT, for a canonical default.
std::string default_sql(const schema::Default& value, const schema::Type& type);

/// Whether a canonical SQL text is the clock of canonical_clock().
bool is_clock(std::string_view sql);

/// `current_timestamp` with the fraction that a column of `type` asks for; other texts normalised.
std::string canonical_clock(std::string_view sql, const schema::Type& type);

/// `utf8` is MariaDB's old name of `utf8mb3`, in character sets and collations; lower case.
std::string canonical_charset_name(std::string_view name);

/// The character set that a collation belongs to: `utf8mb4` of `utf8mb4_bin`.
std::string charset_of_collation(std::string_view collation);

}  // namespace dbmig::dialect::mariadb
