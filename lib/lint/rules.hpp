#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lint/step.hpp"
#include "ops/risk.hpp"

// Internal to this module: one function for each code that the operations alone tell.

namespace dbmig::lint {

/// A code and what finds it.
struct Rule {
  std::string_view code;
  Issues (*find)(const Step& step);
};

// One list per file, in the order of the codes.
std::span<const Rule> destructive_rules();
std::span<const Rule> data_rules();
std::span<const Rule> breaking_rules();
std::span<const Rule> reversal_rules();
std::span<const Rule> determinism_rules();
std::span<const Rule> key_rules();
std::span<const Rule> index_rules();
std::span<const Rule> type_rules();
std::span<const Rule> naming_rules();

/// All of them.
std::vector<Rule> all_rules();

/// The operation's risks of one kind (ops/risk.hpp), as issues with `hint`.
Issues risk_issues(const Step& step, ops::RiskKind kind, std::string_view hint);

/// A column that the operation adds or changes, as the operation leaves it.
struct NewColumn {
  const schema::Table* table = nullptr;  ///< as the operation leaves it; of the revision's end
                                         ///  when that still has it
  schema::Column column;
  const schema::Column* old = nullptr;  ///< nullptr: it is new
};

/// The columns that the operation adds or changes.
std::vector<NewColumn> new_columns(const Step& step);

}  // namespace dbmig::lint
