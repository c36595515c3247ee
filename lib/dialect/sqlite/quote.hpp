#pragma once

#include <string>
#include <string_view>

namespace dbmig::dialect::sqlite {

/// `name` in double quotes. Throws Error{invalid} for a name with a zero byte.
std::string quote_identifier(std::string_view name);

/// `value` in single quotes. Throws Error{invalid} for a value with a zero byte, which SQLite's
/// text literals cannot hold.
std::string quote_string(std::string_view value);

/// Whether `name` can stand unquoted wherever a name can: letters, digits and underscores, not
/// starting with a digit, and no keyword. Source: https://www.sqlite.org/lang_keywords.html
bool is_bare_identifier(std::string_view name);

/// `name` as it is when it can stand unquoted, else quoted.
std::string spell_identifier(std::string_view name);

}  // namespace dbmig::dialect::sqlite
