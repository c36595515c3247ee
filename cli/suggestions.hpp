#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbmig::cli {

/// What to type instead of a command that other tools have and dbmig calls otherwise: Alembic,
/// Django, Rails, Flyway, Liquibase, Prisma, Atlas.
std::optional<std::string> suggestion_for_command(std::string_view word);

/// The same of an option; `command` is the one it was given to, empty for none.
std::optional<std::string> suggestion_for_option(std::string_view command, std::string_view option);

}  // namespace dbmig::cli
