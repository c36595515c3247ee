#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "schema/type.hpp"

// Internal to this module: how parse_type() takes a type's text apart, before its words and numbers
// are given a meaning.

namespace dbmig::schema {

/// A word, number, quoted string or symbol of a type's text.
struct Token {
  enum class Kind { word, number, string, symbol, end };
  Kind kind = Kind::end;
  std::string text;  ///< words in lower case, strings unquoted
};

/// The parts of a type's text: `double precision(10,2) unsigned`.
struct TypeWords {
  std::vector<std::string> words;  ///< the name, in lower case, without the modifiers
  std::vector<Token> arguments;    ///< numbers and strings inside the parentheses
  bool is_unsigned = false;
  bool zerofill = false;
};

/// Throws Error{invalid} for what cannot be a type, whatever its name.
TypeWords take_apart(std::string_view text);

/// The type that a canonical name or an alias of either database means, words joined by one blank.
std::optional<TypeKind> find_kind(std::string_view name);

/// What to say when find_kind() finds nothing for `words` of `text`.
Error unknown_type(std::string_view text, const std::vector<std::string>& words);

/// "type '…' cannot be read: why".
Error malformed_type(std::string_view text, std::string_view why);

/// `word` stands in `text` where only a type can.
Error not_a_type_word(std::string_view text, const std::string& word);

}  // namespace dbmig::schema
