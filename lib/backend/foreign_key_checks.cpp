#include "backend/foreign_key_checks.hpp"

#include <string>

#include "base/error.hpp"

namespace dbmig::backend {

void without_foreign_key_checks(Connection& connection, const std::function<void()>& work) {
  const bool is_sqlite = connection.dialect().kind() == DialectKind::sqlite;
  const std::string setting = is_sqlite ? "PRAGMA foreign_keys = " : "SET foreign_key_checks = ";
  connection.execute(setting + "0");
  try {
    work();
  } catch (...) {
    try {
      connection.execute(setting + "1");
    } catch (const Error&) {
      // What `work` threw says more.
    }
    throw;
  }
  connection.execute(setting + "1");
}

}  // namespace dbmig::backend
