#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace dbmig::schema {

/// A vector whose copies share their items until one of them is about to change: schemas of a
/// thousand tables are copied and compared again and again, and mostly differ in a table or two.
///
/// Whatever is not const may change: iterating over a list that is not const, or taking one of its
/// items by a reference that is not const, makes the list's items its own first. References and
/// iterators from before then belong to the copies that still share the old items, so take them
/// after the last such call, as with a vector that grows. Copies may be used in different threads.
template <class T>
class SharedList {
 public:
  using Items = std::vector<T>;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = const T&;
  using iterator = typename Items::iterator;
  using const_iterator = typename Items::const_iterator;

  SharedList() = default;
  SharedList(std::initializer_list<T> items) : SharedList(Items(items)) {}
  // Constructed and assigned like a vector.
  SharedList(Items items)  // NOLINT(google-explicit-constructor)
      : items_(items.empty() ? nullptr : std::make_shared<Items>(std::move(items))) {}
  operator const Items&() const { return all(); }  // NOLINT(google-explicit-constructor)

  std::size_t size() const { return all().size(); }
  bool empty() const { return all().empty(); }
  const T* data() const { return all().data(); }
  const_iterator begin() const { return all().begin(); }
  const_iterator end() const { return all().end(); }
  const_iterator cbegin() const { return begin(); }
  const_iterator cend() const { return end(); }
  const T& operator[](std::size_t i) const { return all()[i]; }
  const T& at(std::size_t i) const { return all().at(i); }
  const T& front() const { return all().front(); }
  const T& back() const { return all().back(); }

  T* data() { return own().data(); }
  iterator begin() { return own().begin(); }
  iterator end() { return own().end(); }
  T& operator[](std::size_t i) { return own()[i]; }
  T& at(std::size_t i) { return own().at(i); }
  T& front() { return own().front(); }
  T& back() { return own().back(); }
  void clear() { items_.reset(); }
  void reserve(std::size_t size) { own().reserve(size); }
  void push_back(T item) { own().push_back(std::move(item)); }
  template <class... Parts>
  T& emplace_back(Parts&&... parts) {
    return own().emplace_back(std::forward<Parts>(parts)...);
  }
  void pop_back() { own().pop_back(); }
  template <class... Parts>
  iterator insert(const_iterator at, Parts&&... parts) {
    const auto index = at - std::as_const(*this).begin();
    Items& items = own();
    return items.insert(items.begin() + index, std::forward<Parts>(parts)...);
  }
  iterator erase(const_iterator at) { return erase(at, at + 1); }
  iterator erase(const_iterator first, const_iterator last) {
    const auto from = first - std::as_const(*this).begin();
    const auto to = last - std::as_const(*this).begin();
    Items& items = own();
    return items.erase(items.begin() + from, items.begin() + to);
  }

  friend bool operator==(const SharedList& a, const SharedList& b) {
    return a.items_ == b.items_ || a.all() == b.all();
  }

 private:
  const Items& all() const {
    static const Items none;
    return items_ ? *items_ : none;
  }

  /// Threads that released the items have finished reading them before this returns.
  void settle() {
#ifdef DBMIG_THREAD_SANITIZER
    // ThreadSanitizer knows no fences; letting go of one more share orders the same, and costs
    // more.
    std::shared_ptr<Items>(items_).reset();
#else
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
  }

  /// The items, no longer shared.
  Items& own() {
    if (!items_) {
      items_ = std::make_shared<Items>();
    } else if (items_.use_count() > 1) {
      items_ = std::make_shared<Items>(*items_);
    } else {
      settle();
    }
    return *items_;
  }

  std::shared_ptr<Items> items_;
};

/// As std::erase_if: asks once for each item, in their order.
template <class T, class Is>
std::size_t erase_if(SharedList<T>& list, Is is) {
  const auto& items = std::as_const(list);
  const auto first = std::find_if(items.begin(), items.end(), is) - items.begin();
  const std::size_t before = items.size();
  if (static_cast<std::size_t>(first) == before) return 0;
  const auto hit = list.begin() + first;
  auto kept = hit;
  for (auto item = hit + 1; item != list.end(); ++item) {
    if (!is(std::as_const(*item))) *kept++ = std::move(*item);
  }
  list.erase(kept, list.end());
  return before - items.size();
}

}  // namespace dbmig::schema
