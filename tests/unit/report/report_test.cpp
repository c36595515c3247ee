// Findings as documents: whatever bytes names and messages have, each document can be read by the
// programs that it is for, and says every finding.
#include "report/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/text.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "support/source_path.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::report {
namespace {

using test::RandomSource;

const std::string kScript = test::source_path("tests/support/check_reports.py");
const std::string kSarifSchema = test::source_path("tests/unit/report/sarif-2.1.0-rtm.5.json");

/// Words, markup, escapes of each format, control characters, broken UTF-8.
std::string random_text(RandomSource& source, std::size_t most) {
  static const std::vector<std::string> pieces{
      "usuario", "año",    "名前", "<script>", "]]>",     "&amp;",        "\"",
      "'",       "%",      "%0A",  "::",       ",",       "\n",           "\r\n",
      "\t",      "\x01",   "\x7f", "\xff",     "\xc3",    "\xed\xa0\x80", "😀",
      "\uFFFE",  "\uFFFF", "\\",   "${X}",     "{{ x }}", "::error::",    " ",
      "naïve",   "-->"};
  std::string text;
  const std::size_t count = source.below(most + 1);
  for (std::size_t i = 0; i < count; ++i) text += source.pick(pieces);
  return text;
}

Finding random_finding(RandomSource& source) {
  Finding finding;
  finding.rule = "R" + std::to_string(source.below(4));
  finding.severity = static_cast<Severity>(source.below(3));
  if (source.chance(80)) {
    finding.where.file = source.chance(20) ? "/elsewhere/" : "migrations/";
    finding.where.file += "x" + random_text(source, 3) + ".yaml";
    if (source.chance(70)) finding.where.line = source.between(1, 99);
    if (finding.where.line > 0 && source.chance(70)) finding.where.column = source.between(1, 99);
  }
  finding.message = "m" + random_text(source, 6);
  if (source.chance(50)) finding.hint = random_text(source, 4);
  finding.case_name =
      source.chance(20) ? random_text(source, 3) : "case " + std::to_string(source.below(3));
  if (source.chance(20)) finding.accepted = "w" + random_text(source, 3);
  return finding;
}

Report random_report(std::uint64_t seed) {
  RandomSource source(seed);
  Report report;
  report.command = "lint";
  report.version = "1.2.3";
  report.repository = "/srv/shop";
  report.root = source.chance(50) ? "/srv/shop/db" : "/srv/shop";
  if (source.chance(50)) report.fallback = report.root / "dbmig.yaml";
  report.fails_from = static_cast<Severity>(source.below(3));
  for (int i = 0; i < 3; ++i) {
    report.rules.push_back({"R" + std::to_string(i), static_cast<Severity>(source.below(3)),
                            "title", source.chance(50) ? "why" : ""});
    report.cases.push_back({"case " + std::to_string(i), source.chance(20) ? "no server" : ""});
  }
  for (std::size_t i = source.below(8); i > 0; --i) {
    report.findings.push_back(random_finding(source));
  }
  return report;
}

bool is_failure_of(const Report& report, const Finding& finding) {
  return finding.accepted.empty() && finding.severity >= report.fails_from;
}

std::string unescaped(std::string text) {
  for (const auto& [code, plain] : std::vector<std::pair<std::string, std::string>>{
           {"%0A", "\n"}, {"%0D", "\r"}, {"%3A", ":"}, {"%2C", ","}, {"%25", "%"}}) {
    text = text::replace_all(text, code, plain);
  }
  return text;
}

TEST(Report, AProgramReadsEachDocumentWhateverNamesHold) {
  const test::TempDir folder;
  std::string files;
  for (std::uint64_t seed = 0; seed < test::property_seeds(60); ++seed) {
    const Report report = random_report(seed);
    for (const auto& [format, ending] :
         {std::pair(Format::sarif, ".sarif"), std::pair(Format::junit, ".xml")}) {
      const std::string path = (folder / (std::to_string(seed) + ending)).string();
      std::ofstream(path) << print(report, format);
      files += " " + path;
    }
  }
  const std::string command = std::string("/usr/bin/python3 ") + kScript + " " + kSarifSchema +
                              files + " > " + (folder / "said").string() + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << [&] {
    std::ifstream said(folder / "said");
    return std::string(std::istreambuf_iterator<char>(said), {});
  }();
}

TEST(Report, SarifTellsEveryFinding) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(300); ++seed) {
    const Report report = random_report(seed);
    const auto run = nlohmann::json::parse(print(report, Format::sarif)).at("runs").at(0);
    ASSERT_EQ(run.at("results").size(), report.findings.size());
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
      const Finding& finding = report.findings[i];
      const auto& result = run.at("results").at(i);
      EXPECT_EQ(result.contains("suppressions"), !finding.accepted.empty());
      EXPECT_EQ(result.contains("locations"),
                !finding.where.file.empty() || !report.fallback.empty());
      if (result.contains("ruleIndex")) {
        const auto& rules = run.at("tool").at("driver").at("rules");
        EXPECT_EQ(rules.at(result.at("ruleIndex").get<std::size_t>()).at("id"), finding.rule);
      }
    }
  }
}

TEST(Report, GithubTellsEachFindingThatWasNotAcceptedInOneLine) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(300); ++seed) {
    const Report report = random_report(seed);
    std::vector<std::string> lines = text::split(print(report, Format::github), '\n');
    EXPECT_EQ(lines.back(), "");
    lines.pop_back();
    std::vector<Finding> told = report.findings;
    std::erase_if(told, [](const Finding& finding) { return !finding.accepted.empty(); });
    ASSERT_EQ(lines.size(), told.size()) << seed;
    for (std::size_t i = 0; i < told.size(); ++i) {
      static const std::regex command(R"(::(error|warning|notice) ([^:\r]*)::([^\r]*))");
      std::smatch match;
      ASSERT_TRUE(std::regex_match(lines[i], match, command)) << seed << ": " << lines[i];
      EXPECT_EQ(match[1] == "error", is_failure_of(report, told[i])) << lines[i];
      if (text::find_invalid_utf8(told[i].message)) continue;
      EXPECT_EQ(unescaped(match[3]).rfind(told[i].message, 0), 0U) << lines[i];
    }
  }
}

TEST(Report, FilesAreRelativeToTheRepositoryWhereverTheProjectIs) {
  Report report;
  report.command = "lint";
  report.repository = "/srv/shop";
  report.root = "/srv/shop/db";
  report.findings = {{.rule = "R", .where = {"migrations/a b#1.yaml", 3, 5}, .message = "m"},
                     {.rule = "R", .where = {"../shared/b.yaml", 1, 0}, .message = "m"},
                     {.rule = "R", .where = {"/etc/c.yaml", 0, 0}, .message = "m"}};
  EXPECT_EQ(print(report, Format::github),
            "::error file=db/migrations/a b#1.yaml,line=3,col=5,title=dbmig lint%3A R::m\n"
            "::error file=shared/b.yaml,line=1,title=dbmig lint%3A R::m\n"
            "::error file=/etc/c.yaml,title=dbmig lint%3A R::m\n");
  const auto results =
      nlohmann::json::parse(print(report, Format::sarif)).at("runs").at(0).at("results");
  const auto file = [&](int i) {
    return results.at(i).at("locations").at(0).at("physicalLocation").at("artifactLocation");
  };
  EXPECT_EQ(file(0).at("uri"), "db/migrations/a%20b%231.yaml");
  EXPECT_EQ(file(0).at("uriBaseId"), "%SRCROOT%");
  EXPECT_EQ(file(2).at("uri"), "file:///etc/c.yaml");
  EXPECT_FALSE(file(2).contains("uriBaseId"));
}

TEST(Report, WhatACommandDidNotComeToIsNotReportedAsPassed) {
  Report report;
  report.command = "check";
  report.cases = {{"heads"}, {"model"}};
  report.findings = {{.rule = "heads", .message = "two", .case_name = "heads"}};
  const Error error(ErrorCode::invalid, {{{"schemas/a.yaml", 6, 9}, "broken", "mend it"}});
  add_error(report, error);
  add_error(report, error);
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[1].where, (SourcePosition{"schemas/a.yaml", 6, 9}));
  EXPECT_EQ(report.cases[0].skipped, "");
  EXPECT_NE(report.cases[1].skipped, "");
  EXPECT_THAT(print(report, Format::junit),
              testing::HasSubstr("tests=\"3\" failures=\"2\" errors=\"0\" skipped=\"1\""));
}

}  // namespace
}  // namespace dbmig::report
