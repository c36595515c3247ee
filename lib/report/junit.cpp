#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/place.hpp"

// JUnit's XML has no standard; this is the part of it that Jenkins', GitLab's and GitHub's readers
// share: https://docs.gitlab.com/ci/testing/unit_test_reports/. One failure a case, since some of
// them read only the first.
namespace dbmig::report {
namespace {

/// Whether XML 1.0 has the character at all: https://www.w3.org/TR/xml/#charsets
bool may_stand_in_xml(std::string_view utf8, std::size_t at) {
  const auto byte = static_cast<unsigned char>(utf8[at]);
  if (byte < 0x20) return byte == '\t' || byte == '\n' || byte == '\r';
  const std::string_view here = utf8.substr(at, 3);
  return here != "\uFFFE" && here != "\uFFFF";
}

/// For text and for attributes in double quotes.
std::string escaped_xml(std::string_view any) {
  const std::string text = as_utf8(any);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!may_stand_in_xml(text, i)) {
      out += "\uFFFD";
      if (static_cast<unsigned char>(text[i]) >= 0x20) i += 2;
      continue;
    }
    switch (text[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
      case '\r':
      case '\t':  // an attribute's would be read as blanks
        out += fmt::format("&#{};", static_cast<int>(text[i]));
        break;
      default:
        out += text[i];
    }
  }
  return out;
}

std::string finding_line(const Report& report, const Finding& finding) {
  SourcePosition where = finding.where;
  where.file = shown_file(report, finding);
  const std::string place = to_string(where);
  return fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", finding.rule,
                     full_message(finding));
}

struct TestCase {
  std::string name;
  std::string skipped;
  std::vector<const Finding*> failures;
  std::vector<const Finding*> others;
};

std::vector<TestCase> test_cases(const Report& report) {
  std::vector<TestCase> cases;
  for (const Case& one : report.cases) cases.push_back({one.name, one.skipped, {}, {}});
  for (const Finding& finding : report.findings) {
    auto found = std::find_if(cases.begin(), cases.end(),
                              [&](const TestCase& one) { return one.name == finding.case_name; });
    if (found == cases.end()) found = cases.insert(cases.end(), {finding.case_name, {}, {}, {}});
    (is_failure(report, finding) ? found->failures : found->others).push_back(&finding);
  }
  return cases;
}

std::string lines_of(const Report& report, const std::vector<const Finding*>& findings) {
  std::string text;
  for (const Finding* one : findings) text += escaped_xml(finding_line(report, *one)) + "\n";
  return text;
}

std::string print_case(const Report& report, const TestCase& one) {
  std::string out =
      fmt::format("    <testcase name=\"{}\" classname=\"dbmig.{}\"",
                  escaped_xml(one.name.empty() ? "dbmig " + report.command : one.name),
                  escaped_xml(report.command));
  const std::vector<const Finding*>& findings = one.failures.empty() ? one.others : one.failures;
  if (!findings.empty() && !findings.front()->where.file.empty()) {
    out += fmt::format(" file=\"{}\"", escaped_xml(shown_file(report, *findings.front())));
  }
  out += " time=\"0\">\n";
  if (!one.failures.empty()) {
    const std::string more =
        one.failures.size() == 1 ? "" : fmt::format(" (and {} more)", one.failures.size() - 1);
    out += fmt::format("      <failure message=\"{}{}\" type=\"{}\">{}</failure>\n",
                       escaped_xml(one.failures.front()->message), more,
                       escaped_xml(one.failures.front()->rule), lines_of(report, one.failures));
  } else if (!one.skipped.empty()) {
    out += fmt::format("      <skipped message=\"{}\"/>\n", escaped_xml(one.skipped));
  }
  if (!one.others.empty()) {
    out += fmt::format("      <system-out>{}</system-out>\n", lines_of(report, one.others));
  }
  return out + "    </testcase>\n";
}

}  // namespace

std::string print_junit(const Report& report) {
  const std::vector<TestCase> cases = test_cases(report);
  const auto failed = std::count_if(cases.begin(), cases.end(),
                                    [](const TestCase& one) { return !one.failures.empty(); });
  const auto skipped = std::count_if(cases.begin(), cases.end(), [](const TestCase& one) {
    return one.failures.empty() && !one.skipped.empty();
  });
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\"",
                  cases.size(), failed, skipped);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"dbmig\" {}>\n  <testsuite name=\"dbmig {}\" {}>\n", counts,
                     escaped_xml(report.command), counts);
  for (const TestCase& one : cases) out += print_case(report, one);
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace dbmig::report
