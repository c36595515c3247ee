#pragma once

#include <memory>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

/// The target's transaction for the rows of a copy: foreign keys are not checked until
/// check_foreign_keys(), SQLite's triggers do not fire (MariaDB's: see SilentTriggers). Without
/// commit() it is rolled back; the connection's settings are restored in either case.
class CopyTransaction {
 public:
  CopyTransaction(backend::Connection& target, bool fire_triggers);
  ~CopyTransaction();
  CopyTransaction(const CopyTransaction&) = delete;
  CopyTransaction& operator=(const CopyTransaction&) = delete;

  /// Throws Error{constraint}, naming rows without a parent.
  void check_foreign_keys(const std::vector<TablePair>& pairs);
  void commit();

 private:
  void abandon() noexcept;
  void check(const TablePair& pair, const schema::ForeignKey& key);

  backend::Connection& target_;
  bool is_sqlite_;
  bool done_ = false;
  std::unique_ptr<backend::OrphanWatch> orphans_;
};

}  // namespace dbmig::transfer
