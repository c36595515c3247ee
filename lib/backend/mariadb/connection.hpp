#pragma once

#include <memory>

#include "backend/backend.hpp"

struct st_mysql;

namespace dbmig::backend::mariadb {

/// A connection whose native handle is within reach of the bulk sink, which binds by itself.
class MariadbConnection : public Connection {
 public:
  /// Owned by the connection; never null.
  virtual st_mysql* native() = 0;
};

std::unique_ptr<MariadbConnection> connect(const Url& url, const ConnectOptions& options);

/// See backend/borrow.hpp.
std::unique_ptr<MariadbConnection> borrow(st_mysql* handle);

}  // namespace dbmig::backend::mariadb
