#include "scenario/run_scenario.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>
#include <vector>

#include "backend/read_only.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "proof/outside.hpp"
#include "run/variables.hpp"

namespace dbmig::scenario {
namespace {

using Kind = yaml::ScenarioStep::Kind;
using Row = std::vector<backend::Value>;

/// A step that was not as it should be.
struct StepFailure {
  std::string message;
  std::string hint;
  bool is_mistake = false;  ///< of the test itself: no failure that a test can want
};

std::optional<double> as_number(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A decimal number without what does not count, "-1.5" for "-01.50"; nothing for what is none.
/// Exact for any number of digits, unlike a double.
std::optional<std::string> as_decimal(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  std::string_view part = point < text.size() ? text.substr(point + 1) : std::string_view();
  const auto are_digits = [](std::string_view digits) {
    return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.size() + part.size() == 0 || !are_digits(whole) || !are_digits(part)) {
    return std::nullopt;
  }
  while (whole.starts_with('0')) whole.remove_prefix(1);
  while (part.ends_with('0')) part.remove_suffix(1);
  if (whole.empty() && part.empty()) return "0";
  return fmt::format("{}{}.{}", is_negative ? "-" : "", whole, part);
}

bool is_same(const yaml::ScenarioValue& expected, const backend::Value& found) {
  if (expected.text == found) return true;
  if (!expected.text || !found || !expected.is_plain) return false;
  const auto exact = as_decimal(*expected.text);
  const auto other = as_decimal(*found);
  if (exact && other) return *exact == *other;
  const auto a = as_number(*expected.text);
  const auto b = as_number(*found);
  return a && b && *a == *b;
}

std::string shown(const std::vector<std::string>& cells) {
  return "[" + text::join(cells, ", ") + "]";
}

std::string shown(const std::vector<yaml::ScenarioValue>& row) {
  std::vector<std::string> cells;
  for (const yaml::ScenarioValue& value : row) cells.push_back(value.text.value_or("null"));
  return shown(cells);
}

std::string shown(const Row& row) {
  std::vector<std::string> cells;
  for (const backend::Value& value : row) cells.push_back(value.value_or("null"));
  return shown(cells);
}

template <class Rows>
std::string all_shown(const Rows& rows) {
  constexpr std::size_t kShown = 5;
  if (rows.empty()) return "no rows";
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    if (lines.size() == kShown) {
      lines.push_back(fmt::format("… ({} in all)", text::count(rows.size(), "row")));
      break;
    }
    lines.push_back(shown(row));
  }
  return text::join(lines, ", ");
}

/// The steps of one test on one scratch database.
class Performance {
 public:
  Performance(backend::Connection& connection, const Environment& environment,
              dialect::Variables variables)
      : connection_(connection),
        environment_(environment),
        runner_(connection, environment.graph, environment.parse, silence_) {
    options_.consent = {true, true};
    options_.stop = environment.stop;
    options_.variables = std::move(variables);
  }

  /// Throws StepFailure.
  void perform(const yaml::ScenarioStep& step) {
    if (step.must_fail) refuse_mistakes(step);
    try {
      act(step);
    } catch (const StepFailure& failure) {
      if (!step.must_fail || failure.is_mistake) throw;
      return accept(step, failure.message);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) throw;
      // What is wrong in the test itself, as a revision that there is not, is no failure to want.
      const bool is_mistake =
          step.because.empty() &&
          (error.code() == ErrorCode::usage || error.code() == ErrorCode::not_found ||
           error.code() == ErrorCode::invalid || error.code() == ErrorCode::connection);
      if (!step.must_fail || is_mistake) throw StepFailure{error.what(), {}, is_mistake};
      return accept(step, error.what());
    }
    if (step.must_fail) throw StepFailure{"the step succeeded, and it should fail", {}};
  }

 private:
  DialectKind kind() const { return connection_.dialect().kind(); }

  /// Throws for a target that is none: that it fails says nothing about a revision.
  void refuse_mistakes(const yaml::ScenarioStep& step) {
    const bool is_up = step.kind == Kind::upgrade;
    if (!is_up && (step.kind != Kind::downgrade || step.target.ends_with("@base"))) return;
    if (is_up && step.target.starts_with('-')) {
      throw StepFailure{fmt::format("'{}': an upgrade does not go back", step.target),
                        "a step of `downgrade` does", true};
    }
    const run::DatabaseState state = runner_.database_state();
    try {
      state.files.resolve(step.target, {state.heads.begin(), state.heads.end()});
    } catch (const Error& error) {
      throw StepFailure{error.what(), {}, true};
    }
  }

  /// The step was to fail: for the reason that the test gives?
  static void accept(const yaml::ScenarioStep& step, const std::string& reason) {
    if (reason.find(step.because) != std::string::npos) return;
    throw StepFailure{fmt::format("it fails, but not because of '{}': {}", step.because, reason),
                      {}};
  }

  void act(const yaml::ScenarioStep& step) {
    switch (step.kind) {
      case Kind::upgrade:
        runner_.upgrade(step.target, options_);
        return;
      case Kind::downgrade:
        runner_.downgrade(step.target, options_);
        return;
      case Kind::rows:
        for (const yaml::ScenarioRows& table : step.rows) insert(table);
        return;
      case Kind::execute:
        for (const std::string& sql :
             connection_.dialect().split_statements(step.sql.for_dialect(kind()))) {
          dialect::checked_placeholders(kind(), sql);
          run::send_with_values(connection_, sql, options_.variables);
        }
        return;
      case Kind::expect:
        expect(step);
        return;
    }
  }

  void insert(const yaml::ScenarioRows& table) {
    const dialect::Dialect& dialect = connection_.dialect();
    for (const auto& row : table.rows) {
      std::vector<std::string> columns;
      std::vector<std::string> marks;
      std::vector<backend::Value> values;
      for (const auto& [column, value] : row) {
        columns.push_back(dialect.quote_identifier(column));
        marks.emplace_back("?");
        values.push_back(value.text);
      }
      connection_.execute(
          fmt::format("INSERT INTO {} ({}) VALUES ({})", dialect.quote_identifier(table.table),
                      text::join(columns, ", "), text::join(marks, ", ")),
          values);
    }
  }

  void expect(const yaml::ScenarioStep& step) {
    const std::string& sql = step.sql.for_dialect(kind());
    if (sql.empty()) return;
    dialect::checked_placeholders(kind(), sql);
    const std::string text = dialect::with_values(connection_.dialect(), sql, options_.variables);
    if (const auto refusal = backend::query_refusal(kind(), text)) {
      // What is quoted of it may be a value.
      const bool has_values = text != sql;
      throw StepFailure{
          "`expect` is to read only" + (has_values ? std::string() : ": " + refusal->reason),
          "change rows in a step of its own, under `execute`", true};
    }
    const backend::Rows found = run::query_with_values(connection_, sql, options_.variables);
    if (!step.expected) return expect_true(found);
    const bool same =
        std::equal(step.expected->begin(), step.expected->end(), found.rows.begin(),
                   found.rows.end(), [](const std::vector<yaml::ScenarioValue>& a, const Row& b) {
                     return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same);
                   });
    if (same) return;
    throw StepFailure{
        fmt::format("expected {}, found {}", all_shown(*step.expected), all_shown(found.rows)),
        "rows come in any order without ORDER BY"};
  }

  static void expect_true(const backend::Rows& found) {
    const bool is_one_value = found.rows.size() == 1 && found.rows[0].size() == 1;
    if (!is_one_value) {
      throw StepFailure{"the query gives " + all_shown(found.rows),
                        "without `rows` it must give one value, which is true"};
    }
    const auto number = as_number(found.rows[0][0].value_or("0"));
    if (!number || *number == 0) {
      throw StepFailure{"expected a value that is true, found " + found.rows[0][0].value_or("null"),
                        {}};
    }
  }

  backend::Connection& connection_;
  const Environment& environment_;
  NullEventSink silence_;
  run::Runner runner_;
  run::RunOptions options_;
};

/// Why revisions and the test's own SQL may not run on a server that others use; empty when they
/// may.
std::string why_not(DialectKind kind, const history::Graph& graph, const yaml::Scenario& scenario) {
  if (!dialect::capabilities(kind).is_server) return {};
  const dialect::Dialect& dialect = dialect::dialect(kind);
  const std::vector<std::string>& all = graph.topological();
  std::string why = proof::reaches_out(dialect, graph, {all.begin(), all.end()});
  if (!why.empty()) return why;
  std::vector<ops::Operation> own;
  for (const yaml::ScenarioStep& step : scenario.steps) {
    ops::Execute execute;
    execute.sql = step.sql;
    own.emplace_back(std::move(execute));
  }
  return proof::reaches_out(dialect, own);
}

}  // namespace

Result run_scenario(const yaml::Scenario& scenario, const backend::ScratchOptions& options,
                    const Environment& environment) {
  Result result;
  result.skipped = why_not(options.kind, environment.graph, scenario);
  if (!result.skipped.empty()) return result;
  backend::Scratch scratch(options);
  dialect::Variables variables = scenario.variables;
  variables.insert(environment.variables.begin(), environment.variables.end());
  Performance performance(scratch.connection(), environment, std::move(variables));
  for (const yaml::ScenarioStep& step : scenario.steps) {
    try {
      performance.perform(step);
    } catch (const StepFailure& failure) {
      result.failure = Diagnostic{step.where, failure.message, failure.hint};
      return result;
    }
  }
  return result;
}

}  // namespace dbmig::scenario
