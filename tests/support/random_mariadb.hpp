#pragma once

#include <cstdint>

#include "schema/table.hpp"

namespace dbmig::test {

/// `schema` (of random_schema or mutate) with much of what only MariaDB has: partitions, system
/// versioning, invisible and compressed columns, character sets, checks on columns, prefix and
/// ignored indexes, sequences, functions, procedures, events, attributes of views and triggers. The
/// same for the same arguments; what another seed gives is a change that can be made.
schema::Schema with_mariadb_features(schema::Schema schema, std::uint64_t seed);

}  // namespace dbmig::test
