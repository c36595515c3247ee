#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::yaml {

/// What a reader looks for in one mapping.
struct KeySpec {
  enum class Kind { text, boolean, count, word };
  std::vector<std::string> keys;  ///< all that may stand there
  std::set<std::string> required;
  std::map<std::string, Kind> kinds;                      ///< of those that are read as one value
  std::map<std::string, std::vector<std::string>> words;  ///< that a word may be
};

/// Takes down what the readers of this thread look for while it lives, by the line on which each
/// mapping begins: so the JSON Schema says what they do (yaml/json_schema.hpp).
class KeySpecRecorder {
 public:
  KeySpecRecorder() : outer_(active_) { active_ = this; }
  KeySpecRecorder(const KeySpecRecorder&) = delete;
  KeySpecRecorder& operator=(const KeySpecRecorder&) = delete;
  ~KeySpecRecorder() { active_ = outer_; }

  /// nullptr outside of any: readers then only read.
  static KeySpecRecorder* active() { return active_; }
  /// That of the mapping that begins on `line`.
  KeySpec& at(int line) { return by_line_[line]; }
  const std::map<int, KeySpec>& all() const { return by_line_; }

 private:
  static inline thread_local KeySpecRecorder* active_ = nullptr;
  KeySpecRecorder* outer_;
  std::map<int, KeySpec> by_line_;
};

}  // namespace dbmig::yaml
