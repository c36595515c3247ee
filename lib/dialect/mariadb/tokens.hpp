#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/mariadb/lexer.hpp"

namespace dbmig::dialect::mariadb {

// SQL texts in the one spelling that is compared: their tokens with single blanks, keywords in
// lower case, names quoted where they must be, no comments. What a text means is the server's
// business (decision 015). Equal texts stay equal when they are respelled, and every spelling can
// be sent.

/// Words in lower case, whatever they are.
std::string normalize_tokens(const std::vector<Token>& tokens);

/// An expression without parentheses around the whole of it. Names of `columns` take the case they
/// have there. Idempotent.
std::string normalize_expression(std::string_view sql,
                                 const std::vector<std::string>& columns = {});

/// A view's query, without the `;` at its end. Words that may be names keep their case.
std::string normalize_query(std::string_view sql);

/// A trigger from its timing on: the head in one spelling, the body as it is without the last `;`.
std::string normalize_trigger(std::string_view sql, std::string_view table);

}  // namespace dbmig::dialect::mariadb
