#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cli/commands/commands.hpp"
#include "yaml/json_schema.hpp"
#include "yaml/project.hpp"

namespace dbmig::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string directory = ".";
  bool plan = false;
};

/// The `database:` of the new dbmig.yaml. A password never goes into a file that people commit: the
/// environment holds it.
std::string database_setting(Context& context) {
  if (!context.location.url) return "${DATABASE_URL:-sqlite:///dbmig.db}";
  const std::string& text = *context.location.url;
  if (text.find("${") != std::string::npos) return text;
  const Url url = Url::parse(text);
  // The environment may still say another one, as on the servers where it is deployed.
  if (!url.password) {
    return fmt::format("${{DATABASE_URL:-{}}}",
                       text::replace_all(text::replace_all(text, "$", "$$"), "}", "%7D"));
  }
  context.console().warning(
      "dbmig.init",
      fmt::format("the password of {} was not written: dbmig.yaml reads the whole URL "
                  "from the environment variable DATABASE_URL; set it there",
                  url.redacted()));
  return "${DATABASE_URL:?}";
}

constexpr const char* kExample =
    "# The model: every table as it should be. `dbmig migrate` writes what changed as a revision.\n"
    "# All *.yaml files of this folder count. An example to begin with:\n"
    "#\n"
    "# tables:\n"
    "#   customer:\n"
    "#     columns:\n"
    "#       id:      {type: integer, autoincrement: true}\n"
    "#       name:    {type: varchar(100), nullable: false}\n"
    "#       balance: {type: \"decimal(10,2)\", nullable: false, default: 0}\n"
    "#       created: {type: datetime, nullable: false, default: {sql: CURRENT_TIMESTAMP}}\n"
    "#     primary_key: [id]\n"
    "#     unique: {uq_customer_name: [name]}\n";

void run(Context& context, const Options& options) {
  const fs::path root = fs::absolute(options.directory).lexically_normal();
  const std::string setting = database_setting(context);
  for (const char* name : {"dbmig.yaml", "schemas", "migrations"}) {
    std::error_code ignored;
    const fs::path path = root / name;
    const bool empty_folder = fs::is_directory(path, ignored) && fs::is_empty(path, ignored);
    if (!fs::exists(path, ignored) || empty_folder) continue;
    throw Error(ErrorCode::failed, fmt::format("{} exists already", path.string()))
        .hint("this folder holds a project; `dbmig init DIR` starts another one elsewhere");
  }
  Console& console = context.console();
  // Editors with a YAML language server read where the first line says.
  const auto first_line = [](const std::string& folder, std::string_view schema) {
    return fmt::format("# yaml-language-server: $schema={}.dbmig/{}\n", folder,
                       yaml::schema_file(schema));
  };
  const std::vector<std::pair<fs::path, std::string>> files{
      {root / "schemas" / "example.yaml", first_line("../", "model") + kExample},
      {root / "dbmig.yaml", first_line("", "project") + yaml::print_config(setting)}};
  if (options.plan) {
    for (const auto& [path, content] : files) {
      console.data(fmt::format("# {}\n{}", path.string(), content));
    }
    return console.document({{"root", root.string()}, {"database", setting}, {"written", false}});
  }
  for (const fs::path& folder : {root / "schemas", root / "migrations"}) {
    console.status(fmt::format("Creating directory {}", folder.string()), [&] {
      std::error_code failure;
      fs::create_directories(folder, failure);
      if (failure) {
        throw Error(ErrorCode::io,
                    fmt::format("cannot create {}: {}", folder.string(), failure.message()));
      }
    });
  }
  for (const auto& [path, content] : files) {
    console.status(fmt::format("Generating {}", path.string()),
                   [&, &path = path, &content = content] { write_file(path, content, false); });
  }
  yaml::keep_schemas(root / ".dbmig", yaml::KeepSchemas::all);
  console.say(
      "Next: describe your tables in schemas/, then `dbmig migrate -m \"first tables\"` and "
      "`dbmig upgrade`.");
  console.document({{"root", root.string()}, {"database", setting}, {"written", true}});
}

}  // namespace

void add_init(Command& program, Context& context) {
  auto options = std::make_shared<Options>();
  Command& command = add_command(
      program, context,
      {"init", "Start a project: dbmig.yaml, schemas/ and migrations/",
       "  dbmig init                                      in this folder, on SQLite\n"
       "  dbmig init shop                                 in a new folder\n"
       "  dbmig init --url 'mariadb://shop@localhost/shop?socket=/run/mysqld/mysqld.sock'\n"
       "Nothing is overwritten."});
  command.add_option("directory", options->directory, "Where (this folder)")->option_text("DIR");
  add_plan_flag(command, options->plan, "Print the files instead of writing them");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
