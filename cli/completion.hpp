#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"

namespace dbmig::cli {

/// The word that asks for completions: `dbmig __complete WORD...`. The scripts of
/// `completion_script` call it; no help shows it.
inline constexpr std::string_view kCompleteWord = "__complete";

/// What the last of `words` (a command line without its program, up to the cursor) may become: a
/// line for each, `value<TAB>description`, or the one line `:files` or `:folders` where the shell
/// completes paths. Commands and options are those of `program`; revisions, labels, tables and
/// databases those of the project around. Never throws and never connects to a database: where
/// something cannot be known, it is not offered.
std::string complete(const CLI::App& program, Context& context,
                     const std::vector<std::string>& words) noexcept;

const std::vector<std::string>& completed_shells();

/// What `shell` ("bash", "zsh" or "fish") reads to complete dbmig's command lines.
std::string_view completion_script(std::string_view shell);

}  // namespace dbmig::cli
