#include "cli/proof_report.hpp"

namespace dbmig::cli {
namespace {

Json to_json(Context& context, const proof::Proof& proof) {
  Json costs = Json::array();
  for (const proof::StatementCost& cost : proof.costs) costs.push_back(cost_json(context, cost));
  return {{"server", proof.server}, {"tables", proof.tables}, {"rows", proof.rows},
          {"empty", proof.empty},   {"notes", proof.notes},   {"costs", std::move(costs)}};
}

}  // namespace

Json proofs_json(Context& context, const std::vector<project::ProofOutcome>& outcomes) {
  Json list = Json::array();
  for (const project::ProofOutcome& outcome : outcomes) {
    list.push_back(outcome.proof
                       ? to_json(context, *outcome.proof)
                       : Json{{"dialect", to_string(outcome.kind)}, {"missing", outcome.missing}});
  }
  return list;
}

Json cost_json(Context& context, const proof::StatementCost& cost) {
  const auto rows = live_rows(context, cost.table);
  return {{"table", cost.table},
          {"algorithm", cost.algorithm.empty() ? Json() : Json(cost.algorithm)},
          {"lock", cost.lock.empty() ? Json() : Json(cost.lock)},
          {"rows", rows ? Json(*rows) : Json()}};
}

}  // namespace dbmig::cli
