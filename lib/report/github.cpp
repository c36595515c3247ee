#include <fmt/core.h>

#include "base/text.hpp"
#include "report/place.hpp"

// Workflow commands, which GitHub's runner reads from a step's output:
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
namespace dbmig::report {
namespace {

std::string escaped_data(std::string text) {
  text = text::replace_all(std::move(text), "%", "%25");
  text = text::replace_all(std::move(text), "\r", "%0D");
  return text::replace_all(std::move(text), "\n", "%0A");
}

std::string escaped_property(std::string text) {
  text = escaped_data(std::move(text));
  text = text::replace_all(std::move(text), ":", "%3A");
  return text::replace_all(std::move(text), ",", "%2C");
}

std::string_view command_of(const Report& report, const Finding& finding) {
  // What fails the step is shown as what failed it, as warnings are with --strict.
  if (is_failure(report, finding)) return "error";
  return finding.severity == Severity::info ? "notice" : "warning";
}

}  // namespace

std::string print_github(const Report& report) {
  std::string out;
  for (const Finding& finding : report.findings) {
    if (!finding.accepted.empty()) continue;
    std::string properties;
    const auto add = [&](std::string_view key, std::string value) {
      properties += fmt::format("{}{}={}", properties.empty() ? " " : ",", key,
                                escaped_property(std::move(value)));
    };
    const std::string file = as_utf8(shown_file(report, finding));
    if (!file.empty()) add("file", file);
    if (!file.empty() && finding.where.line > 0) add("line", std::to_string(finding.where.line));
    if (!file.empty() && finding.where.column > 0) add("col", std::to_string(finding.where.column));
    add("title", fmt::format("dbmig {}: {}", report.command, as_utf8(finding.rule)));
    out += fmt::format("::{}{}::{}\n", command_of(report, finding), properties,
                       escaped_data(full_message(finding)));
  }
  return out;
}

}  // namespace dbmig::report
