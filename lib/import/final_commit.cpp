#include "import/final_commit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"

namespace dbmig::import {
namespace {

/// How many violations of foreign keys an error names.
constexpr std::size_t kShownViolations = 5;

}  // namespace

void commit_beside_readers(backend::Connection& connection, const LockRetry& lock_retry,
                           std::string_view so_far) {
  try {
    lock_retry.run([&] { connection.commit(); });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::busy) throw;
    throw Error(
        ErrorCode::busy,
        fmt::format("{}: another process is still reading it, so the import cannot be written",
                    error.message()))
        .native(error.native_code())
        .hint(fmt::format(
            "{}let the reader finish its SELECT, or wait longer with --lock-wait; with `PRAGMA "
            "journal_mode = WAL` readers block no writer",
            so_far));
  }
}

void commit_import(backend::Connection& connection, Writers* writers, LockRetry& lock_retry,
                   const std::atomic<bool>& stop) {
  try {
    if (dialect::capabilities(connection.dialect().kind()).commit_can_be_retried) {
      commit_beside_readers(connection, lock_retry, "nothing was imported; ");
    } else if (writers != nullptr) {
      writers->commit(stop);
    } else {
      connection.commit();  // a failing commit rolls back: there is nothing to retry
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::constraint) throw;
    // Deferred foreign keys: find out which rows violate them while they still exist.
    std::string rows;
    for (const std::string& row : connection.foreign_key_violations(kShownViolations)) {
      rows += (rows.empty() ? "" : "; ") + row;
    }
    if (rows.empty()) throw;
    throw Error(ErrorCode::constraint, fmt::format("{}: {}", error.message(), rows))
        .native(error.native_code())
        .hint("nothing was imported");
  }
}

void check_deferred_keys(backend::Connection& connection,
                         const std::vector<schema::Table>& tables) {
  if (connection.dialect().kind() != DialectKind::sqlite) return;
  const auto has_deferred = [](const schema::Table& table) {
    return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                       [](const schema::ForeignKey& key) { return key.deferrable; });
  };
  if (std::none_of(tables.begin(), tables.end(), has_deferred)) return;
  const auto rows = connection.foreign_key_violations(kShownViolations);
  if (rows.empty()) return;
  throw Error(ErrorCode::constraint,
              fmt::format("the import would fail at the end: {}", text::join(rows, "; ")))
      .hint("nothing was loaded");
}

}  // namespace dbmig::import
