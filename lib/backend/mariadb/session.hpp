#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"

struct st_mysql;

namespace dbmig::backend::mariadb {

class PreparedStatement;
class SessionState;

/// An open connection of MariaDB Connector/C. Not thread-safe.
///
/// Connector/C itself and not SOCI (decision 023).
class Session {
 public:
  /// Connects and fixes what the session's statements mean (character set utf8mb4, strict
  /// sql_mode, InnoDB). Throws Error{connection}, Error{access} or Error{not_found}.
  explicit Session(const Url& url);
  /// Borrows `handle`, whose session gets back every variable, and the database it had, with the
  /// destructor. Throws Error{failed} when a transaction is open, Error{connection} for a server
  /// that is not MariaDB.
  explicit Session(st_mysql* handle);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Owned by the session; never null.
  st_mysql* native() const { return handle_.get(); }

  /// Exactly one statement, without values; its rows are dropped.
  void execute(std::string_view sql);
  /// Exactly one statement with `?`; the number of rows changed.
  std::size_t execute(std::string_view sql, std::span<const Value> values);
  Rows query(std::string_view sql, std::span<const Value> values);
  /// All results of one statement: of a compound one, each statement in it may have rows.
  std::vector<Rows> results(std::string_view sql);

 private:
  struct Close {
    Close() : is_lent(false) {}
    explicit Close(bool lent) : is_lent(lent) {}
    bool is_lent;  ///< then its owner closes it
    void operator()(st_mysql* handle) const;
  };
  void configure(const Url& url);
  void set_up(const Url& url);

  /// `sql`, which gives no rows, prepared and carried out. The last few stay prepared: bookkeeping
  /// says the same again and again, with other values. (With rows, Connector/C takes the lengths of
  /// values from the execution before.)
  PreparedStatement& run_prepared(std::string_view sql, std::span<const Value> values);

  std::unique_ptr<st_mysql, Close> handle_;
  std::unique_ptr<SessionState> before_;                      ///< of one that is borrowed
  std::vector<std::unique_ptr<PreparedStatement>> prepared_;  ///< the last one used comes last
};

}  // namespace dbmig::backend::mariadb
