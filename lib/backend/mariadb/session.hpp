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

/// An open connection of MariaDB Connector/C. Not thread-safe.
///
/// Connector/C itself and not SOCI: SOCI's connection string cannot say what the URL can (verified
/// TLS, time-outs), it takes `:name` inside quoted names and strings for a bind, and it guesses
/// types that bookkeeping reads as text.
class Session {
 public:
  /// Connects and settles what the session's statements mean (character set utf8mb4, strict
  /// sql_mode, InnoDB). Throws Error{connection}, Error{access} or Error{not_found}.
  explicit Session(const Url& url);
  ~Session();

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
    void operator()(st_mysql* handle) const;
  };
  void configure(const Url& url);
  void set_up(const Url& url);

  /// `sql`, which gives no rows, prepared and carried out. The last few stay prepared: bookkeeping
  /// says the same again and again, with other values. (With rows, Connector/C takes the lengths of
  /// values from the execution before.)
  PreparedStatement& run_prepared(std::string_view sql, std::span<const Value> values);

  std::unique_ptr<st_mysql, Close> handle_;
  std::vector<std::unique_ptr<PreparedStatement>> prepared_;  ///< the last one used comes last
};

}  // namespace dbmig::backend::mariadb
