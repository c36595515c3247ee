#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "schema/table.hpp"

namespace dbmig::test {

/// How many seeds a property is tried on that is usually tried on `usual`. DBMIG_PROPERTY_SEEDS=N
/// makes it N for a property of 300, and more or fewer for others in proportion: a nightly run says
/// 20000. DBMIG_PROPERTY_FIRST=SEED lets properties begin there, to see again what failed.
std::uint64_t property_seeds(std::uint64_t usual);

/// Two schemas that a property speaks of; a property of one schema ignores `to`.
struct SchemaPair {
  schema::Schema from;
  schema::Schema to;
};

/// What is wrong, or nothing when the property holds. An exception counts as a failure.
using SchemaProperty = std::function<std::string(const SchemaPair&)>;

/// `pair`, for which `property` fails, made as small as it can be while it fails: tables, columns,
/// constraints and whatever else can go, goes, as long as SQLite could still hold both schemas.
SchemaPair shrink(SchemaPair pair, const SchemaProperty& property);

/// Tries `property` on `make(seed)` for the seeds from `first` on. Gives nothing, or for the first
/// seed that fails: its number, what is wrong, and the smallest pair that fails.
std::string try_property(std::uint64_t first, std::uint64_t usual,
                         const std::function<SchemaPair(std::uint64_t)>& make,
                         const SchemaProperty& property);

}  // namespace dbmig::test
