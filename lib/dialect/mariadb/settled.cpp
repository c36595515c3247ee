#include "dialect/mariadb/dialect.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// What `expected` does not say is whatever the database has.
void settle(schema::MariadbProgram& live, const schema::MariadbProgram& expected) {
  if (expected.definer.empty()) live.definer.clear();
  if (!expected.sql_mode) live.sql_mode.reset();
}

template <class Map, class Settle>
void for_each_in_both(Map& live, const Map& expected, Settle settle) {
  for (auto& [key, object] : live) {
    const auto found = expected.find(key);
    if (found != expected.end()) settle(object, found->second);
  }
}

}  // namespace

schema::Schema MariadbDialect::settled(schema::Schema live, const schema::Schema& expected) const {
  for_each_in_both(live.tables, expected.tables, [](schema::Table& a, const schema::Table& b) {
    const bool moved_on = a.mariadb.auto_increment > b.mariadb.auto_increment;
    if (moved_on) a.mariadb.auto_increment = b.mariadb.auto_increment;
  });
  for_each_in_both(live.views, expected.views, [](schema::View& a, const schema::View& b) {
    if (b.mariadb.definer.empty()) a.mariadb.definer.clear();
  });
  for_each_in_both(
      live.triggers, expected.triggers,
      [](schema::Trigger& a, const schema::Trigger& b) { settle(a.mariadb, b.mariadb); });
  for_each_in_both(
      live.routines, expected.routines,
      [](schema::Routine& a, const schema::Routine& b) { settle(a.mariadb, b.mariadb); });
  return live;
}

}  // namespace dbmig::dialect::mariadb
