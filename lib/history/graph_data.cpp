// What a graph holds: found by id, read when it is asked for.

#include "history/graph_data.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <system_error>
#include <thread>

namespace dbmig::history {

EdgeLists EdgeLists::turned() const {
  EdgeLists back;
  back.ends.resize(ends.size());
  back.all.resize(all.size());
  for (const Rank to : all) ++back.ends[to];
  Rank end = 0;
  for (Rank& one : back.ends) end = one += end;
  // From the last one on, so that each list is filled from its end.
  std::vector<Rank> next = back.ends;
  for (Rank from = static_cast<Rank>(ends.size()); from-- > 0;) {
    const std::span<const Rank> list = of(from);
    for (auto to = list.rbegin(); to != list.rend(); ++to) back.all[--next[*to]] = from;
  }
  return back;
}

namespace {

constexpr Rank kEmptySlot = static_cast<Rank>(-1);

}  // namespace

void RankTable::fill(const std::vector<std::string>& ids) {
  ids_ = &ids;
  std::size_t size = 16;
  while (size < ids.size() * 2) size *= 2;
  slots_.assign(size, kEmptySlot);
  for (Rank rank = 0; rank < ids.size(); ++rank) {
    std::size_t slot = std::hash<std::string_view>()(ids[rank]) & (size - 1);
    while (slots_[slot] != kEmptySlot) slot = (slot + 1) & (size - 1);
    slots_[slot] = rank;
  }
}

const Rank* RankTable::find(std::string_view id) const {
  std::size_t slot = std::hash<std::string_view>()(id) & (slots_.size() - 1);
  while (slots_[slot] != kEmptySlot) {
    if ((*ids_)[slots_[slot]] == id) return &slots_[slot];
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return nullptr;
}

void Graph::Data::finish() {
  children = arranged.parents.turned();
  needed_by = arranged.needs.turned();
  ranks.fill(arranged.order);
  entries.resize(size());
}

const std::shared_ptr<Graph::Entry>& Graph::Data::entry(Rank rank) const {
  if (catalog == nullptr) return entries[rank];
  const std::lock_guard lock(making_);
  std::shared_ptr<Entry>& entry = entries[rank];
  if (entry == nullptr) {
    entry = std::make_shared<Entry>();
    static_cast<Header&>(entry->revision) = catalog->header(rank);
    entry->read = [catalog = catalog, rank] { return catalog->read(rank); };
  }
  return entry;
}

void Graph::read_ahead(const std::vector<std::string>& ids) const {
  // Fewer are read as fast as threads are begun.
  constexpr std::size_t kMany = 32;
  const std::size_t threads =
      std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), ids.size() / kMany);
  if (threads < 2) return;
  std::atomic<std::size_t> next{0};
  const auto read_some = [&] {
    for (std::size_t i = next++; i < ids.size(); i = next++) {
      try {
        static_cast<void>(get(ids[i]));
      } catch (const std::exception&) {
        // Whoever needs this one meets the reason.
        continue;
      }
    }
  };
  std::vector<std::jthread> others;
  others.reserve(threads - 1);
  try {
    while (others.size() < threads - 1) others.emplace_back(read_some);
  } catch (const std::system_error&) {
    // The system gives no more threads: those that there are do it.
  }
  read_some();
}

std::string_view Graph::Data::checksum(Rank rank) const {
  return catalog == nullptr ? std::string_view(entries[rank]->revision.checksum.get())
                            : catalog->checksum(rank);
}

std::vector<Graph::Data::Labels> Graph::Data::all_labels() const {
  static const Labels none = std::make_shared<const std::set<std::string>>();
  const auto joined = [](const Labels& a, const Labels& b) {
    if (a->empty() || a == b) return b;
    if (b->empty()) return a;
    auto both = std::make_shared<std::set<std::string>>(*a);
    both->insert(b->begin(), b->end());
    return Labels(std::move(both));
  };
  std::vector<Labels> own(size(), none);
  for (const auto& [label, id] : arranged.labels) {
    const Rank* rank = ranks.find(id);
    if (rank == nullptr) continue;
    auto more = std::make_shared<std::set<std::string>>(*own[*rank]);
    more->insert(label);
    own[*rank] = std::move(more);
  }
  std::vector<Labels> all = own;
  for (Rank rank = 0; rank < size(); ++rank) {
    for (const Rank parent : arranged.parents.of(rank)) all[rank] = joined(all[rank], all[parent]);
  }
  // Down the one line that leads on, where it ends at a head: null where it does not.
  std::vector<Labels> below(size());
  for (Rank rank = static_cast<Rank>(size()); rank-- > 0;) {
    const std::span<const Rank> next = needed_by.of(rank);
    if (next.empty()) {
      below[rank] = none;
    } else if (next.size() == 1 && arranged.parents.of(rank).size() < 2 &&
               arranged.parents.of(next.front()).size() == 1 && below[next.front()] != nullptr) {
      below[rank] = joined(own[next.front()], below[next.front()]);
    }
    if (below[rank] != nullptr) all[rank] = joined(all[rank], below[rank]);
  }
  return all;
}

const std::set<std::string>& Graph::Data::labels(Rank rank) const {
  const std::lock_guard lock(making_);
  if (labels_.empty()) labels_ = all_labels();
  return *labels_[rank];
}

}  // namespace dbmig::history
