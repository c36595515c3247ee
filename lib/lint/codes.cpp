#include "lint/codes.hpp"

#include <algorithm>
#include <array>

namespace dbmig::lint {
namespace {

constexpr std::array kGroups{
    Group{"DS", "destructive"},
    Group{"DD", "data dependent"},
    Group{"BC", "breaks running applications"},
    Group{"BL", "blocks other sessions"},
    Group{"IR", "irreversible or opaque"},
    Group{"ND", "not deterministic"},
    Group{"FK", "foreign keys"},
    Group{"PK", "primary keys"},
    Group{"IX", "indexes"},
    Group{"TY", "types and table options"},
    Group{"NM", "names"},
    Group{"LI", "lint itself"},
};

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::off:
      return "off";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "";
}

const std::vector<std::string>& level_names() {
  static const std::vector<std::string> names{"off", "info", "warning", "error"};
  return names;
}

std::optional<Level> parse_level(std::string_view name) {
  for (const Level level : {Level::off, Level::info, Level::warning, Level::error}) {
    if (name == to_string(level)) return level;
  }
  return std::nullopt;
}

std::span<const Group> groups() {
  return kGroups;
}

const Code* find_code(std::string_view id) {
  const auto all = codes();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Code& code) { return code.id == id; });
  return found == all.end() ? nullptr : &*found;
}

bool is_group(std::string_view prefix) {
  return std::any_of(kGroups.begin(), kGroups.end(),
                     [&](const Group& group) { return group.prefix == prefix; });
}

std::vector<std::string> code_names() {
  std::vector<std::string> names;
  for (const Code& code : codes()) names.emplace_back(code.id);
  return names;
}

std::vector<std::string> group_names() {
  std::vector<std::string> names;
  for (const Group& group : kGroups) names.emplace_back(group.prefix);
  return names;
}

Level level_of(const Levels& levels, const Code& code) {
  if (const auto own = levels.find(code.id); own != levels.end()) return own->second;
  const auto group = levels.find(code.id.substr(0, 2));
  return group != levels.end() ? group->second : code.level;
}

}  // namespace dbmig::lint
