#include "import/renamed_header.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/text.hpp"
#include "import/shown.hpp"

namespace dbmig::import {
namespace {

class Places {
 public:
  Places(const std::vector<std::string>& header, const SourcePosition& where)
      : header_(header), where_(where) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      exact_[header[i]].add(i);
      trimmed_[std::string(text::trim(header[i]))].add(i);
    }
  }

  std::optional<std::size_t> find(const std::string& name) const {
    if (const auto found = exact_.find(name); found != exact_.end()) {
      return only(name, found->second);
    }
    const auto found = trimmed_.find(std::string(text::trim(name)));
    if (found == trimmed_.end()) return std::nullopt;
    return only(name, found->second);
  }

  [[noreturn]] void fail(const std::string& name) const {
    std::vector<std::string> known;
    for (const std::string& one : header_) known.emplace_back(text::trim(one));
    throw Error(ErrorCode::invalid,
                fmt::format("the header does not have {}, which --map names", shown(name)))
        .at(where_)
        .hint(name.empty() ? "every field of it has a name" : text::suggest(name, known));
  }

 private:
  struct Place {
    std::size_t first = 0;
    std::size_t count = 0;
    void add(std::size_t place) {
      if (count++ == 0) first = place;
    }
  };

  std::size_t only(const std::string& name, const Place& place) const {
    if (place.count == 1) return place.first;
    throw Error(ErrorCode::invalid,
                fmt::format("{} fields of the header have the name {}, and --map names it",
                            place.count, shown(name)))
        .at(where_)
        .hint(
            "name the columns of all fields, in order: --header --columns A,B,C; '-' leaves a "
            "field out");
  }

  const std::vector<std::string>& header_;
  const SourcePosition& where_;
  std::unordered_map<std::string, Place> exact_;
  std::unordered_map<std::string, Place> trimmed_;
};

}  // namespace

bool is_mapped(const NameMap& map, std::string_view name) {
  return std::any_of(map.begin(), map.end(), [&](const auto& one) {
    if (text::trim(one.first) == text::trim(name)) return true;
    if (name.find('=') == std::string_view::npos) return false;
    return (one.first + "=" + one.second).starts_with(std::string(text::trim(name)) + "=");
  });
}

std::vector<std::string> renamed_header(const std::vector<std::string>& header, const NameMap& map,
                                        const SourcePosition& where) {
  std::vector<std::string> names = header;
  if (map.empty()) return names;
  const Places places(header, where);
  for (const auto& [from, to] : map) {
    const std::string whole = from + "=" + to;
    std::optional<std::size_t> place;
    // Columns have no `=` in their names, so that the longest name comes first.
    for (std::size_t at = whole.size(); !place && at > from.size();) {
      at = whole.rfind('=', at - 1);
      place = places.find(whole.substr(0, at));
      if (place) names[*place] = whole.substr(at + 1);
    }
    if (!place) places.fail(from);
  }
  return names;
}

}  // namespace dbmig::import
