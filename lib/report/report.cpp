#include "report/report.hpp"

#include <algorithm>
#include <system_error>

#include "base/text.hpp"
#include "report/place.hpp"

namespace dbmig::report {
namespace fs = std::filesystem;

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> names{"text", "json", "github", "sarif", "junit"};
  return names;
}

std::optional<Format> parse_format(std::string_view name) {
  const std::vector<std::string>& names = format_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Format>(found - names.begin());
}

fs::path repository_around(const fs::path& folder) {
  // A file in working trees and submodules, a folder elsewhere.
  for (fs::path at = folder; !at.empty(); at = at.parent_path()) {
    std::error_code ignored;
    if (fs::exists(at / ".git", ignored)) return at;
    if (at == at.parent_path()) break;
  }
  return folder;
}

void add_error(Report& report, const Error& error) {
  for (Case& one : report.cases) {
    const bool has_findings =
        std::any_of(report.findings.begin(), report.findings.end(),
                    [&](const Finding& finding) { return finding.case_name == one.name; });
    if (!has_findings && one.skipped.empty()) one.skipped = "the command failed before its end";
  }
  for (const Diagnostic& one : error.diagnostics()) {
    const bool is_known =
        std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
          return finding.where == one.where && finding.message == one.message;
        });
    if (is_known) continue;
    report.findings.push_back(
        {.rule = "error", .where = one.where, .message = one.message, .hint = one.hint});
  }
  const bool has_rule = std::any_of(report.rules.begin(), report.rules.end(),
                                    [](const Rule& rule) { return rule.id == "error"; });
  if (!has_rule) {
    report.rules.push_back({.id = "error",
                            .title = "The command could not do its work",
                            .explanation = "A file is wrong, or something that is needed is not "
                                           "there; until that is fixed nothing else is known."});
  }
}

std::string shown_file(const Report& report, const Finding& finding) {
  if (finding.where.file.empty()) return {};
  const fs::path path = (report.root / finding.where.file).lexically_normal();
  const fs::path relative = path.lexically_relative(report.repository);
  if (relative.empty() || *relative.begin() == "..") return path.string();
  return relative.string();
}

std::string full_message(const Finding& finding) {
  std::string text = as_utf8(finding.message);
  if (!finding.hint.empty()) text += "; " + as_utf8(finding.hint);
  return text;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  while (const auto wrong = text::find_invalid_utf8(text)) {
    out.append(text.substr(0, *wrong));
    out += "\uFFFD";
    text.remove_prefix(*wrong + 1);
  }
  out.append(text);
  return out;
}

bool is_failure(const Report& report, const Finding& finding) {
  return finding.accepted.empty() && finding.severity >= report.fails_from;
}

std::string print(const Report& report, Format format) {
  switch (format) {
    case Format::github:
      return print_github(report);
    case Format::sarif:
      return print_sarif(report);
    case Format::junit:
      return print_junit(report);
    case Format::text:
    case Format::json:
      break;
  }
  throw Error(ErrorCode::usage, "text and json are each command's own");
}

}  // namespace dbmig::report
