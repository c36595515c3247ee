#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/routine.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// What `expected` does not say is whatever the database has.
void reconcile(schema::MariadbProgram& live, const schema::MariadbProgram& expected) {
  if (expected.definer.empty()) live.definer.clear();
  if (!expected.sql_mode) live.sql_mode.reset();
}

/// A vector index has the server's mhnsw_default_… where they are not what everyone has, and says
/// them.
void reconcile(schema::Index& live, const schema::Index* expected) {
  if (live.kind != schema::IndexKind::vector || expected == nullptr) return;
  std::erase_if(live.options,
                [&](const auto& option) { return expected->options.count(option.first) == 0; });
}

/// A partition by SYSTEM_TIME's interval starts when it is made, unless that is said.
std::string without_start(const std::string& partition) {
  const std::size_t begin = partition.find(" starts timestamp");
  if (begin == std::string::npos) return partition;
  const std::size_t open = partition.find('\'', begin);
  const std::size_t close = open == std::string::npos ? open : partition.find('\'', open + 1);
  if (close == std::string::npos) return partition;
  return partition.substr(0, begin) + partition.substr(close + 1);
}

template <class Map, class Reconcile>
void for_each_in_both(Map& live, const Map& expected, Reconcile reconcile) {
  for (auto& [key, object] : live) {
    const auto found = expected.find(key);
    if (found != expected.end()) reconcile(object, found->second);
  }
}

}  // namespace

schema::Schema MariadbDialect::reconciled(schema::Schema live,
                                          const schema::Schema& expected) const {
  for_each_in_both(live.tables, expected.tables, [](schema::Table& a, const schema::Table& b) {
    const bool moved_on = a.mariadb.auto_increment > b.mariadb.auto_increment;
    if (moved_on) a.mariadb.auto_increment = b.mariadb.auto_increment;
    if (text::equals_ignoring_case(a.mariadb.engine, "aria")) {
      for (const char* implied : {"TRANSACTIONAL", "PAGE_CHECKSUM"}) {
        if (b.mariadb.options.count(implied) == 0) a.mariadb.options.erase(implied);
      }
    }
    for (schema::Index& index : a.indexes) reconcile(index, b.find_index(index.name));
    if (without_start(a.mariadb.partition) == b.mariadb.partition) {
      a.mariadb.partition = b.mariadb.partition;
    }
  });
  for_each_in_both(live.views, expected.views, [](schema::View& a, const schema::View& b) {
    if (b.mariadb.definer.empty()) a.mariadb.definer.clear();
  });
  for_each_in_both(
      live.triggers, expected.triggers,
      [](schema::Trigger& a, const schema::Trigger& b) { reconcile(a.mariadb, b.mariadb); });
  for_each_in_both(live.routines, expected.routines,
                   [](schema::Routine& a, const schema::Routine& b) {
                     reconcile(a.mariadb, b.mariadb);
                     a.sql = reconciled_routine(a.kind, a.sql, b.sql);
                   });
  return live;
}

}  // namespace dbmig::dialect::mariadb
