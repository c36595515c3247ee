#include "cli/fleet.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "base/text.hpp"
#include "cli/exit_codes.hpp"
#include "cli/launcher.hpp"
#include "cli/signals.hpp"
#include "project/run_settings.hpp"
#include "project/server_spelling.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

constexpr const char* kLogger = "dbmig.fleet";

using fleet::Outcome;
using fleet::Verb;

bool is_interruption(const Outcome& outcome) {
  return outcome.failure && outcome.failure->code() == ErrorCode::interrupted;
}

/// One word or two for what came of a database.
std::string state_of(const Outcome& outcome, Verb verb) {
  if (!outcome.was_begun) return "left out";
  if (is_interruption(outcome)) return "interrupted";
  if (outcome.failure) return "failed";
  switch (verb) {
    case Verb::upgrade:
      return outcome.revisions.empty() ? "up to date" : "upgraded";
    case Verb::plan:
      return outcome.revisions.empty() ? "up to date" : "behind";
    case Verb::status:
    case Verb::check:
      break;
  }
  if (outcome.findings.empty()) return verb == Verb::check ? "no differences" : "up to date";
  const bool only_pending =
      std::all_of(outcome.findings.begin(), outcome.findings.end(),
                  [](const fleet::Finding& one) { return one.kind == "pending"; });
  return only_pending ? "behind" : "differs";
}

/// "lacks 3 revisions; table 'a' was changed by hand".
std::string findings_line(const std::vector<fleet::Finding>& findings) {
  std::vector<std::string> parts;
  std::size_t pending = 0;
  for (const fleet::Finding& one : findings) {
    if (one.kind == "pending") {
      ++pending;
    } else {
      parts.push_back(one.message);
    }
  }
  if (pending != 0) parts.push_back("lacks " + text::count(pending, "revision"));
  return text::join(parts, "; ");
}

std::string details_of(const Outcome& outcome, Verb verb) {
  if (outcome.failure) return text::replace_all(outcome.failure->message(), "\n", " ");
  if (!outcome.was_begun) return {};
  const std::string at = outcome.current.empty() ? "base" : text::join(outcome.current, ", ");
  switch (verb) {
    case Verb::upgrade:
      if (outcome.revisions.empty()) return "at " + at;
      return fmt::format("{}, now at {}", text::count(outcome.revisions.size(), "revision"), at);
    case Verb::plan:
      if (outcome.revisions.empty()) return "at " + at;
      return fmt::format("at {}, would run {}", at, text::join(outcome.revisions, ", "));
    case Verb::status:
    case Verb::check:
      break;
  }
  if (outcome.findings.empty()) return "at " + at;
  return fmt::format("at {}, {}", at, findings_line(outcome.findings));
}

std::string table_of(const std::vector<fleet::Database>& databases, const fleet::Report& report,
                     Verb verb) {
  std::size_t name_width = 0;
  std::size_t state_width = 0;
  std::vector<std::string> states;
  for (std::size_t i = 0; i < databases.size(); ++i) {
    states.push_back(state_of(report.outcomes[i], verb));
    name_width = std::max(name_width, text::utf8_length(databases[i].name));
    state_width = std::max(state_width, states[i].size());
  }
  std::string table;
  for (std::size_t i = 0; i < databases.size(); ++i) {
    const std::size_t gap = name_width - text::utf8_length(databases[i].name);
    std::string line = fmt::format("{}{}  {:<{}}  {}", databases[i].name, std::string(gap, ' '),
                                   states[i], state_width, details_of(report.outcomes[i], verb));
    line.erase(line.find_last_not_of(' ') + 1);
    table += line + "\n";
  }
  return table;
}

/// "3 databases: 2 upgraded, 1 failed".
std::string summary_of(const fleet::Report& report, Verb verb) {
  std::map<std::string, std::size_t> counts;
  for (const Outcome& outcome : report.outcomes) ++counts[state_of(outcome, verb)];
  std::vector<std::string> parts;
  // What went wrong comes last.
  for (const char* state : {"upgraded", "up to date", "no differences", "behind", "differs",
                            "failed", "interrupted", "left out"}) {
    if (const auto found = counts.find(state); found != counts.end()) {
      parts.push_back(fmt::format("{} {}", found->second, state));
    }
  }
  std::string line = fmt::format("{}: {}", text::count(report.outcomes.size(), "database"),
                                 text::join(parts, ", "));
  if (!report.why_stopped.empty()) {
    line += fmt::format("; stopped after {}", report.why_stopped);
  }
  return line;
}

Json json_of(const std::vector<fleet::Database>& databases, const fleet::Report& report,
             Verb verb) {
  Json list = Json::array();
  for (std::size_t i = 0; i < databases.size(); ++i) {
    const Outcome& outcome = report.outcomes[i];
    Json one = {{"name", databases[i].name},
                {"url", databases[i].url.redacted()},
                {"state", state_of(outcome, verb)}};
    if (outcome.was_begun && !outcome.failure) {
      one["current"] = outcome.current;
      one["applied"] = outcome.applied;
    }
    if (verb == Verb::upgrade || verb == Verb::plan) one["revisions"] = outcome.revisions;
    if (verb != Verb::upgrade) {
      Json findings = Json::array();
      for (const fleet::Finding& finding : outcome.findings) {
        findings.push_back(
            {{"kind", finding.kind}, {"subject", finding.subject}, {"message", finding.message}});
      }
      one["findings"] = std::move(findings);
    }
    if (outcome.was_begun) one["seconds"] = outcome.seconds;
    if (!outcome.log.empty()) one["log"] = outcome.log;
    if (outcome.failure) one["error"] = to_json(*outcome.failure)["error"];
    list.push_back(std::move(one));
  }
  return {
      {"databases", std::move(list)}, {"failed", report.failed()}, {"left_out", report.left_out()}};
}

/// Tells of failures when they happen, and every few seconds how far it is.
class Progress {
 public:
  Progress(Context& context, const std::vector<fleet::Database>& databases)
      : context_(context), databases_(databases) {}

  void on(std::size_t index, const Outcome& outcome) {
    ++done_;
    Console& console = context_.console();
    const std::string& name = databases_[index].name;
    for (const std::string& line : outcome.log) {
      if (context_.verbose()) {
        console.info(kLogger, fmt::format("{}: {}", name, line));
      } else {
        console.warning(kLogger, fmt::format("{}: {}", name, line));
      }
    }
    if (outcome.failure) {
      ++failed_;
      for (const Diagnostic& one : outcome.failure->diagnostics()) {
        console.warning(kLogger, fmt::format("{}: {}", name, to_string(one)));
      }
      if (const std::string& sql = outcome.failure->statement(); !sql.empty()) {
        console.warning(kLogger, fmt::format("{}: statement: {}", name, sql));
      }
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(10)) return;
    last_ = now;
    console.info(kLogger, fmt::format("{} of {} done, {} failed", done_,
                                      text::count(databases_.size(), "database"), failed_));
  }

 private:
  Context& context_;
  const std::vector<fleet::Database>& databases_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::vector<fleet::Database> named_databases(Context& context, const FleetOptions& options) {
  const yaml::Environment environment = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  return fleet::list_databases(context.project(),
                               {context.location.url, context.location.database, options.urls_from},
                               environment);
}

void set_exit_code(Context& context, const fleet::Report& report, Verb verb) {
  const bool differs = std::any_of(report.outcomes.begin(), report.outcomes.end(),
                                   [](const Outcome& one) { return !one.findings.empty(); });
  if (verb == Verb::check && differs) context.exit_code = kDifferences;
  const bool is_interrupted =
      interrupted() &&
      (report.left_out() != 0 ||
       std::any_of(report.outcomes.begin(), report.outcomes.end(), is_interruption));
  if (report.failed() != 0 || report.left_out() != 0) context.exit_code = kFailed;
  if (is_interrupted) context.exit_code = kInterrupted;
}

/// What the root reads before anything runs.
struct Preparation {
  std::vector<fleet::Database> databases;
  fleet::Job job;
};

Preparation prepare(Context& context, const FleetOptions& options, fleet::Job job) {
  Preparation ready{named_databases(context, options), std::move(job)};
  ready.job.selection = context.selection();
  ready.job.dialect = context.project().only_dialect();
  if (ready.job.verb == Verb::check) ready.job.ask = spelling_of_server(context);
  const history::Graph& graph = context.graph();
  // A target that no file has is a mistake before anything runs.
  for (const std::string& target : ready.job.targets) {
    if (!history::needs_current(target)) graph.resolve(target);
  }
  return ready;
}

/// The root's part: hands out, and prints. Without `ranks`: on processes of this machine.
Json run_root(Context& context, const FleetOptions& options, const Preparation& ready,
              import::Communicator* ranks) {
  const auto& [databases, job] = ready;
  Progress progress(context, databases);
  fleet::Options how;
  how.limits = {options.canary, options.max_failures};
  how.processes = fleet::processes_for(ready.job, ready.databases, options.processes);
  how.on_outcome = [&progress](std::size_t index, const Outcome& outcome) {
    progress.on(index, outcome);
  };
  const history::Graph& graph = context.graph();
  const fleet::Report report =
      ranks == nullptr
          ? fleet::run_here(databases, graph, yaml::parse_revision, job, how)
          : fleet::run_on_ranks(*ranks, databases, graph, yaml::parse_revision, job, how);
  context.console().data(table_of(databases, report, job.verb));
  context.console().say(summary_of(report, job.verb));
  set_exit_code(context, report, job.verb);
  return json_of(databases, report, job.verb);
}

Json run_mpi_root(Context& context, const FleetOptions& options, fleet::Job job,
                  import::Communicator& ranks) {
  Preparation ready;
  try {
    ready = prepare(context, options, std::move(job));
  } catch (const Error&) {
    // The others wait for work: there is none.
    fleet::run_queue(ranks, {}, {});
    throw;
  }
  return run_root(context, options, ready, &ranks);
}

}  // namespace

void add_fleet_options(Command& command, FleetOptions& options) {
  command.add_flag("--all", options.all,
                   "All `databases` of dbmig.yaml, or all files that match --url or --database");
  command
      .add_option("--urls-from", options.urls_from,
                  "The databases listed in FILE, one URL per line")
      ->option_text("FILE")
      ->existing_file();
  command
      .add_option("-j,--jobs", options.processes,
                  "How many databases to work on at once (one per core)")
      ->option_text("N")
      ->range(1, 4096);
}

void add_fleet_limits(Command& command, FleetOptions& options) {
  command
      .add_option("--canary", options.canary,
                  "Upgrade N databases first, the others only if all of them succeed")
      ->option_text("N")
      ->positive();
  command
      .add_option("--max-failures", options.max_failures,
                  "Start no more databases after N failures (no limit)")
      ->option_text("N")
      ->positive();
}

void refuse_limits_of_one(const FleetOptions& options) {
  if (options.canary == 0 && options.max_failures == 0 && options.processes == 0) return;
  throw Error(ErrorCode::usage, "-j, --canary and --max-failures work only with several databases")
      .hint("add --all or --urls-from FILE");
}

void print_document(Context& context, const Json& table) {
  if (!table.is_null()) context.console().document(table);
}

Json run_on_all(Context& context, const FleetOptions& options, fleet::Job job) {
  job.listener = [&context](const fleet::Database& database, EventSink& events) {
    return project::hook_listener(context, database.url, events);
  };
  if (options.all && !options.urls_from.empty()) {
    throw Error(ErrorCode::usage, "--all excludes --urls-from");
  }
  job.verbose = context.verbose();
  watch_signals();
  job.options.stop = &interrupted();
  if (!import::started_by_mpi()) {
    return run_root(context, options, prepare(context, options, std::move(job)), nullptr);
  }
  const auto ranks = ranks_of_job(0);
  Json table;
  if (ranks->is_root()) {
    table = run_mpi_root(context, options, std::move(job), *ranks);
  } else {
    const auto graph = [&]() -> const history::Graph& {
      job.selection = context.selection();
      job.dialect = context.project().only_dialect();
      if (job.verb == Verb::check) job.ask = spelling_of_server(context);
      return context.graph();
    };
    fleet::serve_ranks(*ranks, graph, yaml::parse_revision, job);
  }
  // From here on there is nothing to stop, and mpirun's way to end a failed job is SIGTERM.
  std::signal(SIGTERM, SIG_IGN);
  return table;
}

}  // namespace dbmig::cli
