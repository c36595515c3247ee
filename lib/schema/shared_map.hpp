#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace dbmig::schema {

/// A sorted map whose copies share what they have in common: a copy costs one pointer, however many
/// entries there are, and changing one entry of a copy costs the square root of their number. Of a
/// schema of a thousand tables every step of every revision wants one of its own, with one table
/// changed.
///
/// As std::map otherwise, with what SharedList says: what is reached through a map that is not
/// const is made the map's own, and references from before then belong to the copies that still
/// share it. Inserting and erasing move no other entry, but end all iterators. Copies may be used
/// in different threads.
template <class Key, class Value>
class SharedMap {
 public:
  using key_type = Key;
  using mapped_type = Value;
  using value_type = std::pair<const Key, Value>;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;

 private:
  using Node = std::shared_ptr<value_type>;
  using Chunk = std::vector<Node>;
  using Chunks = std::vector<std::shared_ptr<Chunk>>;

  /// Where an entry stands, or would stand.
  struct Place {
    std::size_t chunk = 0;
    std::size_t at = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };

  template <bool is_const>
  class Iterator {
   public:
    using Map = std::conditional_t<is_const, const SharedMap, SharedMap>;
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = SharedMap::value_type;
    using difference_type = std::ptrdiff_t;
    using reference = std::conditional_t<is_const, const value_type&, value_type&>;
    using pointer = std::conditional_t<is_const, const value_type*, value_type*>;

    Iterator() = default;
    Iterator(Map* map, Place place) : map_(map), place_(place) {}
    operator Iterator<true>() const {
      return {map_, place_};
    }  // NOLINT(google-explicit-constructor)

    reference operator*() const { return map_->entry(place_); }
    pointer operator->() const { return &map_->entry(place_); }
    Iterator& operator++() {
      place_ = map_->after(place_);
      return *this;
    }
    Iterator operator++(int) {
      Iterator old = *this;
      ++*this;
      return old;
    }
    Iterator& operator--() {
      if (place_.at == 0) {
        --place_.chunk;
        place_.at = map_->chunks()[place_.chunk]->size();
      }
      --place_.at;
      return *this;
    }
    Iterator operator--(int) {
      Iterator old = *this;
      --*this;
      return old;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.place_ == b.place_; }

   private:
    friend class SharedMap;
    Map* map_ = nullptr;
    Place place_;
  };

 public:
  using iterator = Iterator<false>;
  using const_iterator = Iterator<true>;
  using reverse_iterator = std::reverse_iterator<iterator>;
  using const_reverse_iterator = std::reverse_iterator<const_iterator>;

  SharedMap() = default;
  SharedMap(const SharedMap&) = default;
  SharedMap& operator=(const SharedMap&) = default;
  SharedMap(SharedMap&& other) noexcept
      : chunks_(std::move(other.chunks_)), size_(std::exchange(other.size_, 0)) {}
  SharedMap& operator=(SharedMap&& other) noexcept {
    if (this == &other) return *this;
    chunks_ = std::move(other.chunks_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~SharedMap() = default;
  SharedMap(std::initializer_list<value_type> entries)
      : SharedMap(entries.begin(), entries.end()) {}
  template <class Entry>
  SharedMap(Entry first, Entry last) {
    for (; first != last; ++first) insert(*first);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  const_iterator begin() const { return {this, {}}; }
  const_iterator end() const { return {this, past()}; }
  const_iterator cbegin() const { return begin(); }
  const_iterator cend() const { return end(); }
  const_reverse_iterator rbegin() const { return const_reverse_iterator(end()); }
  const_reverse_iterator rend() const { return const_reverse_iterator(begin()); }
  iterator begin() { return {this, {}}; }
  iterator end() { return {this, past()}; }
  reverse_iterator rbegin() { return reverse_iterator(end()); }
  reverse_iterator rend() { return reverse_iterator(begin()); }

  template <class Name = Key>
  const_iterator find(const Name& key) const {
    return {this, place_of(key)};
  }
  template <class Name = Key>
  iterator find(const Name& key) {
    return {this, place_of(key)};
  }
  template <class Name = Key>
  std::size_t count(const Name& key) const {
    return contains(key) ? 1 : 0;
  }
  template <class Name = Key>
  bool contains(const Name& key) const {
    return !(place_of(key) == past());
  }
  template <class Name = Key>
  const Value& at(const Name& key) const {
    const Place place = place_of(key);
    if (place == past()) throw std::out_of_range("SharedMap::at");
    return entry(place).second;
  }
  template <class Name = Key>
  Value& at(const Name& key) {
    const Place place = place_of(key);
    if (place == past()) throw std::out_of_range("SharedMap::at");
    return entry(place).second;
  }
  Value& operator[](const Key& key) { return try_emplace(key).first->second; }

  template <class... Parts>
  std::pair<iterator, bool> try_emplace(const Key& key, Parts&&... parts) {
    const Place place = lower_bound(key);
    if (holds(place, key)) return {{this, place}, false};
    return {add(place,
                std::make_shared<value_type>(std::piecewise_construct, std::forward_as_tuple(key),
                                             std::forward_as_tuple(std::forward<Parts>(parts)...))),
            true};
  }
  template <class... Parts>
  std::pair<iterator, bool> emplace(Parts&&... parts) {
    Node node = std::make_shared<value_type>(std::forward<Parts>(parts)...);
    const Place place = lower_bound(node->first);
    if (holds(place, node->first)) return {{this, place}, false};
    return {add(place, std::move(node)), true};
  }
  template <class Entry>
  std::pair<iterator, bool> insert(Entry&& entry) {
    return emplace(std::forward<Entry>(entry));
  }
  template <class Entry>
  void insert(Entry first, Entry last) {
    for (; first != last; ++first) insert(*first);
  }
  template <class New>
  std::pair<iterator, bool> insert_or_assign(const Key& key, New&& value) {
    const Place place = lower_bound(key);
    if (!holds(place, key)) {
      return {add(place, std::make_shared<value_type>(key, std::forward<New>(value))), true};
    }
    // One that is shared is not copied to be written over.
    Node& node = own_chunk(place.chunk)[place.at];
    if (node.use_count() > 1) {
      node = std::make_shared<value_type>(key, std::forward<New>(value));
    } else {
      settle(node);
      node->second = std::forward<New>(value);
    }
    return {{this, place}, false};
  }

  template <class Name = Key>
  requires(!std::is_convertible_v<const Name&, const_iterator>) std::size_t erase(const Name& key) {
    const Place place = place_of(key);
    if (place == past()) return 0;
    remove(place);
    return 1;
  }
  iterator erase(const_iterator at) { return {this, remove(at.place_)}; }
  void clear() {
    chunks_.reset();
    size_ = 0;
  }
  /// What of `other` is not here comes here.
  void merge(SharedMap& other) {
    SharedMap left;
    for (const auto& node_chunk : other.chunks()) {
      for (const Node& node : *node_chunk) {
        const Place place = lower_bound(node->first);
        if (holds(place, node->first)) {
          left.add(left.past(), node);
        } else {
          add(place, node);
        }
      }
    }
    other = std::move(left);
  }
  void merge(SharedMap&& other) { merge(other); }

  /// Entries that are shared are not looked at.
  friend bool operator==(const SharedMap& a, const SharedMap& b) {
    if (a.chunks_ == b.chunks_) return true;
    if (a.size_ != b.size_) return false;
    Place left;
    Place right;
    while (!(left == a.past())) {
      const auto& a_chunk = a.chunks()[left.chunk];
      const auto& b_chunk = b.chunks()[right.chunk];
      if (left.at == 0 && right.at == 0 && a_chunk == b_chunk) {
        ++left.chunk;
        ++right.chunk;
        continue;
      }
      const Node& one = (*a_chunk)[left.at];
      const Node& other = (*b_chunk)[right.at];
      if (one != other && !(*one == *other)) return false;
      left = a.after(left);
      right = b.after(right);
    }
    return true;
  }

  /// As std::erase_if: asks once for each entry, in their order.
  template <class Is>
  friend std::size_t erase_if(SharedMap& map, Is is) {
    std::vector<Key> gone;
    for (const auto& entry : std::as_const(map)) {
      if (is(entry)) gone.push_back(entry.first);
    }
    for (const Key& key : gone) map.erase(key);
    return gone.size();
  }

 private:
  static constexpr std::size_t kMaxChunk = 64;

  const Chunks& chunks() const {
    static const Chunks none;
    return chunks_ ? *chunks_ : none;
  }
  Place past() const { return {chunks().size(), 0}; }
  Place after(Place place) const {
    if (++place.at == chunks()[place.chunk]->size()) place = {place.chunk + 1, 0};
    return place;
  }

  template <class Name = Key>
  Place lower_bound(const Name& key) const {
    const Chunks& all = chunks();
    const auto chunk = std::lower_bound(
        all.begin(), all.end(), key,
        [](const auto& one, const Name& name) { return one->back()->first < name; });
    if (chunk == all.end()) return past();
    const auto at =
        std::lower_bound((*chunk)->begin(), (*chunk)->end(), key,
                         [](const Node& one, const Name& name) { return one->first < name; });
    return {static_cast<std::size_t>(chunk - all.begin()),
            static_cast<std::size_t>(at - (*chunk)->begin())};
  }
  template <class Name = Key>
  bool holds(Place place, const Name& key) const {
    return !(place == past()) && !(key < (*chunks()[place.chunk])[place.at]->first);
  }
  template <class Name = Key>
  Place place_of(const Name& key) const {
    const Place place = lower_bound(key);
    return holds(place, key) ? place : past();
  }

  const value_type& entry(Place place) const { return *(*chunks()[place.chunk])[place.at]; }
  value_type& entry(Place place) { return own(own_chunk(place.chunk)[place.at]); }

  /// Threads that released `shared` have finished reading it before this returns.
  template <class T>
  static void settle([[maybe_unused]] const std::shared_ptr<T>& shared) {
#ifdef DBMIG_THREAD_SANITIZER
    std::shared_ptr<T>(shared).reset();  // as in SharedList
#else
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
  }
  template <class T>
  static T& own(std::shared_ptr<T>& shared) {
    if (shared.use_count() > 1) {
      shared = std::make_shared<T>(std::as_const(*shared));
    } else {
      settle(shared);
    }
    return *shared;
  }
  Chunks& own_chunks() {
    if (!chunks_) chunks_ = std::make_shared<Chunks>();
    return own(chunks_);
  }
  Chunk& own_chunk(std::size_t index) {
    return own(own_chunks()[index]);
  }

  iterator add(Place place, Node node) {
    Chunks& all = own_chunks();
    ++size_;
    if (place.chunk == all.size()) {
      if (all.empty() || all.back()->size() >= kMaxChunk) {
        all.push_back(std::make_shared<Chunk>());
        place = {all.size() - 1, 0};
      } else {
        place = {all.size() - 1, all.back()->size()};
      }
    }
    Chunk& chunk = own(all[place.chunk]);
    chunk.insert(chunk.begin() + static_cast<std::ptrdiff_t>(place.at), std::move(node));
    if (chunk.size() <= kMaxChunk) return {this, place};
    const std::size_t half = chunk.size() / 2;
    const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(half);
    auto upper = std::make_shared<Chunk>(middle, chunk.end());
    chunk.erase(middle, chunk.end());
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(place.chunk) + 1, std::move(upper));
    if (place.at >= half) place = {place.chunk + 1, place.at - half};
    return {this, place};
  }

  /// The place of what came after it.
  Place remove(Place place) {
    Chunks& all = own_chunks();
    Chunk& chunk = own(all[place.chunk]);
    chunk.erase(chunk.begin() + static_cast<std::ptrdiff_t>(place.at));
    --size_;
    if (chunk.empty()) {
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(place.chunk));
      return {place.chunk, 0};
    }
    return place.at == chunk.size() ? Place{place.chunk + 1, 0} : place;
  }

  std::shared_ptr<Chunks> chunks_;
  std::size_t size_ = 0;
};

}  // namespace dbmig::schema
