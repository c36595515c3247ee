#include "transfer/one_moment.hpp"

#include <fmt/core.h>

#include "backend/change_mark.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::transfer {

OneMoment::OneMoment(const backend::Connection& database, const std::vector<std::string>& tables)
    : watch_(backend::connect(database.url())) {
  mark_ = backend::change_mark(*watch_);
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
  return mark_.empty() || backend::change_mark(*watch_) == mark_;
}

}  // namespace dbmig::transfer
