#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace dbmig::run {

/// A column of `dbmig_revisions`, in this format and the earlier ones.
struct StoreColumn {
  std::string_view name;
  std::string_view before;  ///< its name in format 1; "" if it was the same
  /// Value for tables of even older versions that lack the column; "" if every version has it.
  std::string_view missing;
};

inline constexpr std::array kStoreColumns{StoreColumn{"id", "", ""},
                                          StoreColumn{"parents", "", ""},
                                          StoreColumn{"message", "", ""},
                                          StoreColumn{"checksum", "", ""},
                                          StoreColumn{"applied_at", "", ""},
                                          StoreColumn{"duration_ms", "", ""},
                                          StoreColumn{"statements_total", "", ""},
                                          StoreColumn{"statements_done", "", ""},
                                          StoreColumn{"state", "under_way", ""},
                                          StoreColumn{"statements_to_undo", "operations_done", ""},
                                          StoreColumn{"statement", "", ""},
                                          StoreColumn{"origin", "", "''"},
                                          StoreColumn{"statement_hashes", "ran", "''"},
                                          StoreColumn{"format", "", "1"},
                                          StoreColumn{"text", "", ""}};

/// The `state` of a complete revision; "" in format 1.
inline constexpr std::string_view kCompleteState = "applied";

/// The names of kStoreColumns, separated by commas.
std::string store_columns();

/// The error for a table that a newer version of dbmig wrote.
Error newer_format();

}  // namespace dbmig::run
