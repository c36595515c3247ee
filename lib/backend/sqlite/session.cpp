#include "backend/sqlite/session.hpp"

#include <sqlite3.h>

#include "backend/sqlite/error.hpp"
#include "backend/sqlite/statement.hpp"

namespace dbmig::backend::sqlite {
namespace {

/// Runs `work`, a statement, as often as names are missing that something can stand in for. A
/// statement that fails has no effect, so that it can be run again.
template <class Work>
auto with_backfill_values(UnknownNames* names, const Work& work) {
  constexpr int kMaxNames = 1000;
  for (int i = 0; names != nullptr && i < kMaxNames; ++i) {
    try {
      return work();
    } catch (const Error& error) {
      if (!names->backfill_value(error)) throw;
    }
  }
  return work();
}

}  // namespace

void Session::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Session::Session(const std::string& location) {
  // Paths go to SQLite as URIs: the mode travels in them.
  const int code =
      sqlite3_open_v2(location.c_str(), &native_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, nullptr);
  own_.reset(native_);
  if (code != SQLITE_OK) {
    throw translate(native_ == nullptr ? code : sqlite3_extended_errcode(native_),
                    native_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(native_), {});
  }
  unknown_names_ = std::make_unique<UnknownNames>(native_);
}

Session::Session(sqlite3* database) : native_(database) {}

Session::~Session() = default;

void Session::execute(std::string_view sql) {
  with_backfill_values(unknown_names_.get(), [&] {
    PreparedStatement statement(native_, sql);
    while (statement.step()) {
    }
  });
}

std::size_t Session::execute(std::string_view sql, std::span<const Value> values) {
  return with_backfill_values(unknown_names_.get(), [&] {
    PreparedStatement statement(native_, sql);
    statement.bind(values);
    while (statement.step()) {
    }
    return static_cast<std::size_t>(sqlite3_changes(native_));
  });
}

Rows Session::query(std::string_view sql, std::span<const Value> values) {
  return with_backfill_values(unknown_names_.get(), [&] {
    PreparedStatement statement(native_, sql);
    statement.bind(values);
    Rows rows;
    rows.columns = statement.column_names();
    while (statement.step()) rows.rows.push_back(statement.row());
    return rows;
  });
}

}  // namespace dbmig::backend::sqlite
