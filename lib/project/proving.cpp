#include "project/proving.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "project/revisions.hpp"
#include "project/run_settings.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

constexpr const char* kProofLog = "dbmig.proof";

/// "1,234,567".
std::string with_separators(const std::string& digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

void report_proof(Workspace& workspace, const proof::Proof& proof) {
  EventSink& events = workspace.events();
  events.info(kProofLog,
              fmt::format("Proved on {}: up, down and up again with {} in {}", proof.server,
                          text::count(proof.rows, "row"), text::count(proof.tables, "table")));
  for (const std::string& table : proof.empty) {
    events.warning(kProofLog, fmt::format("Proved empty on {}: {}", proof.server, table));
  }
  for (const std::string& note : proof.notes) {
    events.warning(kProofLog, fmt::format("On {}: {}", proof.server, note));
  }
  for (const proof::StatementCost& cost : proof.costs) {
    events.info(kProofLog, cost_line(workspace, cost));
  }
}

/// The tables that `plan` alters, and those connected to them by foreign keys.
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

ProofDatabase proof_database(Workspace& workspace, DialectKind kind) {
  ProofDatabase database{kind, std::nullopt, {}};
  try {
    backend::ScratchOptions options = workspace.scratch_options(kind);
    if (!dialect::capabilities(kind).is_server || options.server) {
      database.scratch = std::move(options);
    } else {
      database.missing =
          backend::find_mariadbd()
              ? "`scratch` is off"
              : "no MariaDB server is installed here; install one, or name one with `scratch:` in "
                "dbmig.yaml";
    }
  } catch (const Error& error) {
    database.missing = error.message();
  }
  return database;
}

std::vector<ProofDatabase> proof_databases(Workspace& workspace) {
  std::vector<DialectKind> kinds = workspace.project().dialects;
  if (kinds.empty()) kinds = {DialectKind::sqlite, DialectKind::mariadb};
  std::vector<ProofDatabase> databases;
  for (const DialectKind kind : kinds) databases.push_back(proof_database(workspace, kind));
  return databases;
}

history::Graph with_revision(const history::Graph& graph, const history::Revision& revision,
                             const std::string& name) {
  history::Revision read = yaml::parse_revision(yaml::print_revision(revision), name);
  read.path = revision.path;
  return graph.with({std::move(read)});
}

std::vector<ProofOutcome> prove(Workspace& workspace, const history::Graph& graph,
                                const std::string& id, bool must) {
  const std::vector<ProofDatabase> databases = proof_databases(workspace);
  workspace.begin_long_work();
  const std::atomic<bool>* const stop = workspace.stop();
  const schema::Selection selection = workspace.selection();
  const dialect::Variables values = variables(workspace);
  // In parallel: each has a database of its own.
  std::vector<std::future<proof::Proof>> proofs;
  for (const ProofDatabase& database : databases) {
    if (!database.scratch) {
      proofs.emplace_back();
      continue;
    }
    proofs.push_back(std::async(
        std::launch::async, [&graph, &id, &selection, &values, stop, &options = *database.scratch] {
          return proof::prove(options, graph, id, yaml::parse_revision, stop, selection, values);
        }));
  }
  std::vector<ProofOutcome> list;
  for (std::size_t i = 0; i < databases.size(); ++i) {
    const auto cannot = [&](const std::string& why) {
      const std::string line =
          fmt::format("Not proved on {}: {}", product_name(databases[i].kind), why);
      if (databases[i].scratch) {
        workspace.events().warning(kProofLog, line);
      } else {
        workspace.events().info(kProofLog, line);
      }
      list.push_back({databases[i].kind, std::nullopt, why});
    };
    if (!databases[i].scratch) {
      cannot(databases[i].missing);
      continue;
    }
    try {
      proof::Proof proof = proofs[i].get();
      report_proof(workspace, proof);
      list.push_back({databases[i].kind, std::move(proof), {}});
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
    Workspace& workspace, const schema::Schema& before,
    const std::vector<run::PlannedRevision>& plan) {
  try {
    if (plan.empty()) return {};
    const backend::ScratchOptions options =
        workspace.scratch_options(DialectKind::mariadb, Workspace::PrivateServer::join_only);
    if (!options.server) return {};
    return proof::measure(options, neighbourhood(before, plan), plan, variables(workspace));
  } catch (const Error& error) {
    workspace.events().debug(kProofLog, std::string("costs are not known: ") + error.what());
    return {};
  }
}

std::optional<std::string> live_rows(Workspace& workspace, const std::string& table) {
  static std::map<std::string, std::optional<std::string>> known;
  if (const auto found = known.find(table); found != known.end()) return found->second;
  std::optional<std::string>& rows = known[table];
  try {
    if (!dialect::capabilities(workspace.url().dialect).tells_alter_costs ||
        workspace.url().database.empty())
      return {};
    backend::Connection& connection = workspace.connection(Workspace::Access::existing);
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
    // The costs are reported all the same.
  }
  return rows;
}

std::string cost_line(Workspace& workspace, const proof::StatementCost& cost) {
  const auto rows = live_rows(workspace, cost.table);
  return fmt::format("alter {}: {}{}", cost.table, describe(cost), rows ? ", " + *rows : "");
}

std::vector<std::string> revisions_to_prove(Workspace& workspace,
                                            const std::vector<std::string>& arguments) {
  std::set<std::string> ids;
  for (const std::string& argument :
       arguments.empty() ? std::vector<std::string>{"heads"} : arguments) {
    ids.merge(resolve(workspace, argument));
  }
  std::vector<std::string> ordered;
  for (const std::string& id : workspace.graph().topological()) {
    if (ids.count(id) != 0) ordered.push_back(id);
  }
  return ordered;
}

ProofAttempt try_to_prove(Workspace& workspace, const history::Graph& graph,
                          const std::string& id) {
  ProofAttempt attempt;
  try {
    attempt.outcomes = prove(workspace, graph, id, true);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::failed) throw;
    attempt.failure = error;
  }
  return attempt;
}

std::vector<proof::StatementCost> upgrade_costs(Workspace& workspace, const schema::Schema& before,
                                                const history::Revision& revision) {
  const std::vector<DialectKind>& dialects = workspace.project().dialects;
  const bool is_for_mariadb = dialects.empty() || std::find(dialects.begin(), dialects.end(),
                                                            DialectKind::mariadb) != dialects.end();
  if (!is_for_mariadb) return {};
  run::PlannedRevision planned;
  planned.operations = revision.upgrade;
  try {
    planned.statements = dialect::dialect(DialectKind::mariadb).plan(before, revision.upgrade, {});
  } catch (const Error&) {
    return {};
  }
  auto costs = costs_of(workspace, before, {std::move(planned)});
  return costs.empty() ? std::vector<proof::StatementCost>{} : std::move(costs.front());
}

}  // namespace dbmig::project
