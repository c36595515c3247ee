#include "serve/drift.hpp"

#include <fmt/core.h>

namespace dbmig::serve {

void lay_over(diagram::PageData& page, const Drift& drift) {
  if (drift.revision.empty()) return;
  schema::Schema before = page.schema;
  bool is_changed = false;
  for (const auto& [name, table] : drift.expected.tables) {
    const schema::Table* now = drift.live.find_table(name);
    if (now != nullptr && *now == table) continue;
    is_changed = true;
    before.tables.insert_or_assign(name, table);
    // Both in the words of the comparison: nothing else of the table shows as different.
    if (now != nullptr) page.schema.tables.insert_or_assign(name, *now);
  }
  if (!is_changed) return;
  page.against = {fmt::format("revision {}", drift.revision), std::move(before), true};
}

}  // namespace dbmig::serve
