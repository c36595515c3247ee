#include "diagram/revisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace dbmig::diagram {
namespace {

using schema::Schema;
using schema::Table;

/// The schemas at revisions, each made from the one before.
class Folds {
 public:
  explicit Folds(const history::Graph& graph) : graph_(graph) {}

  /// The schema that `id` is applied to; its needs were asked for before.
  Schema before(const std::string& id) {
    const std::set<std::string> needs = graph_.needs(id);
    if (needs.empty()) return {};
    if (needs.size() == 1) return after_.at(*needs.begin());
    return graph_.fold(needs);
  }
  const Schema& after(const std::string& id, Schema before) {
    return after_[id] = history::apply(std::move(before), graph_.get(id));
  }
  const Schema& at(const std::string& id) const { return after_.at(id); }

 private:
  const history::Graph& graph_;
  std::map<std::string, Schema> after_;
};

/// Tables whose names are new in a revision, and columns: new name → old name.
void add_renames(const history::Revision& revision, Json& json) {
  for (const ops::Operation& operation : revision.upgrade) {
    if (const auto* table = std::get_if<ops::RenameTable>(&operation)) {
      json["renamed"][table->to] = table->name;
    }
    if (const auto* column = std::get_if<ops::AlterColumn>(&operation)) {
      if (column->rename) json["renamed_columns"][column->table][*column->rename] = column->name;
    }
  }
}

Json findings_json(const lint::Result& result, const history::Revision& revision) {
  Json list = Json::array();
  for (const lint::Finding& finding : result.findings) {
    Json json{{"code", finding.code},
              {"level", lint::to_string(finding.level)},
              {"message", finding.message}};
    if (!finding.hint.empty()) json["hint"] = finding.hint;
    if (finding.operation < revision.upgrade.size()) {
      const std::string_view table = ops::table_of(revision.upgrade[finding.operation]);
      if (!table.empty()) json["table"] = table;
    }
    list.push_back(std::move(json));
  }
  return list;
}

/// Operations that change no table's definition, in words.
Json other_changes(const history::Revision& revision) {
  Json list = Json::array();
  for (const ops::Operation& operation : revision.upgrade) list.push_back(ops::describe(operation));
  return list;
}

}  // namespace

Json changed_tables(const Schema& from, const Schema& to, const PageData& data, JsonPool& pool) {
  Json json = Json::object();
  const auto shows = [&](const std::string& name) {
    return !data.only || data.only->count(name) != 0;
  };
  for (const auto& [name, table] : to.tables) {
    if (!shows(name)) continue;
    const Table* before = from.find_table(name);
    if (before == &table || (before != nullptr && *before == table)) continue;
    json[name] = pool.add(table);
  }
  for (const auto& [name, table] : from.tables) {
    if (shows(name) && to.find_table(name) == nullptr) json[name] = nullptr;
  }
  return json;
}

std::vector<std::size_t> lanes_of(const std::vector<std::vector<std::size_t>>& parents) {
  const std::size_t none = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> children(parents.size(), 0);
  for (const auto& own : parents) {
    for (const std::size_t parent : own) ++children[parent];
  }
  std::vector<std::size_t> holder;  // lane → the revision that it is kept for
  std::vector<std::size_t> lanes(parents.size(), 0);
  std::vector<bool> is_continued(parents.size(), false);
  for (std::size_t i = 0; i < parents.size(); ++i) {
    std::size_t lane = none;
    for (const std::size_t parent : parents[i]) {
      if (!is_continued[parent]) {
        lane = lanes[parent];
        is_continued[parent] = true;
        break;
      }
    }
    if (lane == none) {
      lane =
          static_cast<std::size_t>(std::find(holder.begin(), holder.end(), none) - holder.begin());
    }
    if (lane == holder.size()) holder.push_back(none);
    holder[lane] = i;
    lanes[i] = lane;
    for (const std::size_t parent : parents[i]) {
      if (--children[parent] == 0 && holder[lanes[parent]] == parent) holder[lanes[parent]] = none;
    }
    if (children[i] == 0) holder[lane] = none;
  }
  return lanes;
}

Json revisions_json(const PageData& data, JsonPool& pool) {
  Json list = Json::array();
  if (!data.history) return list;
  const history::Graph& graph = *data.history;
  Folds folds(graph);
  std::map<std::string, std::size_t> index;
  std::vector<std::vector<std::size_t>> parents;
  const Schema nothing;
  for (const std::string& id : graph.topological()) {
    const history::Revision& revision = graph.get(id);
    const std::set<std::string> needs = graph.needs(id);
    Json json{{"id", id}, {"message", revision.message}};
    if (!revision.created.empty()) json["created"] = revision.created;
    std::vector<std::size_t> own;
    for (const std::string& parent : graph.parents(revision.id)) own.push_back(index.at(parent));
    json["parents"] = own;
    if (needs.size() > own.size()) {
      Json others = Json::array();
      for (const std::string& need : needs) {
        const std::size_t at = index.at(need);
        if (std::find(own.begin(), own.end(), at) == own.end()) others.push_back(at);
      }
      json["depends_on"] = std::move(others);
    }
    if (!revision.labels.empty()) json["labels"] = revision.labels;
    if (graph.is_head(id)) json["head"] = true;
    if (!revision.replaces.empty()) json["replaces"] = revision.replaces.size();
    Schema before = folds.before(id);
    const bool has_base = !needs.empty();
    const std::string base = own.empty() ? (has_base ? *needs.begin() : std::string())
                                         : graph.parents(revision.id).front();
    if (has_base) json["base"] = index.at(base);
    if (needs.size() > 1) json["before"] = changed_tables(folds.at(base), before, data, pool);
    if (data.lint) {
      Schema linted = before;
      Json findings = findings_json(lint::lint(revision, linted, *data.lint), revision);
      if (!findings.empty()) json["findings"] = std::move(findings);
    }
    const Schema start = before;
    json["tables"] = changed_tables(start, folds.after(id, std::move(before)), data, pool);
    json["operations"] = other_changes(revision);
    add_renames(revision, json);
    index[id] = list.size();
    parents.push_back(std::move(own));
    list.push_back(std::move(json));
  }
  const std::vector<std::size_t> lanes = lanes_of(parents);
  for (std::size_t i = 0; i < lanes.size(); ++i) list[i]["lane"] = lanes[i];
  return list;
}

}  // namespace dbmig::diagram
