#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "lint/rules.hpp"

// IR: what cannot be taken back, or what dbmig cannot see.

namespace dbmig::lint {
namespace {

Issues no_way_back(const Step& step) {
  if (step.has_downgrade || step.declared) return {};
  return risk_issues(
      step, ops::RiskKind::irreversible,
      "say how to reverse plain SQL with `undo:` (`none`: nothing to do), or write a "
      "`downgrade:` for this revision; [] does nothing");
}

/// What a DDL statement makes, alters or drops; empty for other statements and for what is only
/// there for the session or does not belong to the schema.
std::string schema_object(const SqlStatement& sql) {
  const bool ddl = sql.begins({"create"}) || sql.begins({"alter"}) || sql.begins({"drop"}) ||
                   sql.begins({"rename", "table"});
  static constexpr std::array kObjects{"table",    "index",    "view",      "trigger",
                                       "sequence", "function", "procedure", "event"};
  constexpr std::size_t kHead = 10;  // CREATE OR REPLACE DEFINER = a @ b SQL SECURITY INVOKER VIEW
  for (std::size_t i = 1; ddl && i < std::min(kHead, sql.size()); ++i) {
    if (ops::is_word(sql[i], "temporary") || ops::is_word(sql[i], "temp")) return {};
    for (const char* object : kObjects) {
      if (!ops::is_word(sql[i], object)) continue;
      return fmt::format("{} {}", object, sql.name_at(i + 1));
    }
  }
  return {};
}

Issues silent_change(const Step& step) {
  const auto* execute = step.as<ops::Execute>();
  if (execute == nullptr || !execute->state.empty()) return {};
  Issues issues;
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!step.is_on(kind)) continue;
    const std::vector<SqlStatement>& statements = step.scripts.on(kind);
    std::set<std::string> dropped;
    for (const SqlStatement& sql : statements) {
      if (sql.begins({"drop"})) dropped.insert(text::lower(schema_object(sql)));
    }
    std::set<std::string> made;
    for (const SqlStatement& sql : statements) {
      const std::string object = text::lower(schema_object(sql));
      if (object.empty()) continue;
      // A table made and dropped by the same script was there for its own use.
      if (sql.begins({"create"})) made.insert(object);
      if (made.count(object) != 0 && dropped.count(object) != 0) continue;
      issues.push_back({fmt::format("plain SQL changes the schema, and `state:` does not say so: "
                                    "{}",
                                    sql.beginning()),
                        "declare it under `state:`, or use the operation for it"});
    }
  }
  return issues;
}

bool ends_transaction(const SqlStatement& sql) {
  static constexpr std::array kWords{"commit", "rollback", "savepoint", "release",
                                     "vacuum", "attach",   "detach",    "use"};
  for (const char* word : kWords) {
    if (sql.begins({word})) return true;
  }
  if (sql.begins({"begin"})) return !sql.begins({"begin", "not", "atomic"});
  return sql.begins({"start", "transaction"}) || sql.begins({"lock", "table"}) ||
         sql.begins({"lock", "tables"}) || sql.begins({"unlock"}) ||
         sql.begins({"set", "autocommit"}) || sql.begins({"end"});
}

void find_transaction_control(const Step& step, const Scripts& scripts, Issues& issues) {
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!step.is_on(kind)) continue;
    for (const SqlStatement& sql : scripts.on(kind)) {
      if (!ends_transaction(sql)) continue;
      issues.push_back({fmt::format("plain SQL takes the transaction or connection out of dbmig's "
                                    "hands: {}",
                                    sql.beginning()),
                        "leave it out: dbmig runs a revision in a transaction where it can"});
    }
  }
}

Issues transaction_control(const Step& step) {
  Issues issues;
  find_transaction_control(step, step.scripts, issues);
  const auto* execute = step.as<ops::Execute>();
  if (execute != nullptr && execute->undo) {
    find_transaction_control(step, scripts_of(*execute->undo), issues);
  }
  return issues;
}

}  // namespace

std::span<const Rule> reversal_rules() {
  static constexpr std::array rules{Rule{"IR501", no_way_back}, Rule{"IR502", silent_change},
                                    Rule{"IR503", transaction_control}};
  return rules;
}

}  // namespace dbmig::lint
