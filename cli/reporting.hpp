#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "git/branch.hpp"
#include "report/report.hpp"

namespace dbmig::cli {

/// Options of the commands that judge revisions: lint, check and verify.
struct Reporting {
  std::string format = "text";
  std::string pending_against;  ///< a commit of git; empty: not asked for

  /// Whether stdout holds a document of `report` instead of the command's own output.
  bool is_document() const;
};

/// --format and --pending-against.
void add_report_options(Command& command, Context& context, Reporting& options);

/// Runs `work`, which fills in the report, and prints it in the chosen format; with text and json
/// the command prints by itself. When `work` throws, what the error says goes into the report too,
/// which is printed before the error goes on: a file with a mistake is shown where the mistake is.
/// Throws Error{usage} for --json with another format.
void with_report(Context& context, const Reporting& options, std::string_view command,
                 const std::function<void(report::Report&)>& work);

/// What --pending-against asks for; nothing without it.
std::optional<git::BranchChanges> branch_changes(Context& context, const Reporting& options);

}  // namespace dbmig::cli
