#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/dialect_kind.hpp"
#include "base/error.hpp"
#include "schema/sql_text.hpp"

namespace dbmig::yaml {

/// A value in a test: a text, or nothing for NULL.
struct ScenarioValue {
  std::optional<std::string> text;
  /// It was written without quotes: 1.5 is then also what a database prints as 1.50.
  bool is_plain = false;
};

/// Rows for a table, by column.
struct ScenarioRows {
  std::string table;
  std::vector<std::vector<std::pair<std::string, ScenarioValue>>> rows;
};

/// One step of a test of migrations.
struct ScenarioStep {
  enum class Kind {
    upgrade,    ///< to `target`
    downgrade,  ///< to `target`
    rows,       ///< inserts `rows`
    execute,    ///< runs `sql`
    expect,     ///< `sql` gives `expected`, or one value that is true
  };
  Kind kind = Kind::upgrade;
  SourcePosition where;
  bool must_fail = false;
  std::string because;  ///< part of the message of the failure; may be empty
  std::string target;
  std::vector<ScenarioRows> rows;
  schema::SqlText sql;
  std::optional<std::vector<std::vector<ScenarioValue>>> expected;
};

/// A test of migrations.
struct Scenario {
  std::string name;  ///< `test:`, else the file's name
  SourcePosition where;
  std::vector<DialectKind> dialects;  ///< `databases:`; empty: those of the project
  std::map<std::string, std::string> variables;
  std::vector<ScenarioStep> steps;
};

/// The test in `content`. Throws Error{invalid} with every mistake.
Scenario parse_scenario(std::string_view content, const std::string& name);

/// The tests in `folder` and its subfolders, sorted by path; none when it does not exist. Paths in
/// messages are relative to `base`. Throws Error{invalid} with every mistake of all files.
std::vector<Scenario> load_scenarios(const std::filesystem::path& folder,
                                     const std::filesystem::path& base);

}  // namespace dbmig::yaml
