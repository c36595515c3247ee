#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace dbmig::yaml {

/// Where the parts of a schema stand: what schema::Locate asks.
class Positions {
 public:
  void add(const std::vector<std::string>& path, SourcePosition where) {
    known_.try_emplace(path, std::move(where));
  }

  /// The place of `path`, or of the nearest thing around it that has one.
  SourcePosition locate(std::vector<std::string> path) const {
    for (; !path.empty(); path.pop_back()) {
      if (const auto found = known_.find(path); found != known_.end()) return found->second;
    }
    return {};
  }

 private:
  std::map<std::vector<std::string>, SourcePosition> known_;
};

}  // namespace dbmig::yaml
