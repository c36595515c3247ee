#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::lint {

/// How much a finding weighs. `off`: it is not looked for.
enum class Level { off, info, warning, error };

std::string_view to_string(Level level);
/// "off", "info", "warning", "error": what parse_level() takes.
const std::vector<std::string>& level_names();
std::optional<Level> parse_level(std::string_view name);

/// One thing that lint looks for. Codes are stable: one that is out of use is never given again.
struct Code {
  std::string_view id;  ///< "DS101": two letters that name its group, and a number
  Level level;          ///< unless dbmig.yaml says another
  std::string_view title;
  std::string_view page;  ///< why it matters and what to do, in sentences
};

/// Codes that begin with the same letters.
struct Group {
  std::string_view prefix;  ///< "DS"
  std::string_view title;
};

/// Every code, group by group.
std::span<const Code> codes();
std::span<const Group> groups();

/// The code called `id`, or nullptr.
const Code* find_code(std::string_view id);
bool is_group(std::string_view prefix);
std::vector<std::string> code_names();
std::vector<std::string> group_names();

/// A suppression that suppresses nothing; cannot be suppressed itself.
inline constexpr std::string_view kUnusedSuppression = "LI001";

/// Levels by code or group, as dbmig.yaml has them.
using Levels = std::map<std::string, Level, std::less<>>;

/// What `levels` says of the code itself, else of its group, else its own level.
Level level_of(const Levels& levels, const Code& code);

}  // namespace dbmig::lint
