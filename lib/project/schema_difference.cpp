#include "project/schema_difference.hpp"

#include <fmt/core.h>

#include <utility>

#include "base/text.hpp"
#include "diff/diff.hpp"
#include "project/comparison_side.hpp"

namespace dbmig::project {
namespace {

DialectKind sql_dialect(Workspace& workspace, const std::string& dialect,
                        const ComparedSchemas& compared) {
  if (!dialect.empty()) {
    if (const auto kind = dialect_kind(text::lower(dialect))) return *kind;
    throw Error(ErrorCode::usage, fmt::format("unknown dialect '{}'", dialect))
        .hint("use sqlite or mariadb");
  }
  if (compared.kind && !compared.is_portable) return *compared.kind;
  const yaml::Project* project = workspace.find_project();
  if (project != nullptr && project->only_dialect()) return *project->only_dialect();
  return workspace.url().dialect;
}

}  // namespace

SchemaDifference compare_schemas(Workspace& workspace, const ComparisonRequest& request) {
  if (request.from == "-" && request.to == "-") {
    throw Error(ErrorCode::usage, "standard input cannot be both sides");
  }
  const ComparisonSide first = comparison_side(workspace, request.from, request.dialect);
  const ComparisonSide second = comparison_side(workspace, request.to, request.dialect);
  SchemaDifference result;
  result.from = first.label;
  result.to = second.label;
  for (const ComparisonSide* side : {&first, &second}) {
    for (const backend::Unsupported& object : side->unsupported) {
      result.not_compared.push_back({side->label, object});
    }
  }
  ComparedSchemas compared = make_comparable(workspace, first, second, request.all);
  result.is_portable = compared.is_portable;
  result.unknown = compared.unknown;
  const schema::RenameHints renames = renames_between(workspace, first, second);
  ComparedSchemas spelled = keep_spelling(first, second, compared);
  result.operations = diff::diff(spelled.from, spelled.to, renames).operations;
  result.changes = changes(compared.from, compared.to, renames);
  result.before = std::move(spelled.from);
  if (request.as_sql) result.sql_dialect = sql_dialect(workspace, request.dialect, compared);
  return result;
}

}  // namespace dbmig::project
