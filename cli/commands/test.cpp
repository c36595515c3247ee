#include <fmt/core.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/reporting.hpp"
#include "cli/signals.hpp"
#include "project/proving.hpp"
#include "project/run_settings.hpp"
#include "scenario/run_scenario.hpp"
#include "scenario/suite.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

constexpr const char* kFolder = "tests";
constexpr const char* kRule = "test";

struct TestOptions {
  std::vector<std::string> names;
  Reporting reporting;
};

/// What was tried: printed as text, collected for JSON and for documents.
class TestReport {
 public:
  TestReport(Context& context, const TestOptions& options, report::Report& report)
      : context_(context), is_document_(options.reporting.is_document()), report_(report) {
    report_.rules.push_back({kRule, report::Severity::error, "A test of migrations fails", {}});
  }

  void add(const yaml::Scenario& scenario, DialectKind kind, const scenario::Result& result,
           double seconds) {
    const std::string name = fmt::format("{} ({})", scenario.name, to_string(kind));
    const char* state = result.failure ? "failed" : !result.skipped.empty() ? "skipped" : "ok";
    Json one = {{"test", scenario.name},
                {"file", scenario.where.file},
                {"database", to_string(kind)},
                {"state", state},
                {"seconds", seconds}};
    std::string line = fmt::format("{:<8}{}", state, name);
    report_.cases.push_back({name, result.skipped});
    if (!result.skipped.empty()) {
      ++skipped_;
      line += ": " + result.skipped;
      one["skipped"] = result.skipped;
    }
    if (result.failure) {
      ++failed_;
      line += "\n        " + text::replace_all(to_string(*result.failure), "\n", "\n        ");
      one["line"] = result.failure->where.line;
      one["message"] = result.failure->message;
      report_.findings.push_back({kRule,
                                  report::Severity::error,
                                  result.failure->where,
                                  result.failure->message,
                                  result.failure->hint,
                                  name,
                                  {}});
    }
    ++run_;
    if (!is_document_) context_.console().data(line + "\n");
    list_.push_back(std::move(one));
  }

  void finish() {
    std::string line = text::count(run_, "test");
    line += failed_ == 0 && skipped_ == 0 ? ", all passed" : fmt::format(", {} failed", failed_);
    if (skipped_ != 0) line += fmt::format(", {} skipped", skipped_);
    context_.console().flush();  // the tests, then their number
    context_.console().say(line + ".");
    context_.console().document(list_);
    if (failed_ != 0) context_.exit_code = kFailed;
  }

 private:
  Context& context_;
  bool is_document_;
  report::Report& report_;
  std::size_t run_ = 0;
  std::size_t failed_ = 0;
  std::size_t skipped_ = 0;
  Json list_ = Json::array();
};

void run_tests(Context& context, const TestOptions& options, report::Report& report) {
  const yaml::Project& project = context.project();
  const std::vector<yaml::Scenario> tests =
      scenario::wanted_tests(project.migrations / kFolder, project.root, options.names);
  watch_signals();
  const dialect::Variables values = variables(context);
  const run::ParseRevision parse = yaml::parse_revision;
  const scenario::Environment environment{context.graph(), parse, values, &interrupted()};
  TestReport results(context, options, report);
  std::map<DialectKind, project::ProofDatabase> databases;
  for (const yaml::Scenario& test : tests) {
    for (const DialectKind kind : scenario::databases_of(test, project.dialects)) {
      if (databases.count(kind) == 0) {
        databases.emplace(kind, proof_database(context, kind));
      }
      const project::ProofDatabase& database = databases.at(kind);
      scenario::Result result;
      const auto begin = std::chrono::steady_clock::now();
      if (database.scratch) {
        result = scenario::run_scenario(test, *database.scratch, environment);
      } else {
        result.skipped = database.missing;
      }
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      results.add(test, kind, result, took.count());
    }
  }
  results.finish();
}

}  // namespace

void add_test(Command& program, Context& context) {
  auto options = std::make_shared<TestOptions>();
  Command& command =
      add_command(program, context,
                  {"test", "Run the migration tests on scratch databases",
                   "  dbmig test                                      all of migrations/tests\n"
                   "  dbmig test 'split*'                             tests with such names\n"
                   "  dbmig test --format junit > tests.xml           for CI\n"
                   "A test is a file with steps: upgrade to a revision, insert rows, upgrade "
                   "further, then what\n"
                   "a query must return or what must fail. Each test runs on SQLite and on "
                   "MariaDB, in scratch\n"
                   "databases like those of `dbmig verify`."});
  command.add_option("tests", options->names, "Names, files or patterns (all)")
      ->option_text("NAME…");
  command
      .add_option("--format", options->reporting.format,
                  "text, json, github (annotations), sarif (code scanning) or junit")
      ->option_text("FORMAT")
      ->one_of(report::format_names())
      ->each([&context](const std::string& name) {
        if (name == "json") context.globals.json = true;
      });
  set_action(command, context, [&context, options] {
    with_report(context, options->reporting, "test",
                [&](report::Report& report) { run_tests(context, *options, report); });
  });
}

}  // namespace dbmig::cli
