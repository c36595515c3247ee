#pragma once

#include <chrono>

#include "backend/backend.hpp"

namespace dbmig::backend {

/// A transaction of `connection` that lasts as long as this object: rolled back at its end,
/// whatever the reason, unless commit() returned.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) { connection_.begin(); }
  ~Transaction() {
    if (!committed_) connection_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    connection_.commit();
    committed_ = true;
  }

 private:
  Connection& connection_;
  bool committed_ = false;
};

/// The same for Connection::begin_migration(): aborted unless commit() returned, so that settings
/// (SQLite's foreign_keys, MariaDB's time limits for locks) are as before whatever happens.
class Migration {
 public:
  explicit Migration(Connection& connection, std::chrono::seconds lock_wait = kLockWait)
      : connection_(connection) {
    connection_.begin_migration(lock_wait);
  }
  ~Migration() {
    if (!committed_) connection_.abort_migration();
  }
  Migration(const Migration&) = delete;
  Migration& operator=(const Migration&) = delete;

  void commit() {
    connection_.commit_migration();
    committed_ = true;
  }

 private:
  Connection& connection_;
  bool committed_ = false;
};

}  // namespace dbmig::backend
