#include "schema/affinity.hpp"

#include <string>

#include "base/text.hpp"

namespace dbmig::schema {

Affinity affinity(std::string_view declared) {
  const std::string name = text::upper(declared);
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (has("INT")) return Affinity::integer;
  if (has("CHAR") || has("CLOB") || has("TEXT")) return Affinity::text;
  if (has("BLOB") || name.empty()) return Affinity::blob;
  if (has("REAL") || has("FLOA") || has("DOUB")) return Affinity::real;
  return Affinity::numeric;
}

bool is_numeric(Affinity affinity) {
  return affinity != Affinity::text && affinity != Affinity::blob;
}

}  // namespace dbmig::schema
