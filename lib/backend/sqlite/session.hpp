#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "backend/sqlite/unknown_names.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// An open database of SQLite's own interface: its own, or one that an application lends.
class Session {
 public:
  /// `location` is ":memory:" or a `file:` URI without blanks. Throws Error{connection}.
  explicit Session(const std::string& location);
  /// Borrows `database`, which must outlive it. Names that are unknown stay unknown: its owner
  /// registers functions and collations.
  explicit Session(sqlite3* database);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Never null.
  sqlite3* native() const { return native_; }

  /// Exactly one statement, without values; its rows are dropped.
  void execute(std::string_view sql);
  /// Exactly one statement with `?`; the number of rows changed.
  std::size_t execute(std::string_view sql, std::span<const Value> values);
  Rows query(std::string_view sql, std::span<const Value> values);

  /// What stands in for names that only an application knows; null for one that is borrowed.
  UnknownNames* unknown_names() { return unknown_names_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  std::unique_ptr<sqlite3, Close> own_;
  sqlite3* native_ = nullptr;
  std::unique_ptr<UnknownNames> unknown_names_;
};

}  // namespace dbmig::backend::sqlite
