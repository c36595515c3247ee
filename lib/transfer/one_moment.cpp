#include "transfer/one_moment.hpp"

#include <fmt/core.h>

#include "dialect/dialect.hpp"

namespace dbmig::transfer {

OneMoment::OneMoment(const backend::Connection& database, const std::vector<std::string>& tables)
    : watch_(backend::connect(database.url())) {
  if (database.dialect().kind() == DialectKind::sqlite) {
    version_ = data_version();
    return;
  }
  std::string locks;
  for (const std::string& table : tables) {
    locks += fmt::format("{}{} READ", locks.empty() ? "" : ", ",
                         watch_->dialect().quote_identifier(table));
  }
  watch_->begin_migration();
  if (!locks.empty()) watch_->execute("LOCK TABLES " + locks);
}

bool OneMoment::holds() {
  return !version_ || data_version() == version_;
}

std::string OneMoment::data_version() {
  return watch_->query("PRAGMA data_version").rows.at(0).at(0).value_or("");
}

}  // namespace dbmig::transfer
