#include "cli/reporting.hpp"

#include <filesystem>

namespace dbmig::cli {
namespace {

report::Report new_report(std::string_view command) {
  report::Report report;
  report.command = command;
  report.version = DBMIG_VERSION;
  report.root = std::filesystem::current_path();
  report.repository = report::repository_around(report.root);
  return report;
}

}  // namespace

bool Reporting::is_document() const {
  const auto chosen = report::parse_format(format);
  return chosen && *chosen != report::Format::text && *chosen != report::Format::json;
}

void add_report_options(Command& command, Context& context, Reporting& options) {
  command
      .add_option("--format", options.format,
                  "text, json, github (annotations), sarif (code scanning) or junit")
      ->option_text("FORMAT")
      ->one_of(report::format_names())
      ->each([&context](const std::string& name) {
        if (name == "json") context.globals.json = true;
      });
  command
      .add_option("--pending-against", options.pending_against,
                  "Only what this branch adds to git's REF, such as origin/main")
      ->option_text("REF");
}

void with_report(Context& context, const Reporting& options, std::string_view command,
                 const std::function<void(report::Report&)>& work) {
  report::Report report = new_report(command);
  if (!options.is_document()) return work(report);
  if (context.json()) {
    throw Error(ErrorCode::usage, "--json and --format " + options.format + " exclude each other");
  }
  const auto print = [&] {
    context.console().data(report::print(report, *report::parse_format(options.format)));
  };
  try {
    const yaml::Project& project = context.project();
    report.root = project.root;
    report.repository = report::repository_around(project.root);
    report.fallback = project.config_file;
    work(report);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage && error.code() != ErrorCode::interrupted) {
      report::add_error(report, error);
      print();
    }
    throw;
  }
  print();
}

std::optional<git::BranchChanges> branch_changes(Context& context, const Reporting& options) {
  if (options.pending_against.empty()) return std::nullopt;
  const yaml::Project& project = context.project();
  return git::compare(project.root, project.version_folders, context.graph(),
                      options.pending_against);
}

}  // namespace dbmig::cli
