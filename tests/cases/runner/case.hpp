#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "schema/model.hpp"
#include "yaml/node.hpp"

namespace dbmig::cases {

/// The schema before or after a change, as the case has it: a model, or SQL for each database.
struct Side {
  schema::Model model;
  std::optional<std::map<DialectKind, std::string>> sql;  ///< instead of a model
};

/// Values of some rows of a table as SQL literals. Without `columns` in the order of the table's.
struct RowSet {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

/// What a table should hold: text, or nothing for NULL, a value for each column in order.
using Content = std::vector<std::vector<std::optional<std::string>>>;

/// A text for each database; none for one that it does not concern.
using PerDialect = std::map<DialectKind, std::string>;

/// Where `from` and `to` of a case are one thing said in two ways.
enum class Same { no, live, models };

/// One change of a schema: a document of a file below tests/cases. README.md there tells the
/// format.
struct Case {
  std::string name;   ///< "columns/rename.the_title_in_words"
  std::string where;  ///< file:line
  std::string title;
  std::optional<DialectKind> only;
  Side from;
  Side to;
  std::vector<std::pair<std::string, RowSet>> rows;
  PerDialect rows_sql;
  /// The change as a person would write it by hand, YAML as under `upgrade:` of a revision; empty:
  /// what is found by comparing.
  std::string operations;
  std::string downgrade;  ///< by hand, too; empty: derived
  Same same = Same::no;
  bool destructive = false;
  PerDialect refused;  ///< a part of the message
  std::map<DialectKind, std::map<std::string, Content>> after;
  std::map<DialectKind, std::map<std::string, Content>> back;

  bool runs_on(DialectKind kind) const { return !only || *only == kind; }
};

/// Every case of every `*.yaml` below `folder`. Throws Error{invalid} with file and line for a file
/// that is not one.
std::vector<Case> load_cases(const std::filesystem::path& folder);

}  // namespace dbmig::cases
