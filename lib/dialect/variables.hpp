#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/dialect.hpp"

namespace dbmig::dialect {

/// What the variables of plain SQL stand for, by name.
using Variables = std::map<std::string, std::string>;

/// `${name:literal}` or `${name:identifier}` in plain SQL.
struct Placeholder {
  std::string name;
  bool is_identifier = false;
  std::size_t begin = 0;  ///< offsets in the text
  std::size_t end = 0;
};

/// The placeholders of `sql`, in order. Those in comments and within quotes are none.
std::vector<Placeholder> placeholders(DialectKind kind, std::string_view sql);

/// The same for what a person wrote. Throws Error{invalid} for one within quotes, which it brings
/// itself, and for `${` outside of quotes that is none.
std::vector<Placeholder> checked_placeholders(DialectKind kind, std::string_view sql);

/// `sql` with the values in place: a literal is a string of this dialect, an identifier a quoted
/// name. Throws Error{invalid} for a variable without value.
std::string with_values(const Dialect& dialect, const std::string& sql, const Variables& variables);

/// `text`, which a database said of `sql`, without the values that were put in: `${name:literal}`
/// stands where they stood. A value of fewer than four characters is left where it has no quotes
/// around it.
std::string without_values(const Dialect& dialect, std::string text, const std::string& sql,
                           const Variables& variables);

}  // namespace dbmig::dialect
