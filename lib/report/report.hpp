#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace dbmig::report {

enum class Severity { info, warning, error };

/// One thing that a command looks for.
struct Rule {
  std::string id;                       ///< "DS101", "pending": stable
  Severity severity = Severity::error;  ///< usually
  std::string title;                    ///< a few words
  std::string explanation;              ///< sentences; may be empty
};

/// Something that was checked, with or without findings: JUnit's test case.
struct Case {
  std::string name;
  std::string skipped = {};  ///< why nothing could be found out; empty: it was looked at
};

struct Finding {
  std::string rule;  ///< Rule::id
  Severity severity = Severity::error;
  SourcePosition where = {};  ///< the file: absolute, or relative to Report::root
  std::string message;
  std::string hint = {};       ///< what to do; may be empty
  std::string case_name = {};  ///< Case::name; one that is not in the list is added to it
  std::string accepted = {};   ///< why it is accepted, in the user's words; empty: it is not
};

/// What a command found, for programs that show it to people: editors, hosts of git repositories,
/// continuous integration.
struct Report {
  std::string command;               ///< "lint"
  std::string version;               ///< of dbmig
  std::filesystem::path root;        ///< absolute; what relative files are below
  std::filesystem::path repository;  ///< absolute; the files in documents are relative to it
  /// Stands in documents for findings without a file, where a place is asked for; may be empty.
  std::filesystem::path fallback;
  /// The least severity that makes the command fail.
  Severity fails_from = Severity::error;
  std::vector<Rule> rules;
  std::vector<Case> cases;
  std::vector<Finding> findings;
};

enum class Format {
  text,    ///< for people; each command's own
  json,    ///< each command's own document
  github,  ///< workflow commands: GitHub shows them as annotations of the changed lines
  sarif,   ///< SARIF 2.1.0: GitHub code scanning, editors
  junit,   ///< JUnit's XML: GitLab, Jenkins and most others
};

const std::vector<std::string>& format_names();
/// Nothing for a name that is none.
std::optional<Format> parse_format(std::string_view name);

/// The report as a document of `format`, which is github, sarif or junit. Names and texts may hold
/// any bytes; the document is well-formed UTF-8 all the same. The same report gives the same bytes.
std::string print(const Report& report, Format format);

/// The nearest folder from `folder`, which is absolute, upwards that holds `.git`; `folder` itself
/// when there is none.
std::filesystem::path repository_around(const std::filesystem::path& folder);

/// Adds what `error`, which ended the command, says to the findings, unless it is there already.
/// Cases without findings become skipped: they may not have been checked.
void add_error(Report& report, const Error& error);

}  // namespace dbmig::report
