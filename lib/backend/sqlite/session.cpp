#include "backend/sqlite/session.hpp"

#include <fmt/core.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <vector>

#include "backend/sqlite/error.hpp"
#include "backend/sqlite/statement.hpp"

namespace dbmig::backend::sqlite {
namespace {

// SOCI binds and fetches through addresses, so everything it sees stays where it is.
struct Bound {
  std::vector<std::string> texts;
  std::vector<soci::indicator> indicators;

  explicit Bound(std::size_t count) : texts(count), indicators(count, soci::i_ok) {}
  explicit Bound(std::span<const Value> values) : Bound(values.size()) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      texts[i] = values[i].value_or("");
      if (!values[i]) indicators[i] = soci::i_null;
    }
  }

  void use_in(soci::statement& statement) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      statement.exchange(soci::use(texts[i], indicators[i]));
    }
  }
  void fetch_from(soci::statement& statement) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      statement.exchange(soci::into(texts[i], indicators[i]));
    }
  }
  std::vector<Value> row() const {
    std::vector<Value> row;
    row.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      row.push_back(indicators[i] == soci::i_null ? Value() : Value(texts[i]));
    }
    return row;
  }
};

// What is wrong with the statement or the values is found before SOCI sees them.
std::vector<std::string> check(sqlite3* database, std::string_view sql, std::size_t values) {
  const PreparedStatement statement(database, sql);
  const auto wanted = static_cast<std::size_t>(statement.parameter_count());
  if (wanted != values) {
    throw Error(ErrorCode::invalid,
                fmt::format("the statement takes {} values, but {} are given", wanted, values))
        .sql(std::string(sql));
  }
  return statement.column_names();
}

/// Runs `work`, a statement, as often as names are missing that something can stand in for. A
/// statement that fails has no effect, so that it can be run again.
template <class Work>
auto with_backfill_values(UnknownNames& names, const Work& work) {
  constexpr int kMaxNames = 1000;
  for (int i = 0; i < kMaxNames; ++i) {
    try {
      return work();
    } catch (const Error& error) {
      if (!names.backfill_value(error)) throw;
    }
  }
  return work();
}

void run(soci::statement& statement, std::string_view sql) {
  statement.alloc();
  statement.prepare(std::string(sql));
  statement.define_and_bind();
}

}  // namespace

struct Session::Soci {
  soci::session session;
};

Session::Session(const std::string& location) : soci_(std::make_unique<Soci>()) {
  try {
    soci_->session.open(soci::sqlite3, "db=" + location);
  } catch (const soci::sqlite3_soci_error& error) {
    throw translate(error.result(), error.get_error_message(), {});
  }
  auto* backend = static_cast<soci::sqlite3_session_backend*>(soci_->session.get_backend());
  // The same type but for the namespace that SOCI declares it in.
  native_ = reinterpret_cast<sqlite3*>(backend->conn_);
  unknown_names_ = std::make_unique<UnknownNames>(native_);
}

Session::~Session() = default;

void Session::execute(std::string_view sql) {
  with_backfill_values(*unknown_names_, [&] {
    PreparedStatement statement(native_, sql);
    while (statement.step()) {
    }
  });
}

std::size_t Session::execute(std::string_view sql, std::span<const Value> values) {
  return with_backfill_values(*unknown_names_, [&] { return execute_once(sql, values); });
}

Rows Session::query(std::string_view sql, std::span<const Value> values) {
  return with_backfill_values(*unknown_names_, [&] { return query_once(sql, values); });
}

std::size_t Session::execute_once(std::string_view sql, std::span<const Value> values) {
  check(native_, sql, values.size());
  Bound bound(values);
  soci::statement statement(soci_->session);
  try {
    bound.use_in(statement);
    run(statement, sql);
    statement.execute(true);
    return static_cast<std::size_t>(statement.get_affected_rows());
  } catch (const soci::sqlite3_soci_error&) {
    throw last_error(native_, sql);
  }
}

Rows Session::query_once(std::string_view sql, std::span<const Value> values) {
  Rows rows;
  rows.columns = check(native_, sql, values.size());
  Bound bound(values);
  Bound fetched(rows.columns.size());
  soci::statement statement(soci_->session);
  try {
    // Always as text: SOCI would guess a type from the declared one, and a DATETIME column may hold
    // anything.
    fetched.fetch_from(statement);
    bound.use_in(statement);
    run(statement, sql);
    for (bool more = statement.execute(true); more; more = statement.fetch()) {
      rows.rows.push_back(fetched.row());
    }
  } catch (const soci::sqlite3_soci_error&) {
    throw last_error(native_, sql);
  }
  return rows;
}

}  // namespace dbmig::backend::sqlite
