#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "history/graph.hpp"
#include "lint/lint.hpp"
#include "report/report.hpp"

namespace dbmig::cli {

/// What was linted.
struct LintReport {
  std::string what;  ///< "pending", "heads", "all", "branch" or "revisions"
  std::vector<std::string> revisions;
  std::optional<std::string> database;  ///< the one that was asked, redacted
  bool strict = false;
};

/// A line for each finding on stdout, a summary on stderr; all of it as a document with --json.
void print_report(Console& console, const LintReport& report, const lint::Result& result);

/// The summary alone.
void print_summary(Console& console, const LintReport& report, const lint::Result& result);

/// The same for programs: a case for each revision, every code as a rule.
void fill_in(report::Report& document, const history::Graph& graph, const LintReport& report,
             const lint::Result& result);

/// Whether a finding is an error, or with `strict` a warning.
bool fails(const lint::Result& result, bool strict);

/// Every code with its level.
void print_codes(Console& console);

/// The page of one code. Throws Error{usage} for one that does not exist.
void print_page(Console& console, const std::string& code);

}  // namespace dbmig::cli
