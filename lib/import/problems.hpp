#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "import/worker.hpp"

namespace dbmig::import {

/// Records that could not be loaded for the same reason.
struct Problem {
  std::string file;
  std::string column;  ///< empty if it is about the whole record, or the database refused it
  std::string reason;  ///< "is not an integer"; or the database's message without the values
  std::uint64_t records = 0;
  std::vector<std::uint64_t> lines;   ///< of the first records
  std::vector<std::string> examples;  ///< the first different values, as messages show them
  friend bool operator==(const Problem&, const Problem&) = default;
};

/// The errors of an import, by file, column and reason, in bounded memory.
class Problems {
 public:
  void add(std::string_view file, std::uint64_t line, const BadRecord& bad);
  void add(std::string_view file, std::uint64_t line, const Error& refused);

  /// Whether the database refused a record because its key exists already.
  bool has_duplicates() const { return has_duplicates_; }
  /// In the order of their first lines, file by file.
  std::vector<Problem> take();

  static constexpr std::size_t kMaxProblems = 100;  ///< per file; all others count as one
  static constexpr std::size_t kMaxExamples = 3;

 private:
  struct Key {
    std::string column;
    std::string reason;
    auto operator<=>(const Key&) const = default;
  };
  void add(std::string_view file, std::uint64_t line, Key key, const std::string& value);

  std::vector<Problem> problems_;
  bool has_duplicates_ = false;
  std::map<std::pair<std::string, Key>, std::size_t> places_;
  std::map<std::string, std::size_t> kinds_;  ///< number of problems of each file
};

}  // namespace dbmig::import
