// Which order of a table's columns a history fixes, and which it leaves open.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "history/branches.hpp"

namespace dbmig::history {
namespace {

/// Which revision last placed each column of the tables, by their names now, and behind which other
/// column it put it.
class ColumnOrigins {
 public:
  struct Origin {
    std::string id;
    std::string after;  ///< in small letters; empty: at one of the ends
  };

  void follow(const ops::Operation& operation, const std::string& id) {
    if (const auto* table = std::get_if<ops::CreateTable>(&operation)) {
      for (const schema::Column& column : table->table.columns) {
        set(table->table.name, column.name, {id, {}});
      }
    } else if (const auto* drop = std::get_if<ops::DropTable>(&operation)) {
      tables_.erase(text::lower(drop->name));
    } else if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) {
      auto node = tables_.extract(text::lower(rename->name));
      if (node.empty()) return;
      node.key() = text::lower(rename->to);
      tables_.insert(std::move(node));
    } else if (const auto* add = std::get_if<ops::AddColumn>(&operation)) {
      set(add->table, add->column.name, {id, behind(add->position)});
    } else if (const auto* alter = std::get_if<ops::AlterColumn>(&operation)) {
      follow_change(*alter, id);
    } else if (const auto* execute = std::get_if<ops::Execute>(&operation)) {
      for (const ops::Operation& part : execute->state) follow(part, id);
    }
  }

  Origin of(std::string_view table, std::string_view column) const {
    const auto columns = tables_.find(text::lower(table));
    if (columns == tables_.end()) return {};
    const auto found = columns->second.find(text::lower(column));
    return found == columns->second.end() ? Origin() : found->second;
  }

 private:
  using Columns = std::map<std::string, Origin>;

  static std::string behind(const std::optional<ops::Position>& position) {
    return position ? text::lower(position->after) : std::string();
  }

  void set(std::string_view table, std::string_view column, Origin origin) {
    tables_[text::lower(table)][text::lower(column)] = std::move(origin);
  }

  void follow_change(const ops::AlterColumn& alter, const std::string& id) {
    const Origin origin =
        alter.position ? Origin{id, behind(alter.position)} : of(alter.table, alter.name);
    if (alter.rename) {
      Columns& columns = tables_[text::lower(alter.table)];
      columns.erase(text::lower(alter.name));
      for (auto& [name, other] : columns) {
        if (other.after == text::lower(alter.name)) other.after = text::lower(*alter.rename);
      }
    }
    set(alter.table, alter.rename.value_or(alter.name), origin);
  }

  std::map<std::string, Columns> tables_;
};

/// Whether two columns of a table may stand either way: neither was placed by one who knew the
/// other. A column that was put behind a third one stands where that one does.
class FreePlaces {
 public:
  explicit FreePlaces(const Graph& graph) : graph_(graph) {
    for (const std::string& id : graph.topological()) {
      for (const ops::Operation& operation : graph.get(id).upgrade) {
        origins_.follow(operation, id);
      }
    }
  }

  bool are_free(const std::string& table, std::string one, std::string other) {
    // Each turn leads to a column that was there before; a name that came back ends it, too.
    for (int turn = 0; turn < kMaxTurns; ++turn) {
      const ColumnOrigins::Origin a = origins_.of(table, one);
      const ColumnOrigins::Origin b = origins_.of(table, other);
      if (a.id.empty() || b.id.empty()) return false;
      const bool a_is_later = a.id != b.id && ancestors(a.id).count(b.id) != 0;
      const bool b_is_later = a.id != b.id && ancestors(b.id).count(a.id) != 0;
      if (!a_is_later && !b_is_later) return a.id != b.id;
      std::string& later = a_is_later ? one : other;
      const std::string& after = a_is_later ? a.after : b.after;
      const std::string& earlier = a_is_later ? other : one;
      if (after.empty() || text::equals_ignoring_case(after, earlier)) return false;
      later = after;
    }
    return false;
  }

 private:
  static constexpr int kMaxTurns = 10000;

  const std::set<std::string>& ancestors(const std::string& id) {
    const auto known = ancestors_.find(id);
    if (known != ancestors_.end()) return known->second;
    return ancestors_.emplace(id, graph_.ancestors({id})).first->second;
  }

  const Graph& graph_;
  ColumnOrigins origins_;
  std::map<std::string, std::set<std::string>> ancestors_;
};

/// The places in `wanted` of the columns that it has, in the order of `table`.
std::vector<std::pair<std::size_t, std::string>> places(const schema::Table& table,
                                                        const schema::Table& wanted) {
  std::vector<std::pair<std::size_t, std::string>> list;
  for (const schema::Column& column : table.columns) {
    std::size_t place = 0;
    for (const schema::Column& other : wanted.columns) {
      if (text::equals_ignoring_case(other.name, column.name)) {
        list.emplace_back(place, column.name);
        break;
      }
      ++place;
    }
  }
  return list;
}

/// The columns that `wanted` has in its order; each of the others stays behind the one before it.
void take_order(schema::Table& table, const schema::Table& wanted) {
  std::vector<std::pair<std::size_t, schema::Column>> placed;
  std::map<std::string, std::size_t> known;
  for (const auto& [place, name] : places(table, wanted)) known[name] = place + 1;
  std::size_t place = 0;
  for (const schema::Column& column : table.columns) {
    if (const auto found = known.find(column.name); found != known.end()) place = found->second;
    placed.emplace_back(place, column);
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  table.columns.clear();
  for (auto& [ignored, column] : placed) table.columns.push_back(std::move(column));
}

}  // namespace

schema::Schema with_free_order(const Graph& graph, schema::Schema folded,
                               const schema::Schema& wanted) {
  std::optional<FreePlaces> places_of;
  for (auto& [name, table] : folded.tables) {
    const schema::Table* other = wanted.find_table(name);
    if (other == nullptr) continue;
    const auto order = places(table, *other);
    if (std::is_sorted(order.begin(), order.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; })) {
      continue;
    }
    if (!places_of) places_of.emplace(graph);
    bool free = true;
    for (std::size_t i = 0; i < order.size() && free; ++i) {
      for (std::size_t j = i + 1; j < order.size() && free; ++j) {
        if (order[i].first < order[j].first) continue;
        free = places_of->are_free(name, order[i].second, order[j].second);
      }
    }
    if (free) take_order(table, *other);
  }
  return folded;
}

}  // namespace dbmig::history
