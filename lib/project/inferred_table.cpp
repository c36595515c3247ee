#include "project/inferred_table.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "transfer/find_parents.hpp"
#include "yaml/model.hpp"

namespace dbmig::project {

std::string model_with_evidence(const transfer::Inferred& inferred) {
  schema::Schema schema;
  schema.tables.emplace(inferred.table.name, inferred.table);
  std::string out =
      fmt::format("# Found in {} of data by `dbmig infer`.\n", text::count(inferred.rows, "row"));
  for (const std::vector<std::string>& key : inferred.composite_keys) {
    out += fmt::format("# A key could be ({}): no two rows have the same values.\n",
                       text::join(key, ", "));
  }
  bool in_columns = false;
  std::size_t indentation = 0;  // of the columns; what belongs to one is deeper
  std::size_t column = 0;
  for (const std::string& line : text::split(yaml::print_model(schema), '\n')) {
    if (line.empty()) continue;
    out += line;
    if (in_columns && indentation == 0) indentation = line.find_first_not_of(' ');
    if (in_columns && column < inferred.evidence.size() &&
        line.find_first_not_of(' ') == indentation) {
      out += "  # " + inferred.evidence[column++];
    }
    in_columns = in_columns || text::trim(line) == "columns:";
    out += '\n';
  }
  return out;
}

void add_parents(Workspace& workspace, transfer::Inferred& inferred) {
  if (workspace.find_project() == nullptr || workspace.model().schema.tables.empty()) return;
  try {
    for (const std::string& line : transfer::find_parents(
             workspace.connection(Workspace::Access::peek), workspace.model().schema, inferred)) {
      workspace.events().info("dbmig.infer", line);
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    workspace.events().info("dbmig.infer",
                            fmt::format("Foreign keys were not searched: {}", error.message()));
  }
}

}  // namespace dbmig::project
