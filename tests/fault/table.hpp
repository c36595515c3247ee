#pragma once

#include <cstddef>
#include <string>

#include "base/dialect_kind.hpp"

namespace dbmig::fault {

struct Score {
  std::size_t tried = 0;
  std::size_t survived = 0;
};

/// What was tried and survived, printed when the program ends, and added to the file that
/// DBMIG_FAULT_TABLE names.
class Table {
 public:
  static void add(const std::string& way, DialectKind kind, const std::string& history,
                  const Score& score);
  static void print();
};

}  // namespace dbmig::fault
