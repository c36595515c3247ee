#include "cli/format.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace dbmig::cli {
namespace {

std::string parents_text(const history::Graph& graph, const history::Header& revision) {
  return revision.parents.empty() ? "<base>" : text::join(graph.parents(revision.id), ", ");
}

std::string listed(const std::set<std::string>& names) {
  return text::join({names.begin(), names.end()}, ", ");
}

const std::string& message_text(const history::Header& revision) {
  static const std::string none = "empty message";
  return revision.message.empty() ? none : revision.message;
}

/// " (head) (branchpoint)…": what a revision is in its graph.
std::string marks(const history::Graph& graph, const history::Header& revision, bool tree,
                  bool current_before_tree, bool is_current) {
  std::string result;
  if (graph.is_head(revision.id)) {
    // What another branch depends on is at its head by that alone.
    const bool is_one = !current_before_tree || graph.is_effective_head(revision.id);
    result = is_one ? " (head)" : " (effective head)";
  }
  if (is_current && current_before_tree) result += " (current)";
  if (tree && graph.is_branch_point(revision.id)) result += " (branchpoint)";
  if (tree && revision.parents.size() > 1) result += " (mergepoint)";
  if (is_current && !current_before_tree) result += " (current)";
  return result;
}

}  // namespace

std::string revision_line(const history::Graph& graph, const history::Header& revision,
                          const LineOptions& options) {
  std::string line;
  if (options.parents) {
    line = parents_text(graph, revision);
    if (!revision.depends_on.empty()) {
      line += fmt::format(" ({})", text::join(revision.depends_on, ", "));
    }
    line += " -> ";
  }
  line += revision.id;
  if (options.labels) {
    const std::set<std::string> labels = graph.labels(revision.id);
    if (!labels.empty()) line += fmt::format(" ({})", listed(labels));
  }
  line += marks(graph, revision, options.tree, true, options.current.count(revision.id) != 0);
  if (options.message) line += ", " + message_text(revision);
  return line;
}

std::string revision_entry(Context& context, const history::Graph& graph,
                           const history::Header& revision, const std::set<std::string>& current) {
  std::string entry =
      fmt::format("Rev: {}{}\n", revision.id,
                  marks(graph, revision, true, false, current.count(revision.id) != 0));
  entry += fmt::format("{}: {}\n", revision.parents.size() > 1 ? "Merges" : "Parent",
                       parents_text(graph, revision));
  if (!revision.depends_on.empty()) {
    entry += fmt::format("Also depends on: {}\n", text::join(revision.depends_on, ", "));
  }
  const std::vector<std::string> children = graph.children(revision.id);
  if (children.size() > 1) entry += fmt::format("Branches into: {}\n", text::join(children, ", "));
  const std::set<std::string> labels = graph.labels(revision.id);
  if (!labels.empty()) entry += fmt::format("Branch names: {}\n", listed(labels));
  entry += fmt::format("Path: {}\n", context.shown(revision.path));
  if (!revision.created.empty()) entry += fmt::format("Created: {}\n", revision.created);
  entry += fmt::format("\n    {}\n", text::replace_all(message_text(revision), "\n", "\n    "));
  return entry;
}

Json revision_json(Context& context, const history::Graph& graph, const history::Header& revision,
                   const std::optional<std::set<std::string>>& current) {
  Json json = {{"revision", revision.id},
               {"parents", graph.parents(revision.id)},
               {"message", revision.message},
               {"created", revision.created},
               {"label", revision.labels.empty() ? Json() : Json(revision.labels.front())},
               {"labels", graph.labels(revision.id)},
               {"depends_on", revision.depends_on},
               {"is_head", graph.is_head(revision.id)},
               {"is_branch_point", graph.is_branch_point(revision.id)},
               {"is_merge_point", revision.parents.size() > 1}};
  if (current) json["is_current"] = current->count(revision.id) != 0;
  json["path"] = revision.path.empty() ? Json() : Json(context.shown(revision.path));
  return json;
}

Json unsupported_json(const std::vector<backend::Unsupported>& found) {
  Json list = Json::array();
  for (const backend::Unsupported& object : found) {
    list.push_back({{"object", object.object}, {"reason", object.reason}});
  }
  return list;
}

Json operations_json(const std::vector<ops::Operation>& operations) {
  Json list = Json::array();
  for (const ops::Operation& operation : operations) {
    const std::string_view table = ops::table_of(operation);
    list.push_back({{"operation", ops::name_of(operation)},
                    {"table", table.empty() ? Json() : Json(table)},
                    {"description", ops::describe(operation)}});
  }
  return list;
}

}  // namespace dbmig::cli
