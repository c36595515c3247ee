#include "dialect/capabilities.hpp"

#include <limits>

namespace dbmig::dialect {
namespace {

constexpr Capabilities kSqliteCapabilities{
    .is_server = false,
    .transactional_ddl = true,
    .row_locks = false,
    .counters_roll_back = true,
    .parallel_writers = false,
    .commit_can_be_retried = true,
    .tells_alter_costs = false,
    .rewrites_sql = false,
    .resolves_views = false,
    .triggers_can_be_off = true,
    .triggers_set_values = false,
    .late_defaults = true,
    .charsets = false,
    .row_history = false,
    .virtual_tables = true,
    .flexible_typing = true,
    .default_as_value = false,
};

constexpr Capabilities kMariadbCapabilities{
    .is_server = true,
    .transactional_ddl = false,
    .row_locks = true,
    .counters_roll_back = false,
    .parallel_writers = true,
    .commit_can_be_retried = false,
    .tells_alter_costs = true,
    .rewrites_sql = true,
    .resolves_views = true,
    .triggers_can_be_off = false,
    .triggers_set_values = true,
    .late_defaults = false,
    .charsets = true,
    .row_history = true,
    .virtual_tables = false,
    .flexible_typing = false,
    .default_as_value = true,
};

/// What is larger than a signed number of 64 bits becomes a floating-point number.
/// Source: https://www.sqlite.org/datatype3.html
constexpr TypeRanges kSqliteRanges{
    .integer_bytes = 8,
    .max_unsigned = std::numeric_limits<std::int64_t>::max(),
    .max_bits = 63,
    .max_text_bytes = 0,
    .default_length = 0,
    .min_boolean = 0,
    .max_boolean = 1,
    .exact_decimals = false,
    .short_floats = false,
    .any_fraction = true,
    .bounded_timestamps = false,
    .zoned_timestamps = false,
    .zero_dates = false,
    .geometry = false,
};

/// Source: https://mariadb.com/kb/en/data-types/
constexpr TypeRanges kMariadbRanges{
    .integer_bytes = 4,
    .max_unsigned = std::numeric_limits<std::uint64_t>::max(),
    .max_bits = 64,
    .max_text_bytes = 65535,
    .default_length = 1,
    .min_boolean = -128,
    .max_boolean = 127,
    .exact_decimals = true,
    .short_floats = true,
    .any_fraction = false,
    .bounded_timestamps = true,
    .zoned_timestamps = true,
    .zero_dates = true,
    .geometry = true,
};

}  // namespace

const Capabilities& capabilities(DialectKind kind) {
  return kind == DialectKind::mariadb ? kMariadbCapabilities : kSqliteCapabilities;
}

const TypeRanges& type_ranges(DialectKind kind) {
  return kind == DialectKind::mariadb ? kMariadbRanges : kSqliteRanges;
}

}  // namespace dbmig::dialect
