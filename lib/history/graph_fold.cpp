// What the revisions of a graph add up to.

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "history/graph_data.hpp"
#include "ops/apply.hpp"

namespace dbmig::history {

schema::Schema Graph::fold(const std::set<std::string>& ids) const {
  return fold_in_order(in_order(ancestors(ids)));
}

schema::Schema Graph::fold() const {
  const std::vector<std::string> all = heads();
  return fold({all.begin(), all.end()});
}

namespace {

/// Moves the revision at `index`, with those of its ancestors that stand between, before the first
/// one it does not descend from and that concerns the same table. False when there is none.
bool move_earlier(const Graph& graph, std::vector<std::string>& ids, std::size_t index) {
  const std::set<std::string> own = graph.ancestors({ids[index]});
  std::set<std::string> tables;
  for (const ops::Operation& operation : graph.get(ids[index]).upgrade) {
    tables.insert(text::lower(ops::table_of(operation)));
  }
  const auto concerns = [&](const std::string& id) {
    const std::vector<ops::Operation>& operations = graph.get(id).upgrade;
    return std::any_of(operations.begin(), operations.end(), [&](const ops::Operation& operation) {
      return tables.count(text::lower(ops::table_of(operation))) != 0;
    });
  };
  const auto end = ids.begin() + static_cast<std::ptrdiff_t>(index);
  const auto first = std::find_if(
      ids.begin(), end, [&](const std::string& id) { return own.count(id) == 0 && concerns(id); });
  if (first == end) return false;
  std::stable_partition(first, end + 1, [&](const std::string& id) { return own.count(id) != 0; });
  return true;
}

}  // namespace

/// Goes on from the longest beginning of `ids` that was folded before.
schema::Schema Graph::fold_from_known(const std::vector<std::string>& ids) const {
  // The result of fewer is found as fast as looked up.
  constexpr std::size_t kManyRevisions = 64;
  constexpr std::size_t kManyOperations = 64;
  const std::lock_guard lock(folds_->mutex);
  schema::Schema schema;
  std::size_t done = 0;
  if (folds_->ids.size() <= ids.size() &&
      std::equal(folds_->ids.begin(), folds_->ids.end(), ids.begin())) {
    schema = folds_->schema;
    done = folds_->ids.size();
  }
  std::string checksums;
  std::vector<std::size_t> ends{0};
  // Not when a caller goes on by a revision at a time.
  const bool is_stored = folds_->store && (done == 0 || ids.size() >= done + kManyRevisions);
  if (is_stored) {
    for (const std::string& id : ids) {
      checksums += checksum(id);
      checksums += '\n';
      ends.push_back(checksums.size());
    }
    for (const std::size_t length : folds_->store->lengths()) {
      if (length > ids.size() || length <= done) continue;
      auto found = folds_->store->find(
          length, sha256_hex(std::string_view(checksums).substr(0, ends[length])));
      if (!found) continue;
      schema = std::move(*found);
      done = length;
      break;
    }
  }
  read_ahead({ids.begin() + static_cast<std::ptrdiff_t>(done), ids.end()});
  std::size_t operations = 0;
  for (; done < ids.size(); ++done) {
    const Revision& revision = get(ids[done]);
    operations += revision.upgrade.size();
    schema = history::apply(std::move(schema), revision);
  }
  if (is_stored && operations >= kManyOperations) {
    folds_->store->keep(done, sha256_hex(checksums), schema);
  }
  folds_->ids = ids;
  folds_->schema = schema;
  return schema;
}

schema::Schema Graph::fold_in_order(const std::vector<std::string>& ids) const {
  try {
    return fold_from_known(ids);
  } catch (const Error&) {
    return workable(ids).second;
  }
}

std::vector<std::string> Graph::workable_order(const std::vector<std::string>& ids) const {
  try {
    static_cast<void>(fold_from_known(ids));
    return ids;
  } catch (const Error&) {
    return workable(ids).first;
  }
}

std::pair<std::vector<std::string>, schema::Schema> Graph::workable(
    std::vector<std::string> order) const {
  std::optional<Error> first;
  std::set<std::string> moved;
  while (true) {
    schema::Schema schema;
    std::size_t index = 0;
    try {
      for (; index < order.size(); ++index)
        schema = history::apply(std::move(schema), get(order[index]));
      return {std::move(order), std::move(schema)};
    } catch (const Error& error) {
      if (!first) first = error;
    }
    if (!moved.insert(order[index]).second || !move_earlier(*this, order, index)) throw *first;
  }
}

}  // namespace dbmig::history
