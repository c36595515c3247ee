#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace dbmig {

/// A value that is worked out when it is first asked for, once for all copies and threads.
template <class T>
class Lazy {
 public:
  Lazy() : Lazy(T{}) {}
  Lazy(T value)  // NOLINT(google-explicit-constructor): a value is one that is worked out already
      : state_(std::make_shared<State>()) {
    state_->value = std::move(value);
  }
  /// `make` holds what it needs by value. What it throws, every get() throws.
  explicit Lazy(std::function<T()> make) : state_(std::make_shared<State>()) {
    state_->make = std::move(make);
  }

  const T& get() const {
    // Not std::call_once: after an exception it waits for ever under ThreadSanitizer, and on some
    // platforms always: https://gcc.gnu.org/PR66146
    const std::lock_guard lock(state_->mutex);
    if (state_->make) {
      state_->value = state_->make();
      state_->make = nullptr;
    }
    return state_->value;
  }

 private:
  struct State {
    std::mutex mutex;
    std::function<T()> make;
    T value{};
  };
  std::shared_ptr<State> state_;
};

}  // namespace dbmig
