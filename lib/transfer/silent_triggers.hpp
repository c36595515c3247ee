#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"

namespace dbmig::transfer {

/// Keeps MariaDB's triggers from firing while rows are written: the server has no switch for it, so
/// they are dropped and made again. Their statements are kept in a table of the target meanwhile;
/// if the process is killed, the next copy to this database makes them again. Outside of any
/// transaction, since this is DDL. On SQLite it does nothing: see Connection::fire_triggers().
class SilentTriggers {
 public:
  /// Makes those again that an earlier copy left dropped. Waits for other copies to this database.
  SilentTriggers(backend::Connection& target, EventSink& events);
  /// Makes the triggers again; a failure is a warning that says where their statements are.
  ~SilentTriggers();
  SilentTriggers(const SilentTriggers&) = delete;
  SilentTriggers& operator=(const SilentTriggers&) = delete;

  /// Drops the triggers that INSERT and DELETE fire on `tables`. Throws Error{refused} for one that
  /// this user could not make again, with all of them in place.
  void put_aside(const std::vector<std::string>& tables);
  /// Makes the triggers again. Throws Error when one cannot be made: its statement stays in the
  /// table.
  void make_again();

 private:
  backend::Connection& target_;
  EventSink& events_;
  std::unique_ptr<backend::MigrationLock> lock_;
  bool has_table_ = false;
};

}  // namespace dbmig::transfer
