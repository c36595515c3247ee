#include "cli/program.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "backend/sqlite_library.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/help.hpp"
#include "cli/completion.hpp"
#include "cli/suggestions.hpp"
#include "import/communicator.hpp"

namespace dbmig::cli {
namespace {

constexpr const char* kGlobalGroup = "Global options, before or after the command";

constexpr const char* kDescription =
    "dbmig: database migrations for SQLite and MariaDB.\n\n"
    "Describe your schema in schemas/*.yaml; `dbmig migrate` writes what changed as the next\n"
    "revision, `dbmig upgrade` applies it to a database, `dbmig import` loads data.\n";

constexpr const char* kFooter =
    "A first session:\n"
    "  dbmig init                              start a project in this folder\n"
    "  $EDITOR schemas/app.yaml                describe your tables\n"
    "  dbmig migrate -m \"first tables\"         write the revision that creates them\n"
    "  dbmig upgrade                           apply it\n"
    "  mpirun dbmig import data.csv            load data in parallel\n\n"
    "Every day:\n"
    "  dbmig upgrade --plan                    what would run\n"
    "  dbmig downgrade                         one revision back\n"
    "  dbmig history -i                        all revisions, the database's marked\n"
    "  dbmig check                             for CI: exits 3 when something is pending\n"
    "  dbmig lint --pending                    what may lose data, fail or block\n"
    "  dbmig upgrade --url mariadb://app@db/app   another database, the same history\n\n"
    "`dbmig COMMAND --help` shows a command's options with examples.\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 differences found, 4 refused for safety,\n"
    "130 interrupted.";

/// The global options of a command: its help only points to them.
constexpr const char* kBrief = "brief";

/// The formatter of CLI11 with other words.
class Formatter final : public CLI::Formatter {
 public:
  Formatter() {
    column_width(30);
    label("OPTIONS", "options");
    label("SUBCOMMAND", "command");
    label("Positionals", "Arguments");
    label("REQUIRED", "");
    label("TEXT", "");
  }
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    if (group == kBrief) {
      return "Global options (-C, --url, --database, --json, -q, -v…) are in `dbmig --help`.\n";
    }
    return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options));
  }
  /// CLI11 counts what an argument takes, from nothing on, as "(0x)".
  std::string make_option_usage(const CLI::Option* option) const override {
    const std::string name = make_option_name(option, true);
    const std::string one = name + (option->get_expected_max() > 1 ? "..." : "");
    return option->get_required() ? one : "[" + one + "]";
  }
};

void add_globals(Command& command, Context& context, const std::string& group) {
  Context::Globals& g = context.globals;
  const auto in = [&group](Option* option) { option->group(group); };
  in(command.add_option("-C", g.directory, "Work as if started in DIR")->option_text("DIR"));
  in(command.add_option("--config", context.location.config, "Use FILE instead of dbmig.yaml")
         ->option_text("FILE"));
  in(command
         .add_option("--database", context.location.database,
                     "Use this entry of `databases` in dbmig.yaml")
         ->option_text("NAME"));
  in(command
         .add_option("--url", context.location.url,
                     "Work on this database, whatever dbmig.yaml says")
         ->option_text("URL"));
  in(command
         .add_option("--var", context.location.variables,
                     "Set a variable that plain SQL uses; may be repeated")
         ->option_text("NAME=VALUE")
         ->repeatable());
  in(command.add_flag("--json", g.json, "One JSON document on stdout"));
  in(command.add_flag("-q,--quiet", g.quiet, "Only warnings and errors on stderr"));
  in(command.add_flag("-v,--verbose", g.verbose, "More detail, and every SQL statement"));
  in(command.add_option("--color", g.color, "auto, always or never")
         ->option_text("WHEN")
         ->one_of({"auto", "always", "never"}));
}

constexpr const char* kWrite = "Write revisions";
constexpr const char* kChange = "Change a database";
constexpr const char* kLook = "Look";
constexpr const char* kHelp = "Help";

struct CommandEntry {
  const char* group;  ///< its heading in the help
  const char* name;
  void (*add)(Command&, Context&);
};

/// All commands, in the order of the help.
constexpr auto kCommands = std::to_array<CommandEntry>({
    {kWrite, "init", add_init},        {kWrite, "adopt", add_adopt},
    {kWrite, "migrate", add_migrate},  {kWrite, "revision", add_revision},
    {kWrite, "merge", add_merge},      {kWrite, "edit", add_edit},
    {kWrite, "squash", add_squash},    {kWrite, "rebase", add_rebase},
    {kWrite, "sum", add_sum},          {kWrite, "embed", add_embed},
    {kChange, "upgrade", add_upgrade}, {kChange, "downgrade", add_downgrade},
    {kChange, "switch", add_switch},   {kChange, "stamp", add_stamp},
    {kChange, "repair", add_repair},   {kChange, "import", add_import},
    {kChange, "export", add_export},   {kChange, "copy", add_copy},
    {kChange, "infer", add_infer},     {kLook, "status", add_status},
    {kLook, "current", add_current},   {kLook, "heads", add_heads},
    {kLook, "branches", add_branches}, {kLook, "history", add_history},
    {kLook, "show", add_show},         {kLook, "check", add_check},
    {kLook, "verify", add_verify},     {kLook, "test", add_test},
    {kLook, "lint", add_lint},         {kLook, "diff", add_diff},
    {kLook, "inspect", add_inspect},   {kLook, "docs", add_docs},
    {kLook, "serve", add_serve},       {kLook, "scratch", add_scratch},
    {kHelp, "help", add_help},         {kHelp, "completion", add_completion},
    {kHelp, "schema", add_schema},
});

/// A command that tells of the others needs them all.
bool tells_of_all(const std::string& word) {
  return word == "help" || word == "-h" || word.starts_with("--help") || word == "completion" ||
         word == kCompleteWord;
}

/// The commands that are named among the arguments; all, where that is none or where help is asked
/// for. To set up all takes 3 ms, a tenth of what a short command takes.
std::vector<CommandEntry> wanted_commands(const std::vector<std::string>& arguments) {
  std::vector<CommandEntry> wanted;
  if (std::none_of(arguments.begin(), arguments.end(), tells_of_all)) {
    std::copy_if(kCommands.begin(), kCommands.end(), std::back_inserter(wanted),
                 [&arguments](const CommandEntry& entry) {
                   return std::find(arguments.begin(), arguments.end(), entry.name) !=
                          arguments.end();
                 });
  }
  return wanted.empty() ? std::vector<CommandEntry>(kCommands.begin(), kCommands.end()) : wanted;
}

const CLI::App* parsed_command(const CLI::App& program) {
  const std::vector<CLI::App*> parsed = program.get_subcommands();
  return parsed.empty() ? nullptr : parsed.front();
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

/// The first argument nobody wanted: an unknown command, an unknown option or one too many.
std::string explain_extra(const CLI::App& program, const CLI::App* command,
                          const std::string& extra) {
  if (is_option(extra)) {
    const std::string name = extra.substr(0, extra.find('='));
    if (const auto habit = suggestion_for_option(command ? command->get_name() : "", name)) {
      return fmt::format("unknown option '{}'; {}", name, *habit);
    }
    const auto near = text::closest(name, option_names(command != nullptr ? *command : program));
    return fmt::format("unknown option '{}'; {}", name,
                       near ? fmt::format("did you mean '{}'?", *near)
                            : fmt::format("`dbmig {}--help` lists them",
                                          command ? command->get_name() + " " : ""));
  }
  if (command != nullptr) {
    return fmt::format("unexpected argument '{}'; `dbmig {} --help` shows what it takes", extra,
                       command->get_name());
  }
  if (const auto habit = suggestion_for_command(extra)) {
    return fmt::format("unknown command '{}'; {}", extra, *habit);
  }
  std::vector<std::string> names;
  for (const CommandEntry& entry : kCommands) names.emplace_back(entry.name);
  const auto near = text::closest(extra, names);
  return fmt::format("unknown command '{}'; {}", extra,
                     near ? fmt::format("did you mean '{}'?", *near)
                          : std::string("`dbmig --help` lists the commands"));
}

}  // namespace

Command& add_command(Command& program, Context& context, const CommandText& text) {
  Command& command = program.add_subcommand(text.name, text.summary);
  add_globals(command, context, kBrief);
  command.parser().get_help_ptr()->description("This help");
  command.parser().footer("Examples:\n" + text.examples);
  return command;
}

Option* add_plan_flag(Command& command, bool& plan, const std::string& what) {
  return command.add_flag("--plan,--dry-run", plan, what);
}

void add_table_option(Command& command, std::vector<std::string>& tables) {
  command
      .add_option("--table", tables,
                  "Only this table, or those that match a pattern; may be repeated")
      ->option_text("TABLE")
      ->repeatable();
}

void set_action(Command& command, Context& context, std::function<void()> action, bool every_rank) {
  command.callback([action = std::move(action), &context, every_rank] {
    if (!every_rank && import::rank_from_environment() != 0) return;
    context.prepare();
    action();
  });
}

Program::Program(Context& context, const std::vector<std::string>& arguments)
    : parser_(std::make_unique<CLI::App>(kDescription, "dbmig")),
      command_(std::make_unique<Command>(*parser_)) {
  CLI::App* program = parser_.get();
  program->formatter(std::make_shared<Formatter>());
  program->set_help_flag("-h,--help", "This help");
  program->set_version_flag("-V,--version",
                            [] { return "dbmig " DBMIG_VERSION "\n" + backend::sqlite_library(); });
  program->require_subcommand(0, 1);
  program->footer(kFooter);
  add_globals(*command_, context, kGlobalGroup);
  program->get_help_ptr()->group(kGlobalGroup);
  program->get_option("--version")
      ->group(kGlobalGroup)
      ->description("The version of dbmig and of the SQLite in it");

  const std::vector<CommandEntry> entries = wanted_commands(arguments);
  for (const CommandEntry& entry : entries) {
    entry.add(*command_, context);
    program->get_subcommand(entry.name)->group(entry.group);
  }
}

Program::~Program() = default;

std::string explain(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App* command = parsed_command(program);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    // What stands before the command is the program's own: `upgade heads` is a mistaken `upgrade`.
    if (const auto own = program.remaining(false); !own.empty()) {
      return explain_extra(program, nullptr, own.front());
    }
    const auto extras = command != nullptr ? command->remaining(true) : std::vector<std::string>{};
    // An option is named before a word: in `--frce x` the mistake is the option.
    const auto option = std::find_if(extras.begin(), extras.end(), is_option);
    if (option != extras.end()) return explain_extra(program, command, *option);
    if (!extras.empty()) return explain_extra(program, command, extras.front());
  }
  return fmt::format("{}; see `dbmig {}--help`", error.what(),
                     command != nullptr ? command->get_name() + " " : "");
}

}  // namespace dbmig::cli
