#include "import/resumed_options.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"

namespace dbmig::import {

void check_same_options(const std::string& stored, const std::string& given) {
  const auto before = text::split(stored, '\n');
  const auto now = text::split(given, '\n');
  for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    if (before[i] == now[i]) continue;
    // Continuing with --on-error=reject leaves out the bad record.
    if (now[i] == "--on-error=reject") continue;
    const std::string was(before[i]);
    const std::size_t equals = was.find('=');
    throw Error(ErrorCode::refused, fmt::format("the import was started with a different {}: '{}'",
                                                was.substr(0, equals), was.substr(equals + 1)))
        .hint("resume it with its original options, or start again with --no-resume");
  }
}

void check_same_plan(const FileRecord& file, Plan& plan) {
  Plan before;
  try {
    before = decode_plan(from_hex(file.plan).value_or(""));
  } catch (const Error&) {
    throw Error(ErrorCode::refused,
                fmt::format("{} was started by another version of dbmig", file.path))
        .hint("resume it with that version, or start again with --no-resume");
  }
  before.rejects = plan.rejects;
  before.every_field = plan.every_field;
  before.encoding = plan.encoding;
  if (before.constants.size() == plan.constants.size()) plan.constants = before.constants;
  if (before == plan) return;
  const bool same_columns = before.columns == plan.columns && before.targets == plan.targets;
  throw Error(ErrorCode::refused,
              fmt::format("{} was started with different {}", file.path,
                          same_columns ? "format options (delimiter, quotes, NULL, numbers)"
                                       : "columns, or the table has changed since"))
      .hint("resume it with its original options, or start again with --no-resume");
}

}  // namespace dbmig::import
