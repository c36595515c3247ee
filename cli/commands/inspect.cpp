#include <fmt/core.h>

#include <memory>

#include "base/file.hpp"
#include "cli/commands/commands.hpp"
#include "yaml/model.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  std::vector<std::string> tables;
  std::string output;
  bool force = false;
};

void run(Context& context, const Options& options) {
  const backend::Inspection inspection =
      context.connection(Context::Access::existing).inspect({.tables = options.tables});
  // A table that is asked for by name and is not there is a mistake, not an empty answer.
  for (const std::string& name : options.tables) {
    static_cast<void>(inspection.schema.table(name));
  }
  Json missed = Json::array();
  for (const backend::Unrepresented& object : inspection.unrepresented) {
    context.console().warning("dbmig.inspect",
                              fmt::format("left out: {}: {}", object.object, object.reason));
    missed.push_back({{"object", object.object}, {"reason", object.reason}});
  }
  const std::string text = yaml::print_model(inspection.schema);
  if (options.output.empty()) {
    context.console().data(text);
  } else {
    context.console().status(fmt::format("Generating {}", options.output),
                             [&] { write_file(options.output, text, options.force); });
  }
  Json tables = Json::array();
  for (const auto& [name, table] : inspection.schema.tables) tables.push_back(name);
  context.console().document(
      {{"tables", std::move(tables)}, {"model", text}, {"unrepresented", std::move(missed)}});
}

}  // namespace

void add_inspect(CLI::App& program, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App& command =
      add_command(program, context,
                  {"inspect", "The live database as a model",
                   "  dbmig inspect\n"
                   "  dbmig inspect --url sqlite:///legacy.db -o schemas/legacy.yaml\n"
                   "  dbmig inspect --table customer --table orders\n"
                   "What the model cannot express is named on stderr, not left out in silence."});
  command.add_option("--table", options->tables, "Only this one; may be repeated")
      ->option_text("TABLE")
      ->type_size(1)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("-o,--output", options->output, "Write a file instead of stdout")
      ->option_text("FILE");
  command.add_flag("--force", options->force, "Overwrite the file");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
