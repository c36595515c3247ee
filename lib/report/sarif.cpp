#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "base/hash.hpp"
#include "report/place.hpp"

// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub shows
// of it: https://docs.github.com/code-security/code-scanning (SARIF support for code scanning).
namespace dbmig::report {
namespace {

using Json = nlohmann::ordered_json;

std::string_view level_name(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "none";
}

/// RFC 3986: what may stand in a path stays, every other byte is written as %XX.
std::string uri_path(std::string_view path) {
  static constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const bool is_letter =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter || kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

Json location(const std::string& file, const SourcePosition& where) {
  Json artifact;
  if (file.starts_with('/')) {
    artifact = {{"uri", "file://" + uri_path(file)}};
  } else {
    artifact = {{"uri", uri_path(file)}, {"uriBaseId", "%SRCROOT%"}};
  }
  Json physical{{"artifactLocation", std::move(artifact)}};
  if (where.line > 0) {
    physical["region"] = {{"startLine", where.line}};
    if (where.column > 0) physical["region"]["startColumn"] = where.column;
  }
  return {{"physicalLocation", std::move(physical)}};
}

Json rule_json(const Rule& rule) {
  Json json{{"id", rule.id}, {"shortDescription", {{"text", rule.title}}}};
  if (!rule.explanation.empty()) {
    json["fullDescription"] = {{"text", rule.explanation}};
    json["help"] = {{"text", rule.explanation}};
  }
  json["defaultConfiguration"] = {{"level", level_name(rule.severity)}};
  return json;
}

/// The same finding has the same one after lines were added above it: hosts recognise it by this.
std::string fingerprint(const std::string& file, const Finding& finding) {
  constexpr std::size_t kDigits = 32;
  return sha256_hex(finding.rule + '\n' + file + '\n' + finding.message).substr(0, kDigits);
}

Json result_json(const Report& report, const Finding& finding) {
  Json json{{"ruleId", as_utf8(finding.rule)}};
  const auto rule = std::find_if(report.rules.begin(), report.rules.end(),
                                 [&](const Rule& one) { return one.id == finding.rule; });
  if (rule != report.rules.end()) json["ruleIndex"] = rule - report.rules.begin();
  json["level"] = level_name(finding.severity);
  json["message"] = {{"text", full_message(finding)}};
  std::string file = shown_file(report, finding);
  SourcePosition where = finding.where;
  if (file.empty() && !report.fallback.empty()) {
    Finding elsewhere;
    elsewhere.where = where = {report.fallback.string(), 1, 0};
    file = shown_file(report, elsewhere);
  }
  if (!file.empty()) json["locations"] = Json::array({location(file, where)});
  json["partialFingerprints"] = {{"dbmig/v1", fingerprint(file, finding)}};
  if (!finding.accepted.empty()) {
    json["suppressions"] =
        Json::array({{{"kind", "inSource"}, {"justification", as_utf8(finding.accepted)}}});
  }
  return json;
}

}  // namespace

std::string print_sarif(const Report& report) {
  Json rules = Json::array();
  for (const Rule& rule : report.rules) rules.push_back(rule_json(rule));
  Json results = Json::array();
  for (const Finding& finding : report.findings) results.push_back(result_json(report, finding));
  const bool could_work =
      std::none_of(report.findings.begin(), report.findings.end(),
                   [](const Finding& finding) { return finding.rule == "error"; });
  const Json run{
      {"tool",
       {{"driver",
         {{"name", "dbmig"}, {"semanticVersion", report.version}, {"rules", std::move(rules)}}}}},
      {"automationDetails", {{"id", "dbmig/" + report.command + "/"}}},
      {"invocations", Json::array({{{"executionSuccessful", could_work}}})},
      {"columnKind", "unicodeCodePoints"},
      {"results", std::move(results)}};
  const Json document{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", Json::array({run})}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace dbmig::report
