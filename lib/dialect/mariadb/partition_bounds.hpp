#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbmig::dialect::mariadb {

/// The rows that fit in none of the partitions, as SQL: error 1526 "Table has no partition for
/// value". Nothing where they take every row (MAXVALUE, DEFAULT, HASH, KEY, SYSTEM_TIME), or where
/// that cannot be said in one condition (tuples with MAXVALUE in them).
///
/// `partition` is `PARTITION BY …`. https://mariadb.com/kb/en/partitioning-types/
std::optional<std::string> outside_partitions(std::string_view partition);

}  // namespace dbmig::dialect::mariadb
