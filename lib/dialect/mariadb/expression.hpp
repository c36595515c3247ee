#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbmig::dialect::mariadb {

/// An SQL expression in the one spelling that dbmig compares: what a user wrote and what the server
/// made of it (SHOW CREATE TABLE prints its parse tree, not the text) come out the same.
///
/// Redundant parentheses, keywords' case, synonyms (`!=`, `&&`, `length` for `octet_length`,
/// `now()`), NOT pushed inwards, IN with one element, quoting of names and of strings are
/// settled. The text is kept portable where both spellings mean the same to the server. Idempotent.
/// What cannot be parsed comes back token by token with single blanks. Names of `columns` take the
/// case they have there.
std::string normalize_expression(std::string_view sql,
                                 const std::vector<std::string>& columns = {});

}  // namespace dbmig::dialect::mariadb
