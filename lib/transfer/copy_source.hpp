#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "transfer/copy.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

/// A transaction that only reads, ended whatever happens.
class Snapshot {
 public:
  explicit Snapshot(backend::Connection& connection) : connection_(connection) {
    connection_.begin_snapshot();
  }
  ~Snapshot() { connection_.rollback(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  backend::Connection& connection_;
};

/// Values of TIMESTAMP are in UTC on `connection` as long as it lives.
class TimestampsInUtc {
 public:
  explicit TimestampsInUtc(backend::Connection& connection) : connection_(connection) {
    connection_.set_time_zone(backend::kUtc);
  }
  ~TimestampsInUtc() {
    try {
      connection_.set_time_zone("");
    } catch (const Error&) {
      // The connection is gone, and its settings with it.
    }
  }
  TimestampsInUtc(const TimestampsInUtc&) = delete;
  TimestampsInUtc& operator=(const TimestampsInUtc&) = delete;

 private:
  backend::Connection& connection_;
};

/// Throws Error{interrupted} when `stop` is set.
void throw_if_interrupted(const std::atomic<bool>& stop);

/// What `connection` has, as it compares.
schema::Schema canonical_schema(backend::Connection& connection);

/// The table called `name`, in other letters where there is none in these; or null.
const schema::Table* find_table_in(const schema::Schema& schema, const std::string& name);

/// The tables of `schema` that `options` choose, parents first.
std::vector<std::string> chosen_tables(const schema::Schema& schema, const CopyOptions& options);

/// The tables to copy with their other halves, parents first. Throws Error{not_found} for one that
/// the target does not have.
std::vector<TablePair> pair_tables(backend::Connection& source, const schema::Schema& target,
                                   DialectKind kind, const CopyOptions& options);

}  // namespace dbmig::transfer
