#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "yaml/node.hpp"

namespace dbmig::yaml {

/// Where the parts of a schema stand: what schema::Locate asks.
class Positions {
 public:
  using Path = std::vector<std::string>;

  void add(const Path& path, SourcePosition where) { known_.try_emplace(path, std::move(where)); }

  /// What lies below `path` stands in `mapping`, which outlives this object: its keys, and what
  /// their values say, are looked up there on request, which is seldom.
  void add_mapping(const Path& path, const std::string& file, const Node& mapping) {
    mappings_.insert_or_assign(path, std::pair{file, &mapping});
  }

  /// The place of `path`, or of the nearest thing around it that has one.
  SourcePosition locate(Path path) const {
    Path below;  // innermost first
    for (; !path.empty(); path.pop_back()) {
      if (const auto found = known_.find(path); found != known_.end()) return found->second;
      if (const auto found = mappings_.find(path); found != mappings_.end()) {
        if (auto where = inside(found->second.first, *found->second.second, below); where.line != 0)
          return where;
      }
      below.push_back(path.back());
    }
    return {};
  }

 private:
  /// The key of an entry of the mapping, or the value of a key below it.
  static SourcePosition inside(const std::string& file, const Node& mapping, const Path& below) {
    if (below.empty()) return {};
    const std::string& name = below.back();
    for (std::size_t i = 0; mapping.is_mapping() && i < mapping.entries(); ++i) {
      if (mapping.key(i).text != name) continue;
      const Node& body = mapping.value(i);
      const Node* part = below.size() > 1 ? body.find(below[below.size() - 2]) : nullptr;
      const bool is_type = below.size() > 1 && below[below.size() - 2] == "type";
      if (part == nullptr && is_type && body.is_scalar()) part = &body;
      const Node& at = part != nullptr ? *part : mapping.key(i);
      return {file, at.line, at.column};
    }
    return {};
  }

  std::map<Path, SourcePosition> known_;
  std::map<Path, std::pair<std::string, const Node*>> mappings_;
};

}  // namespace dbmig::yaml
