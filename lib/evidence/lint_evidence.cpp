#include "evidence/lint_evidence.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "data_check/violation.hpp"
#include "dialect/capabilities.hpp"
#include "ops/apply.hpp"
#include "run/losses.hpp"
#include "run/preflight.hpp"

namespace dbmig::evidence {
namespace {

using run::PlannedRevision;
using run::RunPlan;

/// An operation of the way to the targets.
struct Place {
  std::string revision;
  std::size_t operation = 0;
  std::string code;  ///< what lint calls what is asked about it
  bool becomes_not_null = false;
  bool no_rows = false;    ///< its table is made on the way, and nothing is put into it
  std::string live_table;  ///< what its table is called now; empty when its rows are not known
};

std::string code_of(const ops::Operation& operation) {
  if (std::holds_alternative<ops::AddColumn>(operation)) return "DD201";
  if (std::holds_alternative<ops::CreateUniqueConstraint>(operation)) return "DD203";
  if (std::holds_alternative<ops::CreateIndex>(operation)) return "DD203";
  if (std::holds_alternative<ops::CreatePrimaryKey>(operation)) return "DD204";
  if (std::holds_alternative<ops::CreateCheckConstraint>(operation)) return "DD205";
  if (std::holds_alternative<ops::CreateForeignKey>(operation)) return "DD206";
  return std::holds_alternative<ops::AlterColumn>(operation) ? "DS103" : "DD209";
}

bool makes_not_null(const ops::Operation& operation, const schema::Schema& before) {
  const auto* alter = std::get_if<ops::AlterColumn>(&operation);
  if (alter == nullptr || alter->nullable.value_or(true)) return false;
  const schema::Table* table = before.find_table(alter->table);
  const schema::Column* column = table == nullptr ? nullptr : table->find_column(alter->name);
  return column != nullptr && column->nullable;
}

/// The code of what a check asks at an operation that has `place`.
std::string code_of(data_check::Concern concern, const std::string& place, bool becomes_not_null) {
  switch (concern) {
    case data_check::Concern::null:
      return becomes_not_null ? "DD202" : place;
    case data_check::Concern::duplicate:
      // A key that stays, over a column that changes.
      return place == "DD204" ? place : "DD203";
    case data_check::Concern::check:
      return "DD205";
    case data_check::Concern::orphan:
      return "DD206";
    case data_check::Concern::no_value:
    case data_check::Concern::invalid_cast:
      break;
  }
  return place;
}

/// The tables by the names that the operations so far gave them, as long as nothing but those
/// operations can have changed which of them has rows.
class TableNames {
 public:
  TableNames(const schema::Schema& start, DialectKind kind) : kind_(kind) {
    for (const auto& [name, table] : start.tables) live_.emplace(name, name);
  }

  void follow(const ops::Operation& operation) {
    if (const auto* create = std::get_if<ops::CreateTable>(&operation)) {
      made_.insert(create->table.name);
    } else if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) {
      if (made_.erase(rename->name) != 0) made_.insert(rename->to);
      auto node = live_.extract(rename->name);
      if (node.empty()) return;
      node.key() = rename->to;
      live_.insert(std::move(node));
    } else if (const auto* drop = std::get_if<ops::DropTable>(&operation)) {
      made_.erase(drop->name);
      live_.erase(drop->name);
    } else if (const auto* alter = std::get_if<ops::AlterColumn>(&operation)) {
      if (alter->rename) renamed_.insert(live(alter->table));
    } else if (puts_rows(operation)) {
      // Into any table, by a trigger.
      made_.clear();
      live_.clear();
    }
  }

  /// Made on the way, and nothing is put into it.
  bool is_made(std::string_view table) const { return made_.count(table) != 0; }
  /// What it is called in the database now; empty when its rows are not known.
  std::string live(std::string_view table) const {
    const auto found = live_.find(table);
    return found == live_.end() ? std::string() : found->second;
  }
  /// Whether its columns may have other names in the database.
  bool has_renamed_columns(const std::string& live_name) const {
    return renamed_.count(live_name) != 0;
  }

 private:
  bool puts_rows(const ops::Operation& operation) const {
    const auto* execute = std::get_if<ops::Execute>(&operation);
    return std::holds_alternative<ops::BulkInsert>(operation) ||
           std::holds_alternative<ops::BulkDelete>(operation) ||
           (execute != nullptr && !execute->sql.for_dialect(kind_).empty());
  }

  DialectKind kind_;
  std::set<std::string, std::less<>> made_;
  std::map<std::string, std::string, std::less<>> live_;
  std::set<std::string> renamed_;  ///< live names
};

bool is_gone(const Error& error) {
  return error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted ||
         error.code() == ErrorCode::busy;
}

/// The number of rows in the way, or nothing when the database cannot say.
std::optional<data_check::Violation> try_to_find(backend::Connection& connection,
                                                 const data_check::DataCheck& check) {
  try {
    return data_check::find_violation(connection, check).value_or(data_check::Violation{});
  } catch (const Error& error) {
    if (is_gone(error)) throw;
    return std::nullopt;
  }
}

/// Asks about each place, and puts the answers together.
class Counter {
 public:
  Counter(backend::Connection& connection, std::map<std::string, lint::Evidence>& evidence)
      : connection_(connection), evidence_(evidence) {}

  void answer(const Place& place, const std::string& code, std::string table,
              data_check::Violation rows, std::string hint) {
    evidence_[place.revision].answers.push_back({place.operation, code, std::move(table), rows.rows,
                                                 std::move(rows.message), std::move(hint)});
  }

  /// Nothing that the operation does can meet a row.
  void answer_none(const Place& place, const std::string& table) {
    answer(place, place.code, table, {}, {});
    if (place.becomes_not_null) answer(place, "DD202", table, {}, {});
  }

  /// What a drop loses, where it can be counted.
  void count_loss(const Place& place, const std::string& count) {
    try {
      const backend::Rows rows = connection_.query(count);
      const std::string number = rows.rows.at(0).at(0).value_or("0");
      evidence_[place.revision].losses.push_back(
          {place.operation, place.live_table, std::strtoull(number.c_str(), nullptr, 10)});
    } catch (const Error& error) {
      if (is_gone(error)) throw;
    }
  }

  /// Counts what a drop of a table or column loses that is there already.
  void look_at_drop(const ops::Operation& operation, const Place& place,
                    const schema::Schema& start, const TableNames& names) {
    const schema::Table* table = start.find_table(place.live_table);
    if (table == nullptr) return;
    const auto all_of = [&](const std::string& what) {
      return fmt::format("SELECT COUNT({}) FROM {}", what, quoted(place.live_table));
    };
    if (std::holds_alternative<ops::DropTable>(operation)) count_loss(place, all_of("*"));
    const auto* alter = std::get_if<ops::AlterTable>(&operation);
    if (alter != nullptr && alter->mariadb && !alter->mariadb->system_versioned &&
        table->mariadb.system_versioned &&
        dialect::capabilities(connection_.dialect().kind()).row_history) {
      count_loss(place, run::count_history(connection_.dialect(), place.live_table));
    }
    const auto* drop = std::get_if<ops::DropColumn>(&operation);
    if (drop == nullptr || names.has_renamed_columns(place.live_table)) return;
    if (table->find_column(drop->name) != nullptr) count_loss(place, all_of(quoted(drop->name)));
  }

  std::string quoted(const std::string& name) const {
    return connection_.dialect().quote_identifier(name);
  }

  /// Whether the table has no row at all.
  bool is_empty(const std::string& table) {
    const auto known = empty_.find(table);
    if (known != empty_.end()) return known->second;
    bool empty = false;
    try {
      empty =
          connection_.query(fmt::format("SELECT 1 FROM {} LIMIT 1", quoted(table))).rows.empty();
    } catch (const Error& error) {
      if (is_gone(error)) throw;
    }
    return empty_[table] = empty;
  }

 private:
  backend::Connection& connection_;
  std::map<std::string, lint::Evidence>& evidence_;
  std::map<std::string, bool> empty_;
};

}  // namespace

std::map<std::string, lint::Evidence> count_rows(backend::Connection& connection,
                                                 const history::Graph& graph,
                                                 const std::set<std::string>& applied,
                                                 const std::set<std::string>& targets) {
  const schema::Schema start = graph.fold_in_order(graph.in_order(applied));
  TableNames names(start, connection.dialect().kind());
  std::map<std::string, lint::Evidence> evidence;
  Counter counter(connection, evidence);
  std::map<std::pair<std::string, std::size_t>, Place> places;
  schema::Schema schema = start;
  for (const std::string& id : graph.upgrade_path(applied, targets)) {
    const history::Revision& revision = graph.get(id);
    for (std::size_t i = 0; i < revision.upgrade.size(); ++i) {
      const ops::Operation& operation = revision.upgrade[i];
      const std::string_view table = ops::table_of(operation);
      Place place{id,
                  i,
                  code_of(operation),
                  makes_not_null(operation, schema),
                  names.is_made(table),
                  names.live(table)};
      if (targets.count(id) != 0) counter.look_at_drop(operation, place, start, names);
      places.emplace(std::pair(id, i), std::move(place));
      names.follow(operation);
      schema = ops::apply(std::move(schema), operation);
    }
  }

  std::set<const Place*> asked;
  const RunPlan run_plan(run::Direction::upgrade, graph, applied, targets);
  for (const PlannedRevision& planned : run::preflight(connection, run_plan)) {
    for (const data_check::DataCheck& check : planned.checks) {
      const Place& place = places.at({planned.revision.id, check.operation});
      asked.insert(&place);
      auto rows = try_to_find(connection, check);
      if (!rows) continue;
      counter.answer(place, code_of(check.concern, place.code, place.becomes_not_null), check.table,
                     std::move(*rows), check.hint);
    }
  }
  for (const auto& [key, place] : places) {
    if (asked.count(&place) != 0 && place.code != "DS103") continue;
    const bool none =
        place.no_rows || (!place.live_table.empty() && counter.is_empty(place.live_table));
    if (none) counter.answer_none(place, place.live_table);
  }
  return evidence;
}

std::optional<std::uint64_t> count_table(backend::Connection& connection,
                                         const std::string& table) {
  constexpr std::uint64_t kFewEnough = 1'000'000;
  const auto number = [](const backend::Rows& rows) {
    return std::strtoull(rows.rows.at(0).at(0).value_or("0").c_str(), nullptr, 10);
  };
  try {
    const std::vector<backend::Value> name{table};
    const backend::Rows estimate = connection.query(
        "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND "
        "table_name = ?",
        name);
    if (estimate.rows.empty()) return 0;
    if (number(estimate) > kFewEnough) return number(estimate);
    return number(
        connection.query("SELECT COUNT(*) FROM " + connection.dialect().quote_identifier(table)));
  } catch (const Error& error) {
    if (is_gone(error)) throw;
    return std::nullopt;
  }
}

}  // namespace dbmig::evidence
