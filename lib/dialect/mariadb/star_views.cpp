#include "dialect/mariadb/star_views.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::dialect::mariadb {

std::vector<std::string> star_views_over(
    const schema::Schema& schema, std::set<std::string> changed,
    const std::function<bool(const std::string& view)>& goes_later) {
  std::vector<std::string> ordered;
  std::set<std::string> done;
  for (bool found = !changed.empty(); found;) {
    found = false;
    for (const auto& [name, view] : schema.views) {
      const bool is_here = view.only.value_or(DialectKind::mariadb) == DialectKind::mariadb;
      const bool depends =
          ops::selects_all(view.sql.for_dialect(DialectKind::mariadb), DialectKind::mariadb) ||
          ops::may_mention(view.sql, "natural");
      if (!depends || !is_here || done.count(name) > 0 || goes_later(name)) continue;
      const std::set<std::string> reads = ops::tables_in(view.sql);
      if (std::none_of(reads.begin(), reads.end(),
                       [&](const std::string& table) { return changed.count(table) > 0; })) {
        continue;
      }
      ordered.push_back(name);
      done.insert(name);
      changed.insert(text::lower(name));
      found = true;
    }
  }
  return ordered;
}

}  // namespace dbmig::dialect::mariadb
