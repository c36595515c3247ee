#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"

namespace dbmig::ops {

/// What a trigger fires on, as the text before its ON says it.
struct TriggerHead {
  std::string event;                 ///< "INSERT", "UPDATE" or "DELETE"
  std::vector<std::string> columns;  ///< of `UPDATE OF a, b`; empty for any column
};

/// Reads `sql`, a schema::Trigger's text; `dialect` as in tokenize().
TriggerHead trigger_head(std::string_view sql, std::optional<DialectKind> dialect);

}  // namespace dbmig::ops
