#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "dialect/mariadb/lexer.hpp"

namespace dbmig::dialect::mariadb {

/// The indexes in `tokens`, one statement's, where a statement begins: the first, and inside of a
/// compound statement or a routine's body those after `;`, BEGIN, THEN, ELSE, DO, LOOP, REPEAT,
/// FOR EACH ROW, a label and the conditions of a handler. THEN and ELSE of a CASE expression count
/// too: what follows them there is not a verb.
std::vector<std::size_t> statement_starts(const std::vector<Token>& tokens);

bool is_word(const std::vector<Token>& tokens, std::size_t i, std::string_view word);
bool is_symbol(const std::vector<Token>& tokens, std::size_t i, std::string_view symbol);

}  // namespace dbmig::dialect::mariadb
