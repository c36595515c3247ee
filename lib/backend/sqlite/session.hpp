#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "backend/sqlite/unknown_names.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// An open database: SOCI's session, which carries bound statements and queries, and its native
/// handle for everything else. SOCI's header wraps sqlite3.h into a namespace of its own, so it is
/// included in session.cpp alone.
class Session {
 public:
  /// `location` is ":memory:" or a `file:` URI without blanks. Throws Error{connection}.
  explicit Session(const std::string& location);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Owned by the session; never null.
  sqlite3* native() const { return native_; }

  /// Exactly one statement, without values; its rows are dropped.
  void execute(std::string_view sql);
  /// Exactly one statement with `?`; the number of rows changed.
  std::size_t execute(std::string_view sql, std::span<const Value> values);
  Rows query(std::string_view sql, std::span<const Value> values);

  /// What stands in for names that only an application knows; never null.
  UnknownNames& unknown_names() { return *unknown_names_; }

 private:
  struct Soci;
  Rows query_once(std::string_view sql, std::span<const Value> values);
  std::size_t execute_once(std::string_view sql, std::span<const Value> values);

  std::unique_ptr<UnknownNames> unknown_names_;
  std::unique_ptr<Soci> soci_;
  sqlite3* native_ = nullptr;
};

}  // namespace dbmig::backend::sqlite
