#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"

namespace dbmig::transfer {

/// Keeps MariaDB's triggers from firing while rows are written: the server cannot disable them, so
/// they are dropped and created again. Meanwhile their statements are kept in a table of the
/// target; if the process is killed, the next copy to this database creates them again. To be used
/// outside of any transaction, since this is DDL. Does nothing on SQLite: see
/// Connection::fire_triggers().
class SilentTriggers {
 public:
  /// Creates the triggers again that an earlier copy left dropped. Waits for other copies to this
  /// database.
  SilentTriggers(backend::Connection& target, EventSink& events);
  /// Creates the triggers again; a failure is a warning that says where their statements are.
  ~SilentTriggers();
  SilentTriggers(const SilentTriggers&) = delete;
  SilentTriggers& operator=(const SilentTriggers&) = delete;

  /// Drops the triggers that INSERT and DELETE on `tables` would fire. Throws Error{refused}, with
  /// all of them in place, if this user could not create one of them again.
  void drop(const std::vector<std::string>& tables);
  /// Creates the triggers again. Throws Error if one cannot be created: its statement stays in the
  /// table.
  void recreate();

 private:
  backend::Connection& target_;
  EventSink& events_;
  std::unique_ptr<backend::MigrationLock> lock_;
  bool has_table_ = false;
};

}  // namespace dbmig::transfer
