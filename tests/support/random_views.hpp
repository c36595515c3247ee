#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "schema/model.hpp"
#include "support/property.hpp"

namespace dbmig::test {

/// Tables with chains of views over them, and what becomes of both: columns come, go and change
/// their types, tables come and go, views are written anew. Every view can be read in its schema.
struct ViewPair {
  SchemaPair schemas;
  schema::RenameHints hints;      ///< only when `renames`
  std::set<std::string> watched;  ///< views of both schemas that name all their columns
};

ViewPair random_views(std::uint64_t seed, bool renames);

}  // namespace dbmig::test
