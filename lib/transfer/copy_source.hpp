#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "transfer/copy.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

/// A read-only transaction that ends with the object.
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

/// TIMESTAMP values are in UTC on `connection` while this lives.
class TimestampsInUtc {
 public:
  explicit TimestampsInUtc(backend::Connection& connection) : connection_(connection) {
    connection_.set_time_zone(backend::kUtc);
  }
  ~TimestampsInUtc() {
    try {
      connection_.set_time_zone("");
    } catch (const Error&) {
      // The connection is lost, and its settings with it.
    }
  }
  TimestampsInUtc(const TimestampsInUtc&) = delete;
  TimestampsInUtc& operator=(const TimestampsInUtc&) = delete;

 private:
  backend::Connection& connection_;
};

/// Throws Error{interrupted} if `stop` is set.
void throw_if_interrupted(const std::atomic<bool>& stop);

/// The schema of `connection` in its canonical form.
schema::Schema canonical_schema(backend::Connection& connection);

/// The table called `name`, ignoring case if there is no exact match; or null.
const schema::Table* find_table_in(const schema::Schema& schema, const std::string& name);

/// The tables of `schema` that `options` select, parents first.
std::vector<std::string> chosen_tables(const schema::Schema& schema, const CopyOptions& options);

/// The tables to copy with their targets, parents first. Throws Error{not_found} if the target does
/// not have one.
std::vector<TablePair> pair_tables(backend::Connection& source, const schema::Schema& target,
                                   DialectKind kind, const CopyOptions& options);

}  // namespace dbmig::transfer
