#include "cli/proving.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <future>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "cli/signals.hpp"
#include "dialect/dialect.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

constexpr const char* kLogger = "dbmig.proof";

/// "1,234,567".
std::string with_separators(const std::string& digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

/// How many rows the project's database holds in `table`: counted up to a million, beyond that as
/// the server estimates. Nothing without that database.
std::optional<std::string> live_rows(Context& context, const std::string& table) {
  static std::map<std::string, std::optional<std::string>> known;
  if (const auto found = known.find(table); found != known.end()) return found->second;
  std::optional<std::string>& rows = known[table];
  try {
    if (context.url().dialect != DialectKind::mariadb || context.url().database.empty()) return {};
    backend::Connection& connection = context.connection(Context::Access::existing);
    const std::vector<backend::Value> name{table};
    const backend::Rows estimate = connection.query(
        "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND "
        "table_name = ?",
        name);
    if (estimate.rows.empty()) return {};
    const std::string about = estimate.rows[0][0].value_or("0");
    constexpr std::size_t kSixDigits = 6;
    if (about.size() > kSixDigits) {
      rows = "about " + with_separators(about) + " rows";
    } else {
      const std::string count =
          connection.query("SELECT COUNT(*) FROM " + connection.dialect().quote_identifier(table))
              .rows.at(0)
              .at(0)
              .value_or("0");
      rows = with_separators(count) + (count == "1" ? " row" : " rows");
    }
  } catch (const Error&) {
    // Costs are told all the same.
  }
  return rows;
}

void report(Context& context, const proof::Proof& proof) {
  Console& console = context.console();
  console.info(kLogger,
               fmt::format("Proved on {}: up, down and up again with {} in {}", proof.server,
                           text::count(proof.rows, "row"), text::count(proof.tables, "table")));
  for (const std::string& table : proof.empty) {
    console.warning(kLogger, fmt::format("Proved empty on {}: {}", proof.server, table));
  }
  for (const std::string& note : proof.notes) {
    console.warning(kLogger, fmt::format("On {}: {}", proof.server, note));
  }
  for (const proof::StatementCost& cost : proof.costs) {
    console.info(kLogger, cost_line(context, cost));
  }
}

Json to_json(Context& context, const proof::Proof& proof) {
  Json costs = Json::array();
  for (const proof::StatementCost& cost : proof.costs) costs.push_back(cost_json(context, cost));
  return {{"server", proof.server}, {"tables", proof.tables}, {"rows", proof.rows},
          {"empty", proof.empty},   {"notes", proof.notes},   {"costs", std::move(costs)}};
}

/// The tables that `plan` alters, and those that foreign keys tie to them.
schema::Schema neighbourhood(const schema::Schema& whole,
                             const std::vector<run::PlannedRevision>& plan) {
  std::set<std::string> wanted;
  for (const run::PlannedRevision& planned : plan) {
    for (const ops::Operation& operation : planned.operations) {
      const std::string table(ops::table_of(operation));
      if (table.empty()) return whole;  // views, programs and plain SQL may read any table
      wanted.insert(table);
      if (const auto* key = std::get_if<ops::CreateForeignKey>(&operation)) {
        wanted.insert(key->foreign_key.referenced_table);
      }
      if (const auto* create = std::get_if<ops::CreateTable>(&operation)) {
        for (const auto& key : create->table.foreign_keys) wanted.insert(key.referenced_table);
      }
    }
  }
  for (const auto& [name, table] : whole.tables) {
    const bool is_child = std::any_of(
        table.foreign_keys.begin(), table.foreign_keys.end(),
        [&](const schema::ForeignKey& key) { return wanted.count(key.referenced_table) != 0; });
    if (is_child) wanted.insert(name);
  }
  schema::Schema part;
  const auto add = [&](const auto& self, const std::string& name) -> void {
    const schema::Table* table = whole.find_table(name);
    if (table == nullptr || !part.tables.emplace(name, *table).second) return;
    for (const schema::ForeignKey& key : table->foreign_keys) self(self, key.referenced_table);
  };
  for (const std::string& name : wanted) add(add, name);
  return part;
}

}  // namespace

Ground proving_ground(Context& context, DialectKind kind) {
  Ground ground{kind, std::nullopt, {}};
  try {
    backend::ScratchOptions options = context.scratch_options(kind);
    if (kind == DialectKind::sqlite || options.server) {
      ground.scratch = std::move(options);
    } else {
      ground.missing =
          backend::find_mariadbd()
              ? "`scratch` is off"
              : "no MariaDB server is installed here; install one, or name one with `scratch:` in "
                "dbmig.yaml";
    }
  } catch (const Error& error) {
    ground.missing = error.message();
  }
  return ground;
}

std::vector<Ground> proving_grounds(Context& context) {
  std::vector<DialectKind> kinds = context.project().dialects;
  if (kinds.empty()) kinds = {DialectKind::sqlite, DialectKind::mariadb};
  std::vector<Ground> grounds;
  for (const DialectKind kind : kinds) grounds.push_back(proving_ground(context, kind));
  return grounds;
}

history::Graph with_revision(const history::Graph& graph, const history::Revision& revision,
                             const std::string& name) {
  history::Revision read = yaml::parse_revision(yaml::print_revision(revision), name);
  read.path = revision.path;
  return graph.with({std::move(read)});
}

Json prove(Context& context, const history::Graph& graph, const std::string& id, bool must) {
  const std::vector<Ground> grounds = proving_grounds(context);
  watch_signals();
  const schema::Selection selection = context.selection();
  // Side by side: each has a database of its own.
  std::vector<std::future<proof::Proof>> proofs;
  for (const Ground& ground : grounds) {
    if (!ground.scratch) {
      proofs.emplace_back();
      continue;
    }
    proofs.push_back(
        std::async(std::launch::async, [&graph, &id, &selection, &options = *ground.scratch] {
          return proof::prove(options, graph, id, yaml::parse_revision, &interrupted(), selection);
        }));
  }
  Json list = Json::array();
  for (std::size_t i = 0; i < grounds.size(); ++i) {
    const auto cannot = [&](const std::string& why) {
      const std::string line =
          fmt::format("Not proved on {}: {}",
                      grounds[i].kind == DialectKind::mariadb ? "MariaDB" : "SQLite", why);
      if (grounds[i].scratch) {
        context.console().warning(kLogger, line);
      } else {
        context.console().info(kLogger, line);
      }
      list.push_back({{"dialect", to_string(grounds[i].kind)}, {"missing", why}});
    };
    if (!grounds[i].scratch) {
      cannot(grounds[i].missing);
      continue;
    }
    try {
      const proof::Proof proof = proofs[i].get();
      report(context, proof);
      list.push_back(to_json(context, proof));
    } catch (const Error& error) {
      const bool out_of_reach = error.code() == ErrorCode::connection ||
                                error.code() == ErrorCode::access ||
                                error.code() == ErrorCode::not_found;
      if (error.code() != ErrorCode::refused && (!out_of_reach || must)) throw;
      const std::string& hint = error.diagnostics().front().hint;
      cannot(hint.empty() ? error.message() : error.message() + "; " + hint);
    }
  }
  return list;
}

std::vector<std::vector<proof::StatementCost>> costs_of(
    Context& context, const schema::Schema& before, const std::vector<run::PlannedRevision>& plan) {
  try {
    if (plan.empty()) return {};
    const backend::ScratchOptions options =
        context.scratch_options(DialectKind::mariadb, Context::PrivateServer::join_only);
    if (!options.server) return {};
    return proof::measure(options, neighbourhood(before, plan), plan);
  } catch (const Error& error) {
    context.console().debug(kLogger, std::string("costs are not known: ") + error.what());
    return {};
  }
}

std::string cost_line(Context& context, const proof::StatementCost& cost) {
  const auto rows = live_rows(context, cost.table);
  return fmt::format("alter {}: {}{}", cost.table, describe(cost), rows ? ", " + *rows : "");
}

Json cost_json(Context& context, const proof::StatementCost& cost) {
  const auto rows = live_rows(context, cost.table);
  return {{"table", cost.table},
          {"algorithm", cost.algorithm.empty() ? Json() : Json(cost.algorithm)},
          {"lock", cost.lock.empty() ? Json() : Json(cost.lock)},
          {"rows", rows ? Json(*rows) : Json()}};
}

}  // namespace dbmig::cli
