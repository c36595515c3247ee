#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/file_options.hpp"
#include "diagram/choice.hpp"
#include "diagram/document.hpp"
#include "diagram/saved_layout.hpp"
#include "project/comparison_side.hpp"

namespace dbmig::cli {
namespace {

constexpr int kOutOfDate = 3;

struct DocsOptions {
  std::string from = "model";
  std::string against;
  std::string dialect;
  std::string format;
  std::string output;
  std::string title = "Database schema";
  std::string detail;
  std::string layout;
  diagram::Choice choice;
  bool all = false;
  bool check = false;
  bool force = false;
};

/// In which format, and where to.
struct Target {
  diagram::Format format = diagram::Format::html;
  std::string path;  ///< `-` for stdout
};

Target target_of(const Context& context, const DocsOptions& options) {
  Target target;
  if (!options.format.empty()) {
    const auto format = diagram::parse_format(text::lower(options.format));
    if (!format) {
      throw Error(ErrorCode::usage, fmt::format("unknown format '{}'", options.format))
          .hint(text::suggest(options.format, diagram::format_names()));
    }
    target.format = *format;
  } else if (const auto format = diagram::format_of(options.output)) {
    target.format = *format;
  } else if (!options.output.empty() && options.output != "-") {
    throw Error(ErrorCode::usage,
                fmt::format("the format of '{}' cannot be told from its name", options.output))
        .hint("say --format " + text::join(diagram::format_names(), "|"));
  }
  target.path = options.output;
  if (target.path.empty())
    target.path = target.format == diagram::Format::html ? "schema.html" : "-";
  target.path = in_working_folder(context, target.path);
  return target;
}

std::optional<diagram::Detail> detail_of(const DocsOptions& options) {
  if (options.detail.empty()) return {};
  const auto detail = diagram::parse_detail(text::lower(options.detail));
  if (!detail) {
    throw Error(ErrorCode::usage, fmt::format("unknown detail '{}'", options.detail))
        .hint("use names, keys or columns");
  }
  return detail;
}

/// What --layout names, else a file beside the output: `schema.layout.yaml` for `schema.html`.
diagram::SavedLayout layout_of(const Context& context, const DocsOptions& options,
                               const Target& target) {
  std::filesystem::path path = in_working_folder(context, options.layout);
  if (options.layout.empty()) {
    if (target.path == "-") return {};
    path = std::filesystem::path(target.path).replace_extension(".layout.yaml");
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return {};
  }
  return diagram::parse_layout(read_file(path), path.string());
}

/// Whether the project's revisions have to do with what is drawn.
bool has_history(Context& context, const project::ComparisonSide& side) {
  if (context.find_project() == nullptr) return false;
  return side.is_managed || (side.revisions && !side.revisions->empty());
}

diagram::PageData data_of(Context& context, const DocsOptions& options) {
  diagram::PageData data;
  data.title = options.title;
  data.detail = detail_of(options);
  const project::ComparisonSide from = comparison_side(context, options.from, options.dialect);
  data.subject = from.label;
  data.schema = from.schema;
  std::optional<project::ComparisonSide> against;
  if (!options.against.empty()) {
    against = comparison_side(context, options.against, options.dialect);
    project::ComparedSchemas compared = make_comparable(context, from, *against, options.all);
    if (!compared.unknown.empty()) {
      context.console().info(
          "dbmig.docs",
          fmt::format("Not shown, because no revision creates them: {} (--all includes them)",
                      text::join(compared.unknown, ", ")));
    }
    data.schema = std::move(compared.from);
    data.against = {against->label, std::move(compared.to)};
  }
  if (!options.choice.empty()) {
    schema::Schema all = data.schema;
    if (data.against) all.tables.merge(schema::Schema(data.against->schema).tables);
    data.only = diagram::chosen_tables(all, options.choice);
    data.schema = diagram::only_tables(std::move(data.schema), *data.only);
    if (data.against) {
      data.against->schema = diagram::only_tables(std::move(data.against->schema), *data.only);
    }
  }
  if (const yaml::Project* own = context.find_project()) {
    data.dialects = own->dialects;
    data.lint = lint::Options{own->lint, own->dialects};
  }
  if (!from.is_managed && from.connection != nullptr) {
    data.dialects = {from.connection->dialect().kind()};
  }
  if (has_history(context, from)) data.history = context.graph();
  return data;
}

std::string content_of(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? read_file(path) : std::string();
}

/// Files that somebody else made stay as they are.
void require_ours(const std::filesystem::path& path, bool force) {
  const std::string content = content_of(path);
  if (force || content.empty() || diagram::is_made_by_us(content)) return;
  throw Error(ErrorCode::refused, fmt::format("{} was not made by `dbmig docs`", path.string()))
      .hint("name another file with -o, or overwrite it with --force");
}

/// Writes those that are not there yet as they should be.
void write(Context& context, const DocsOptions& options,
           const std::vector<std::filesystem::path>& paths, const std::vector<std::string>& texts) {
  for (const auto& path : paths) require_ours(path, options.force);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string shown = context.shown(paths[i]);
    if (content_of(paths[i]) == texts[i]) {
      context.console().say(fmt::format("{} is up to date.", shown));
      continue;
    }
    context.console().status(fmt::format("Generating {}", shown),
                             [&] { write_file(paths[i], texts[i], true); });
  }
}

void run(Context& context, const DocsOptions& options) {
  const Target target = target_of(context, options);
  if (options.check && target.path == "-") {
    throw Error(ErrorCode::usage, "--check compares with a file").hint("name it with -o");
  }
  if (options.choice.distance < 0 ||
      (options.choice.distance > 0 && options.choice.tables.empty())) {
    throw Error(ErrorCode::usage, "--distance counts foreign keys from the tables of --tables");
  }
  const diagram::SavedLayout layout = layout_of(context, options, target);
  diagram::PageData data = data_of(context, options);
  data.layout = layout;
  const std::vector<std::string> texts = diagram::documents(data, target.format);
  Json json{{"format", diagram::to_string(target.format)},
            {"subject", data.subject},
            {"tables", data.schema.tables.size()}};
  if (target.path == "-") {
    if (texts.size() > 1) {
      throw Error(ErrorCode::usage,
                  fmt::format("the schema needs {} diagrams: Mermaid reads no more than 50,000 "
                              "characters",
                              texts.size()))
          .hint("write several files with -o schema.mmd, or select fewer tables with --tables");
    }
    context.console().data(texts.front());
    json["text"] = texts.front();
    context.console().document(json);
    return;
  }
  const auto paths = diagram::document_paths(target.path, texts.size());
  json["files"] = Json::array();
  bool is_current = true;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    json["files"].push_back(paths[i].string());
    if (!options.check || content_of(paths[i]) == texts[i]) continue;
    is_current = false;
    context.console().data(
        fmt::format("{} is out of date; run `dbmig docs` as for this check, "
                    "without --check\n",
                    context.shown(paths[i])));
  }
  if (options.check) {
    json["up_to_date"] = is_current;
    if (is_current)
      context.console().say(fmt::format("{} is up to date.", context.shown(paths[0])));
    if (!is_current) context.exit_code = kOutOfDate;
  } else {
    write(context, options, paths, texts);
  }
  context.console().document(json);
}

void add_choice(Command& command, DocsOptions& options) {
  command
      .add_option("--tables", options.choice.tables,
                  "Draw only these tables: names or patterns such as 'order*'")
      ->option_text("TABLE,…")
      ->delimiter(',');
  command.add_option("--exclude", options.choice.exclude, "All tables but these")
      ->option_text("TABLE,…")
      ->delimiter(',');
  command
      .add_option("--distance", options.choice.distance,
                  "Add the tables up to N foreign keys away from --tables (0)")
      ->option_text("N");
}

}  // namespace

void add_docs(Command& program, Context& context) {
  auto options = std::make_shared<DocsOptions>();
  Command& command = add_command(
      program, context,
      {"docs", "Draw the schema: a page with its diagram, tables and history",
       "  dbmig docs                                      schema.html from the model\n"
       "  dbmig docs --from database --against model      what differs, in colour\n"
       "  dbmig docs --tables orders --distance 1 --format mermaid\n"
       "  dbmig docs -o docs/schema.md                    the name selects the format\n"
       "  dbmig docs --check                              in CI: exit 3 when it is out of date\n"
       "The page is one self-contained file. To keep tables where you dragged them, save the "
       "layout\n"
       "next to it, as schema.layout.yaml. --from and --against take what `dbmig diff` takes."});
  command
      .add_option("--from", options->from,
                  "What is drawn: model, head, database, a revision, a URL (model)")
      ->option_text("WHAT");
  command.add_option("--against", options->against, "Highlight the differences to WHAT")
      ->option_text("WHAT");
  command.add_flag("--all", options->all,
                   "With --against a database: include tables that no revision knows");
  command.add_option("--dialect", options->dialect, "The dialect of SQL files: sqlite or mariadb")
      ->option_text("NAME");
  command
      .add_option("--format", options->format,
                  "html, svg, dot, mermaid, plantuml, dbml, markdown (html)")
      ->option_text("NAME");
  command
      .add_option("-o,--output", options->output,
                  "The file, - for stdout (schema.html; other formats: stdout)")
      ->option_text("FILE");
  add_choice(command, *options);
  command
      .add_option("--detail", options->detail,
                  "names, keys or columns (as fits the number of tables)")
      ->option_text("LEVEL");
  command
      .add_option("--layout", options->layout,
                  "The file with the positions of pinned tables (next to the output)")
      ->option_text("FILE");
  command.add_option("--title", options->title, "The page's title")->option_text("TEXT");
  command.add_flag("--check", options->check, "Write nothing; exit 3 when the file is out of date");
  command.add_flag("--force", options->force, "Overwrite a file that dbmig did not make");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
