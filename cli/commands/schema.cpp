#include <filesystem>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/commands/help.hpp"
#include "yaml/json_schema.hpp"

namespace dbmig::cli {

void add_schema(Command& program, Context& context) {
  auto name = std::make_shared<std::string>("model");
  Command& command = add_command(
      program, context,
      {"schema", "Print the JSON Schema of dbmig's files, for editors",
       "  dbmig schema                                    the model's\n"
       "  dbmig schema revision\n"
       "  dbmig schema project                            that of dbmig.yaml\n"
       "  dbmig schema --write                            write all of them to .dbmig/ again\n"
       "JSON Schema draft-07. dbmig keeps them in the project's .dbmig/, which git ignores. An "
       "editor with "
       "a\n"
       "YAML language server reads the one that the first line of a file names:\n"
       "# yaml-language-server: $schema=../.dbmig/model.schema.json"});
  command.add_option("file", *name, "model, revision or project (model)")
      ->option_text("NAME")
      ->one_of(yaml::schema_names());
  auto write = std::make_shared<bool>(false);
  command.add_flag("--write", *write, "Write all of them to the project's .dbmig/");
  set_action(command, context, [&context, name, write] {
    if (*write) {
      const std::filesystem::path folder = context.project().root / ".dbmig";
      yaml::keep_schemas(folder, yaml::KeepSchemas::all);
      context.console().say("Written: " + (folder / "*.schema.json").string());
      return context.console().document({{"folder", folder.string()}});
    }
    const std::string schema = yaml::json_schema(*name);
    context.console().data(schema);
    if (context.json()) context.console().document(Json::parse(schema));
  });
}

}  // namespace dbmig::cli
