#include "cli/suggestions.hpp"

#include <array>

#include "base/text.hpp"

namespace dbmig::cli {
namespace {

struct CommandHabit {
  std::string_view word;
  std::string_view instead;
};

constexpr std::array kCommandHabits{
    // Alembic
    CommandHabit{"alembic", "leave the word out: `dbmig upgrade head`"},
    CommandHabit{"ensure_version", "`dbmig upgrade` makes its tables when it needs them"},
    CommandHabit{"list_templates", "there are none; `dbmig init` starts a project"},
    CommandHabit{"autogenerate",
                 "`dbmig migrate -m \"…\"` writes the model's changes as a revision"},
    // Django
    CommandHabit{"makemigrations",
                 "`dbmig migrate -m \"…\"` writes the model's changes as a revision, "
                 "`dbmig upgrade` applies it"},
    CommandHabit{"showmigrations", "`dbmig history -i`"},
    CommandHabit{"sqlmigrate", "`dbmig upgrade --sql` prints the SQL"},
    CommandHabit{"inspectdb", "`dbmig inspect`"},
    CommandHabit{"dumpdata", "`dbmig export`"},
    CommandHabit{"loaddata", "`dbmig import`"},
    // Rails, golang-migrate, goose, dbmate
    CommandHabit{"generate",
                 "`dbmig migrate` writes the model's changes as a revision, `dbmig "
                 "revision` an empty one"},
    CommandHabit{"new",
                 "`dbmig migrate` writes the model's changes as a revision, `dbmig revision` "
                 "an empty one"},
    CommandHabit{"create",
                 "`dbmig migrate` writes the model's changes as a revision, `dbmig "
                 "revision` an empty one"},
    CommandHabit{"up", "`dbmig upgrade`"},
    CommandHabit{"down", "`dbmig downgrade`"},
    CommandHabit{"redo", "`dbmig downgrade`, then `dbmig upgrade`"},
    CommandHabit{"rollback", "`dbmig downgrade`"},
    CommandHabit{"goto", "`dbmig upgrade REV` or `dbmig downgrade REV`"},
    CommandHabit{"force", "`dbmig stamp REV`"},
    // Flyway, Liquibase
    CommandHabit{"info", "`dbmig status`, or `dbmig history -i`"},
    CommandHabit{"validate", "`dbmig check`"},
    CommandHabit{
        "baseline",
        "`dbmig adopt` brings an existing database under management, `dbmig stamp` marks one"},
    CommandHabit{"undo", "`dbmig downgrade`"},
    CommandHabit{"update", "`dbmig upgrade`"},
    CommandHabit{"updatesql", "`dbmig upgrade --sql`"},
    CommandHabit{"changelogsync", "`dbmig stamp heads`"},
    CommandHabit{"generatechangelog", "`dbmig adopt`"},
    // Prisma, Atlas, Skeema
    CommandHabit{"apply", "`dbmig upgrade`"},
    CommandHabit{"deploy", "`dbmig upgrade`"},
    CommandHabit{"push", "`dbmig upgrade`"},
    CommandHabit{"pull", "`dbmig adopt`, or `dbmig inspect` to look only"},
    CommandHabit{"resolve", "`dbmig repair`, or `dbmig upgrade --resolve`"},
    // Everyone
    CommandHabit{"log", "`dbmig history`"},
    CommandHabit{"list", "`dbmig history`"},
    CommandHabit{"ls", "`dbmig history`"},
    CommandHabit{"st", "`dbmig status`"},
    CommandHabit{"load", "`dbmig import`"},
    CommandHabit{"dump", "`dbmig export` writes rows, `dbmig inspect` the schema"},
    CommandHabit{"version", "`dbmig --version`"},
};

struct OptionHabit {
  std::string_view command;  ///< empty: any
  std::string_view option;
  std::string_view instead;
};

constexpr std::array kOptions{
    OptionHabit{"revision", "--sql", "`dbmig upgrade --sql` prints the SQL of revisions"},
    OptionHabit{"init", "-t", "there are no templates"},
    OptionHabit{"init", "--template", "there are no templates"},
    OptionHabit{"init", "--package", "a project is not a Python package"},
    OptionHabit{"upgrade", "--tag", "nothing here runs a script that would read it"},
    OptionHabit{"downgrade", "--tag", "nothing here runs a script that would read it"},
    OptionHabit{"stamp", "--tag", "nothing here runs a script that would read it"},
    OptionHabit{"upgrade", "--fake", "`dbmig stamp` marks a database without running anything"},
    OptionHabit{
        "", "-x",
        "`--var NAME=VALUE` sets a variable of plain SQL; dbmig.yaml takes `${NAME}` from the "
        "environment"},
    OptionHabit{"", "-n", "`--database NAME` chooses one of dbmig.yaml's `databases`"},
    OptionHabit{"", "--name", "`--database NAME` chooses one of dbmig.yaml's `databases`"},
    OptionHabit{"", "-c", "`--config FILE`"},
    OptionHabit{"", "--raiseerr", "`-v` shows more"},
};

}  // namespace

std::optional<std::string> suggestion_for_command(std::string_view word) {
  std::string plain = text::lower(word);
  std::erase(plain, '-');
  for (const CommandHabit& habit : kCommandHabits) {
    if (habit.word == plain || habit.word == word) return std::string(habit.instead);
  }
  return std::nullopt;
}

std::optional<std::string> suggestion_for_option(std::string_view command,
                                                 std::string_view option) {
  for (const OptionHabit& habit : kOptions) {
    if (habit.option == option && (habit.command.empty() || habit.command == command)) {
      return std::string(habit.instead);
    }
  }
  return std::nullopt;
}

}  // namespace dbmig::cli
