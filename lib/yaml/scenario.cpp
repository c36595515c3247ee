#include "yaml/scenario.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "base/file.hpp"
#include "base/text.hpp"
#include "yaml/files.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {
namespace {

using StepKind = ScenarioStep::Kind;

constexpr std::array kSteps{
    std::pair{"upgrade", StepKind::upgrade}, std::pair{"downgrade", StepKind::downgrade},
    std::pair{"rows", StepKind::rows}, std::pair{"execute", StepKind::execute},
    std::pair{"expect", StepKind::expect}};

/// A scalar, or NULL. `true` and `false` are 1 and 0 on both databases.
ScenarioValue read_cell(Reader& reader, const Node& node) {
  if (node.is_null()) return {};
  if (!node.is_scalar()) {
    reader.error(node, "a value must be a text, a number or null");
    return {};
  }
  if (node.quoted) return {node.text, false};
  if (node.text == "true") return {"1", true};
  if (node.text == "false") return {"0", true};
  return {node.text, true};
}

std::vector<ScenarioRows> read_test_rows(Reader& reader, const Node& node) {
  std::vector<ScenarioRows> tables;
  if (!reader.is_mapping(node, "'rows'", "rows: {customer: [{id: 1, name: Ada}]}")) return tables;
  for (std::size_t i = 0; i < node.entries(); ++i) {
    ScenarioRows table{node.key(i).text, {}};
    const std::string what = fmt::format("the rows of '{}'", table.table);
    const Node& list = node.value(i);
    if (!reader.is_sequence(list, what, "[{id: 1, name: Ada}]")) continue;
    for (const Node& row : list.children) {
      if (!reader.is_mapping(row, "a row", "{id: 1, name: Ada}")) continue;
      table.rows.emplace_back();
      for (std::size_t n = 0; n < row.entries(); ++n) {
        table.rows.back().emplace_back(row.key(n).text, read_cell(reader, row.value(n)));
      }
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

void read_expectation(Reader& reader, const Node& node, ScenarioStep& step) {
  if (node.is_scalar()) {
    if (const auto sql = reader.sql(node, "'expect'")) step.sql = *sql;
    return;
  }
  Fields fields(reader, node, "'expect'", {"sql", "mariadb", "sqlite", "rows"});
  if (!fields.valid()) return;
  step.sql = fields.sql();
  const Node* rows = fields.find("rows");
  if (rows == nullptr || !reader.is_sequence(*rows, "'rows'", "[[1, Ada], [2, Grace]]")) return;
  step.expected.emplace();
  for (const Node& row : rows->children) {
    step.expected->emplace_back();
    const std::vector<Node> alone{row};
    for (const Node& cell : row.is_sequence() ? row.children : alone) {
      step.expected->back().push_back(read_cell(reader, cell));
    }
  }
}

/// `upgrade: REV` and so on: the one entry of `node`, beside `because`.
void read_action(Reader& reader, const Node& node, ScenarioStep& step) {
  std::vector<std::string> known{"because"};
  for (const auto& [name, kind] : kSteps) known.emplace_back(name);
  if (!step.must_fail) {
    known.front() = "fails";
  }
  Fields fields(reader, node, "a step", known);
  if (!fields.valid()) return;
  std::size_t found = 0;
  for (const auto& [name, kind] : kSteps) {
    const Node* value = fields.find(name);
    if (value == nullptr) continue;
    ++found;
    step.kind = kind;
    if (kind == StepKind::upgrade || kind == StepKind::downgrade) {
      step.target = reader.text(*value, fmt::format("'{}'", name)).value_or("");
    } else if (kind == StepKind::rows) {
      step.rows = read_test_rows(reader, *value);
    } else if (kind == StepKind::execute) {
      if (const auto sql = reader.sql(*value, "'execute'")) step.sql = *sql;
    } else {
      read_expectation(reader, *value, step);
    }
  }
  if (step.must_fail) step.because = fields.text_or_empty("because");
  if (found != 1) {
    reader.error(node, "a step is one of upgrade, downgrade, rows, execute, expect and fails",
                 "as in - upgrade: head");
  }
}

ScenarioStep read_step(Reader& reader, const Node& node) {
  ScenarioStep step;
  step.where = reader.at(node);
  const Node* fails = node.is_mapping() ? node.find("fails") : nullptr;
  if (fails == nullptr) {
    read_action(reader, node, step);
    return step;
  }
  step.must_fail = true;
  if (node.entries() != 1) {
    reader.error(node, "'fails' holds the whole step",
                 "as in - fails: {upgrade: 2fa6, because: NULL}");
  }
  read_action(reader, *fails, step);
  return step;
}

Scenario read_scenario(std::string_view content, const std::string& name,
                       Diagnostics& diagnostics) {
  Scenario scenario;
  scenario.name = std::filesystem::path(name).stem().string();
  scenario.where = {name, 1, 0};
  const auto root = parse_yaml(content, name, diagnostics);
  if (!root) return scenario;
  Reader reader(name, diagnostics);
  Fields fields(reader, *root, "the test", {"test", "databases", "variables", "steps"});
  if (!fields.valid()) return scenario;
  if (const auto given = fields.text("test")) scenario.name = *given;
  if (const Node* node = fields.find("databases")) {
    for (const std::string& one : reader.names(*node, "'databases'")) {
      if (const auto kind = dialect_kind(text::lower(one))) {
        scenario.dialects.push_back(*kind);
      } else {
        reader.error(*node, fmt::format("unknown database '{}'", one),
                     "write [sqlite], [mariadb] or [sqlite, mariadb]");
      }
    }
  }
  if (const Node* node = fields.find("variables");
      node != nullptr && reader.is_mapping(*node, "'variables'", "variables: {tenant: acme}")) {
    for (std::size_t i = 0; i < node->entries(); ++i) {
      scenario.variables[node->key(i).text] =
          reader.text(node->value(i), "a variable").value_or("");
    }
  }
  const Node* steps = fields.require("steps", "as in steps: [{upgrade: head}]");
  if (steps == nullptr || !reader.is_sequence(*steps, "'steps'", "- upgrade: head")) {
    return scenario;
  }
  if (steps->children.empty()) {
    reader.error(*steps, "a test needs at least one step", "as in steps: [{upgrade: head}]");
  }
  for (const Node& step : steps->children) scenario.steps.push_back(read_step(reader, step));
  return scenario;
}

}  // namespace

Scenario parse_scenario(std::string_view content, const std::string& name) {
  Diagnostics diagnostics;
  Scenario scenario = read_scenario(content, name, diagnostics);
  diagnostics.throw_if_any();
  return scenario;
}

std::vector<Scenario> load_scenarios(const std::filesystem::path& folder,
                                     const std::filesystem::path& base) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) return {};
  Diagnostics diagnostics;
  std::vector<Scenario> scenarios;
  for (const std::filesystem::path& path : yaml_files(folder, Subfolders::yes)) {
    scenarios.push_back(read_scenario(read_file(path), display_name(path, base), diagnostics));
  }
  diagnostics.throw_if_any();
  return scenarios;
}

}  // namespace dbmig::yaml
