#include <fmt/core.h>

#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "ops/risk.hpp"

namespace dbmig::diff {
namespace {

/// What a drop that may be a rename would lose, and what to write instead.
Diagnostic rename_advice(const SuspectedRename& rename) {
  if (rename.kind == "table") {
    return {{},
            fmt::format("table '{}' may have been renamed to '{}': most of their columns are the "
                        "same",
                        rename.from, rename.to),
            fmt::format("if so, write it in the model, and the rows stay: "
                        "`{}: {{renamed_from: {}, columns: …}}`",
                        rename.to, rename.from)};
  }
  return {
      {},
      fmt::format("column '{0}.{1}' may have been renamed to '{0}.{2}': they have the same type",
                  rename.table, rename.from, rename.to),
      fmt::format("if so, write it in the model, and the values stay: "
                  "`{}: {{type: …, renamed_from: {}}}`",
                  rename.to, rename.from)};
}

}  // namespace

void require_consent(const Difference& difference, const schema::Schema& from,
                     std::span<const DialectKind> dialects) {
  std::vector<Diagnostic> losses;
  schema::Schema schema = from;
  for (const ops::Operation& operation : difference.operations) {
    for (const ops::Risk& risk : ops::risks(operation, schema)) {
      if (!ops::is_destructive(risk) || !ops::concerns(risk, operation, schema, dialects)) continue;
      losses.push_back({{}, risk.message, {}});
    }
    schema = ops::apply(std::move(schema), operation);
  }
  if (losses.empty()) return;
  for (const SuspectedRename& rename : difference.suspected) {
    losses.push_back(rename_advice(rename));
  }
  losses.push_back({{},
                    difference.suspected.empty() ? "these changes lose data"
                                                 : "otherwise these changes lose data",
                    "if that is what you want, say so with --allow-destructive"});
  throw Error(ErrorCode::refused, std::move(losses));
}

}  // namespace dbmig::diff
