#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "data_check/data_checks.hpp"
#include "schema/table.hpp"

namespace dbmig::proof {

enum class RowValues {
  edges,  ///< to the ends of what the types hold
  plain,  ///< short texts and small numbers, all different where the checks let them
};

struct Filled {
  std::size_t tables = 0;  ///< that hold rows now
  std::size_t rows = 0;    ///< that were added
  /// Tables that stayed empty, each with the reason: the last thing the database had against a row.
  std::vector<std::string> empty;
};

/// Fills every table of `schema`, which is what the database behind `connection` holds, up to a
/// handful of rows that satisfy types, keys, foreign keys and checks: all NULL where that is
/// allowed, and with RowValues::edges the least and the greatest of every type, text outside of
/// ASCII, and a mixture. Parents come before children.
///
/// `checks` are those of the operations that are to run next: a row that one of them finds in
/// the way, or fails over, does not stay, as its owner would have to change it first. A check that
/// any row answers is left out, since no row could.
Filled fill(backend::Connection& connection, const schema::Schema& schema,
            std::span<const data_check::DataCheck> checks, RowValues values,
            const std::atomic<bool>* stop = nullptr);

/// The tables of `schema`, parents before children; of a circle, some table first.
std::vector<const schema::Table*> parents_first(const schema::Schema& schema);

/// Throws Error{interrupted} when `stop` is there and true.
void stop_if_asked(const std::atomic<bool>* stop);

}  // namespace dbmig::proof
