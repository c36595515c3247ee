#include "dialect/default_literal.hpp"

namespace dbmig::dialect {

std::optional<std::string> literal_of(const Dialect& dialect, const schema::Default& value) {
  switch (value.kind) {
    case schema::Default::Kind::string:
      return dialect.quote_string(value.literal);
    case schema::Default::Kind::number:
      return value.literal;
    case schema::Default::Kind::boolean:
      return value.literal == "true" ? "1" : "0";
    case schema::Default::Kind::sql:
      break;
  }
  return std::nullopt;
}

}  // namespace dbmig::dialect
