#include "transfer/silent_triggers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <exception>

#include "backend/has_table.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"

namespace dbmig::transfer {
namespace {

constexpr const char* kTable = "dbmig_copy_triggers";
constexpr std::chrono::seconds kLockTimeout{60};

/// The statements that create a trigger again, from SHOW CREATE TRIGGER.
struct Trigger {
  std::string name;
  std::string sql_mode;
  std::string collation;  ///< of its connection; its literals have it
  std::string statement;
};

/// DDL that waits for locks of other sessions only as long as a migration does.
class BoundedDdl {
 public:
  explicit BoundedDdl(backend::Connection& target) : target_(target) { target_.begin_migration(); }
  ~BoundedDdl() { target_.abort_migration(); }
  BoundedDdl(const BoundedDdl&) = delete;
  BoundedDdl& operator=(const BoundedDdl&) = delete;

 private:
  backend::Connection& target_;
};

bool is_trigger(backend::Connection& target, const std::string& name) {
  const backend::Value value = name;
  return !target
              .query(
                  "SELECT 1 FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND "
                  "TRIGGER_NAME = ?",
                  std::span(&value, 1))
              .rows.empty();
}

/// The triggers that copied rows would fire, in the order of their creation.
std::vector<std::string> triggers_on(backend::Connection& target,
                                     const std::vector<std::string>& tables) {
  const auto rows = target.query(
      "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE "
      "EVENT_OBJECT_SCHEMA = DATABASE() AND (EVENT_MANIPULATION LIKE '%INSERT%' OR "
      "EVENT_MANIPULATION LIKE '%DELETE%') ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, "
      "EVENT_MANIPULATION, ACTION_ORDER");
  std::vector<std::string> names;
  for (const auto& row : rows.rows) {
    const bool is_chosen = std::any_of(tables.begin(), tables.end(), [&](const std::string& table) {
      return text::equals_ignoring_case(table, row[1].value_or(""));
    });
    if (is_chosen) names.push_back(row[0].value_or(""));
  }
  return names;
}

Trigger read_trigger(backend::Connection& target, const std::string& name) {
  const auto rows =
      target.query("SHOW CREATE TRIGGER " + target.dialect().quote_identifier(name)).rows;
  // Trigger, sql_mode, SQL Original Statement, character_set_client, collation_connection, …
  constexpr std::size_t kCollation = 4;
  if (rows.size() != 1 || rows[0].size() <= kCollation || !rows[0][2]) {
    throw Error(ErrorCode::refused, fmt::format("trigger '{}' cannot be read", name))
        .hint("nothing was copied; grant the user TRIGGER on its table, or use --fire-triggers");
  }
  return {name, rows[0][1].value_or(""), rows[0][kCollation].value_or(""), *rows[0][2]};
}

/// `statement` with IF NOT EXISTS after its first TRIGGER outside of quotes (a definer may have
/// quotes). SHOW CREATE TRIGGER also shows the clause, for triggers created with it.
std::string if_not_exists(const std::string& statement) {
  constexpr std::string_view kWord = " TRIGGER ";
  bool is_quoted = false;
  for (std::size_t i = 0; i < statement.size(); ++i) {
    if (statement[i] == '`') is_quoted = !is_quoted;
    if (!is_quoted && text::equals_ignoring_case(statement.substr(i, kWord.size()), kWord)) {
      const std::string rest = statement.substr(i + kWord.size());
      if (text::equals_ignoring_case(rest.substr(0, 14), "IF NOT EXISTS ")) return statement;
      return statement.substr(0, i + kWord.size()) + "IF NOT EXISTS " + rest;
    }
  }
  return statement;
}

/// Executes `statement` with the settings with which the trigger was created.
void make(backend::Connection& target, const Trigger& trigger, const std::string& statement) {
  constexpr const char* kAsBefore =
      "SET SESSION sql_mode = @dbmig_sql_mode, collation_connection = @dbmig_collation";
  target.execute("SET @dbmig_sql_mode = @@sql_mode, @dbmig_collation = @@collation_connection");
  const std::array<backend::Value, 2> settings = {trigger.sql_mode, trigger.collation};
  try {
    target.execute("SET SESSION sql_mode = ?, collation_connection = ?", settings);
    target.execute(statement);
  } catch (...) {
    target.execute(kAsBefore);
    throw;
  }
  target.execute(kAsBefore);
}

}  // namespace

SilentTriggers::SilentTriggers(backend::Connection& target, EventSink& events)
    : target_(target), events_(events) {
  if (dialect::capabilities(target_.dialect().kind()).triggers_can_be_off) return;
  lock_ = target_.lock(kLockTimeout, [] {});
  has_table_ = backend::has_table(target_, kTable);
  recreate();
}

SilentTriggers::~SilentTriggers() {
  try {
    recreate();
  } catch (const std::exception& failure) {
    try {
      events_.warning("dbmig.copy",
                      fmt::format("Triggers could not be created again ({}): their statements are "
                                  "in table '{}', and the next `dbmig copy` tries again",
                                  failure.what(), kTable));
    } catch (...) {
      return;  // a listener failed: the statements are in the table all the same
    }
  }
}

void SilentTriggers::recreate() {
  if (!has_table_) return;
  const BoundedDdl bounded(target_);
  const auto kept = target_.query(
      fmt::format("SELECT name, sql_mode, collation, statement FROM {} ORDER BY position", kTable));
  for (const auto& row : kept.rows) {
    const Trigger trigger{row[0].value_or(""), row[1].value_or(""), row[2].value_or(""),
                          row[3].value_or("")};
    if (!is_trigger(target_, trigger.name)) make(target_, trigger, trigger.statement);
    target_.execute(fmt::format("DELETE FROM {} WHERE name = ?", kTable), std::span(row).first(1));
  }
  target_.execute(fmt::format("DROP TABLE {}", kTable));
  has_table_ = false;
}

void SilentTriggers::drop(const std::vector<std::string>& tables) {
  if (dialect::capabilities(target_.dialect().kind()).triggers_can_be_off) return;
  const std::vector<std::string> names = triggers_on(target_, tables);
  if (names.empty()) return;
  const BoundedDdl bounded(target_);
  std::vector<Trigger> triggers;
  for (const std::string& name : names) {
    triggers.push_back(read_trigger(target_, name));
    try {
      // The trigger exists and stays as it is, but the server checks the user's rights.
      make(target_, triggers.back(), if_not_exists(triggers.back().statement));
    } catch (const Error& error) {
      throw Error(ErrorCode::refused,
                  fmt::format("trigger '{}' would fire for copied rows, and this user could not "
                              "create it again after being dropped: {}",
                              name, error.message()))
          .native(error.native_code())
          .hint(
              "nothing was copied; copy as its definer or an administrator, or let it fire: "
              "--fire-triggers");
    }
  }
  target_.execute(fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (position INT NOT NULL AUTO_INCREMENT PRIMARY KEY, "
      "name VARCHAR(64) COLLATE utf8mb4_bin NOT NULL UNIQUE, sql_mode TEXT NOT NULL, "
      "collation VARCHAR(64) NOT NULL, statement LONGTEXT NOT NULL) ENGINE=InnoDB "
      "DEFAULT CHARACTER SET utf8mb4",
      kTable));
  has_table_ = true;
  for (const Trigger& trigger : triggers) {
    const std::array<backend::Value, 4> values = {trigger.name, trigger.sql_mode, trigger.collation,
                                                  trigger.statement};
    target_.execute(fmt::format("REPLACE INTO {} (name, sql_mode, collation, statement) VALUES "
                                "(?, ?, ?, ?)",
                                kTable),
                    values);
  }
  // All of them are recorded before the first is dropped.
  for (const Trigger& trigger : triggers) {
    target_.execute("DROP TRIGGER IF EXISTS " + target_.dialect().quote_identifier(trigger.name));
  }
  events_.info("dbmig.copy", fmt::format("Dropped until the rows are copied: {} '{}'",
                                         triggers.size() == 1 ? "trigger" : "triggers",
                                         text::join(names, "', '")));
}

}  // namespace dbmig::transfer
