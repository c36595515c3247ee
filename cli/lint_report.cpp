#include "cli/lint_report.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "history/named.hpp"

namespace dbmig::cli {
namespace {

using lint::Level;

std::size_t count(const lint::Result& result, Level level) {
  return static_cast<std::size_t>(
      std::count_if(result.findings.begin(), result.findings.end(),
                    [&](const lint::Finding& finding) { return finding.level == level; }));
}

std::string line(const lint::Finding& finding) {
  const std::string where = to_string(finding.where);
  return fmt::format("{}{}{} {}: {}{}\n", where, where.empty() ? "" : ": ",
                     to_string(finding.level), finding.code, finding.message,
                     finding.hint.empty() ? "" : fmt::format(" ({})", finding.hint));
}

std::string summary(const LintReport& report, const lint::Result& result) {
  std::string what = text::count(report.revisions.size(), "revision");
  if (report.what == "pending") what = text::count(report.revisions.size(), "pending revision");
  if (report.what == "heads") what = text::count(report.revisions.size(), "head");
  if (report.what == "branch") what += " of the branch";
  if (report.what == "all") what = "all of " + what;
  std::string text = fmt::format(
      "Linted {}{}: {}, {}, {} info", what,
      report.database ? fmt::format(" with {}", *report.database) : ", without a database",
      text::count(count(result, Level::error), "error"),
      text::count(count(result, Level::warning), "warning"), count(result, Level::info));
  if (!result.suppressed.empty()) text += fmt::format("; {} suppressed", result.suppressed.size());
  return text + ".";
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json finding_json(const lint::Finding& finding) {
  const auto known = [](int number) { return number == 0 ? Json() : Json(number); };
  return {{"code", finding.code},
          {"level", to_string(finding.level)},
          {"revision", finding.revision},
          {"operation", finding.operation},
          {"file", finding.where.file},
          {"line", known(finding.where.line)},
          {"column", known(finding.where.column)},
          {"message", finding.message},
          {"hint", finding.hint},
          {"table", finding.table.empty() ? Json() : Json(finding.table)},
          {"rows", or_null(finding.rows)}};
}

Json report_json(const LintReport& report, const lint::Result& result) {
  Json findings = Json::array();
  for (const lint::Finding& finding : result.findings) findings.push_back(finding_json(finding));
  Json suppressed = Json::array();
  for (const lint::SuppressedFinding& one : result.suppressed) {
    Json json = finding_json(one.finding);
    json["reason"] = one.reason;
    suppressed.push_back(std::move(json));
  }
  return {{"linted", report.what},
          {"revisions", report.revisions},
          {"database", or_null(report.database)},
          {"errors", count(result, Level::error)},
          {"warnings", count(result, Level::warning)},
          {"infos", count(result, Level::info)},
          {"failed", fails(result, report.strict)},
          {"findings", std::move(findings)},
          {"suppressed", std::move(suppressed)}};
}

std::string_view group_title(std::string_view code) {
  for (const lint::Group& group : lint::groups()) {
    if (code.starts_with(group.prefix)) return group.title;
  }
  return {};
}

/// `page` in lines of at most 80 characters.
std::string wrapped(std::string_view page) {
  constexpr std::size_t kWidth = 80;
  std::string text;
  std::size_t column = 0;
  for (const std::string& word : text::split(page, ' ')) {
    const std::size_t length = text::utf8_length(word);
    if (column != 0) {
      const bool fits = column + 1 + length <= kWidth;
      text += fits ? ' ' : '\n';
      column = fits ? column + 1 : 0;
    }
    text += word;
    column += length;
  }
  return text;
}

Json code_json(const lint::Code& code) {
  return {{"code", code.id},
          {"group", group_title(code.id)},
          {"level", to_string(code.level)},
          {"title", code.title},
          {"explanation", code.page}};
}

report::Severity severity(Level level) {
  switch (level) {
    case Level::error:
      return report::Severity::error;
    case Level::warning:
      return report::Severity::warning;
    case Level::info:
    case Level::off:
      break;
  }
  return report::Severity::info;
}

}  // namespace

bool fails(const lint::Result& result, bool strict) {
  return count(result, Level::error) != 0 || (strict && count(result, Level::warning) != 0);
}

void print_report(Console& console, const LintReport& report, const lint::Result& result) {
  for (const lint::Finding& finding : result.findings) console.data(line(finding));
  print_summary(console, report, result);
  console.document(report_json(report, result));
}

void print_summary(Console& console, const LintReport& report, const lint::Result& result) {
  console.flush();  // the summary comes last, wherever both go
  console.say(summary(report, result));
}

void fill_in(report::Report& document, const history::Graph& graph, const LintReport& report,
             const lint::Result& result) {
  const auto case_of = [&](const std::string& id) { return history::named(graph.header(id)); };
  const auto add = [&](const lint::Finding& finding, const std::string& accepted) {
    document.findings.push_back({.rule = finding.code,
                                 .severity = severity(finding.level),
                                 .where = finding.where,
                                 .message = finding.message,
                                 .hint = finding.hint,
                                 .case_name = case_of(finding.revision),
                                 .accepted = accepted});
  };
  if (report.strict) document.fails_from = report::Severity::warning;
  for (const lint::Code& code : lint::codes()) {
    document.rules.push_back({std::string(code.id), severity(code.level), std::string(code.title),
                              std::string(code.page)});
  }
  for (const std::string& id : report.revisions) document.cases.push_back({case_of(id)});
  for (const lint::Finding& finding : result.findings) add(finding, {});
  for (const lint::SuppressedFinding& one : result.suppressed) add(one.finding, one.reason);
}

void print_codes(Console& console) {
  Json list = Json::array();
  std::string_view group;
  for (const lint::Code& code : lint::codes()) {
    const std::string_view own = group_title(code.id);
    if (own != group) console.data(fmt::format("{}{}:\n", group.empty() ? "" : "\n", own));
    group = own;
    console.data(fmt::format("  {}  {:<7}  {}\n", code.id, to_string(code.level), code.title));
    list.push_back(code_json(code));
  }
  console.document(list);
}

void print_page(Console& console, const std::string& name) {
  const lint::Code* code = lint::find_code(text::upper(name));
  if (code == nullptr) {
    const auto near = text::closest(text::upper(name), lint::code_names());
    throw Error(ErrorCode::usage, fmt::format("unknown code '{}'", name))
        .hint(near ? fmt::format("did you mean '{}'?", *near) : "`dbmig lint --codes` lists them");
  }
  console.data(fmt::format("{}: {} ({}; {} unless dbmig.yaml says otherwise)\n\n{}\n", code->id,
                           code->title, group_title(code->id), to_string(code->level),
                           wrapped(code->page)));
  if (code->id != lint::kUnusedSuppression) {
    console.data(
        fmt::format("\nTo accept it for one operation, write there: lint_ignore: {{{}: "
                    "\"why\"}}\nFor the project, in dbmig.yaml: lint: {{{}: off}}\n",
                    code->id, code->id));
  }
  console.document(code_json(*code));
}

}  // namespace dbmig::cli
