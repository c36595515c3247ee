#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "base/file.hpp"
#include "cli/commands/commands.hpp"
#include "embed/source.hpp"
#include "project/new_revision.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

struct EmbedOptions {
  std::string folder;
  std::string name = "migrations";
  std::string output;
};

/// A file of this command's, or none: whatever else stands there is not replaced.
void generate_source(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) &&
      !read_file(path).starts_with("// Made by `dbmig embed`")) {
    throw Error(ErrorCode::refused, fmt::format("{} was not made by `dbmig embed`", path.string()))
        .hint("choose another folder with --output, or another --name");
  }
  write(project::NewFile{path, text, true});
}

void run(Context& context, const EmbedOptions& options) {
  namespace fs = std::filesystem;
  const bool is_of_project = options.folder.empty();
  const fs::path folder = is_of_project ? fs::path() : fs::absolute(options.folder);
  const history::Graph graph =
      is_of_project ? context.graph() : yaml::load_graph({folder}, folder.parent_path());
  const std::string shown = is_of_project ? "the project's revisions" : options.folder;
  const std::string source = embed::source_of(graph, options.name, shown);
  if (options.output.empty()) {
    context.console().data(source);
  } else {
    const fs::path to = fs::absolute(options.output);
    generate_source(to / (options.name + ".hpp"), embed::header_of(options.name));
    generate_source(to / (options.name + ".cpp"), source);
  }
  context.console().document({{"revisions", graph.topological()},
                              {"heads", graph.heads()},
                              {"name", options.name},
                              {"written", !options.output.empty()}});
}

}  // namespace

void add_embed(Command& program, Context& context) {
  auto options = std::make_shared<EmbedOptions>();
  Command& command = add_command(
      program, context,
      {"embed", "Write the revisions as C++, for an application that upgrades its own database",
       "  dbmig embed                                     the project's, to stdout\n"
       "  dbmig embed migrations --name shop_migrations -o build/generated\n"
       "CMake does this for you: find_package(dbmig), then dbmig_embed(shop migrations/).\n"
       "The application calls dbmig::upgrade(shop_migrations(), url) when it starts, and needs\n"
       "neither the files nor dbmig at run time. See lib/docs/embedding.md."});
  command.add_option("folder", options->folder, "The folder of revisions (the project's)")
      ->option_text("DIR");
  command.add_option("--name", options->name, "The name of the C++ function (migrations)")
      ->option_text("NAME");
  command.add_option("-o,--output", options->output, "Write DIR/NAME.hpp and DIR/NAME.cpp")
      ->option_text("DIR");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
