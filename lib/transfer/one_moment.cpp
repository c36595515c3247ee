#include "transfer/one_moment.hpp"

#include <fmt/core.h>

#include "dialect/dialect.hpp"
#include "dialect/sql_forms.hpp"

namespace dbmig::transfer {

OneMoment::OneMoment(const backend::Connection& database, const std::vector<std::string>& tables)
    : watch_(backend::connect(database.url())) {
  mark_ = change_mark();
  if (!mark_.empty()) return;
  std::string locks;
  for (const std::string& table : tables) {
    locks += fmt::format("{}{} READ", locks.empty() ? "" : ", ",
                         watch_->dialect().quote_identifier(table));
  }
  watch_->begin_migration();
  if (!locks.empty()) watch_->execute("LOCK TABLES " + locks);
}

bool OneMoment::holds() {
  return mark_.empty() || change_mark() == mark_;
}

std::string OneMoment::change_mark() {
  const std::string query = dialect::sql_forms(watch_->dialect().kind()).change_mark();
  return query.empty() ? "" : watch_->query(query).rows.at(0).at(0).value_or("");
}

}  // namespace dbmig::transfer
