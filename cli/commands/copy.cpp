#include "transfer/copy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/launcher.hpp"
#include "cli/migration.hpp"
#include "cli/row_comparison.hpp"
#include "cli/signals.hpp"
#include "diff/diff.hpp"
#include "project/edit_columns.hpp"
#include "project/run_settings.hpp"
#include "transfer/check_relations.hpp"
#include "transfer/copy_mark.hpp"
#include "transfer/fit_schema.hpp"
#include "transfer/source_readers.hpp"
#include "transfer/table_order.hpp"
#include "transfer/translate.hpp"
#include "transfer/untyped_columns.hpp"

namespace dbmig::cli {
namespace {

struct Arguments {
  std::string source;
  std::string target;
  transfer::CopyOptions options;
  bool schema_only = false;
  bool data_only = false;
  bool strict = false;
  bool widen = false;
  bool plan = false;
  int ranks = 0;  ///< to be started; 0: as many as there are
};

bool is_url(const std::string& argument) {
  return argument.find("://") != std::string::npos;
}

/// Refuses words that name no database, with what would.
void require_database(Context& context, const std::string& argument, const char* which) {
  if (is_url(argument)) return;
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(argument, ignored);
  const bool is_known = !is_file && context.find_project() != nullptr &&
                        context.project().databases.count(argument) != 0;
  if (is_known) return;
  std::vector<std::string> known;
  if (context.find_project() != nullptr) {
    for (const auto& [name, url] : context.project().databases) known.push_back(name);
  }
  if (is_file) {
    throw Error(ErrorCode::usage, fmt::format("the {} '{}' is a file, and no URL", which, argument))
        .hint(fmt::format("of a SQLite database: sqlite:///{}", argument));
  }
  throw Error(ErrorCode::usage, fmt::format("the {} '{}' is no database", which, argument))
      .hint(fmt::format("give a URL, as in sqlite:///app.db or mariadb://user@host/shop{}",
                        known.empty()
                            ? ", or a name that stands under `databases` in dbmig.yaml"
                            : ", or one of dbmig.yaml's `databases`: " + text::join(known, ", ")));
}

/// `argument`, a URL or a name of dbmig.yaml's `databases`, as the database to work on.
void work_on(Context& context, const std::string& argument) {
  if (is_url(argument)) {
    context.location.url = argument;
  } else {
    context.location.database = argument;
  }
}

/// One copy, from the choice of the schema to the comparison.
class Copy {
 public:
  /// Without `ranks`, or with one, it reads by itself.
  Copy(Context& context, const Arguments& arguments, import::Communicator* ranks)
      : context_(context),
        arguments_(arguments),
        options_(arguments.options),
        ranks_(ranks),
        source_(backend::connect(context.url_of(arguments.source, is_url(arguments.source)))) {
    work_on(context_, arguments_.target);
    if (source_->url().redacted() == context_.url().redacted()) {
      throw Error(ErrorCode::usage, "source and target are the same database");
    }
    const Url& target = context_.url();
    std::error_code ignored;
    if (target.dialect == DialectKind::sqlite && !target.in_memory() &&
        !std::filesystem::exists(target.database, ignored)) {
      new_file_ = target.database;
    }
    const bool is_there = arguments_.data_only || arguments_.plan;
    context_.name_database(is_there ? Context::Access::existing : Context::Access::create);
    target_ = &context_.connection(arguments_.plan        ? Context::Access::peek
                                   : arguments_.data_only ? Context::Access::existing
                                                          : Context::Access::create);
  }

  /// A file that opening it has made, and into which nothing was written, goes.
  ~Copy() {
    std::error_code ignored;
    if (!new_file_.empty() && std::filesystem::file_size(new_file_, ignored) == 0 && !ignored) {
      std::filesystem::remove(new_file_, ignored);
    }
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  void run() {
    before_ = target_->inspect({.tables = {}, .include_own = true}).schema;
    if (!arguments_.data_only) choose_schema();
    if (!arguments_.schema_only) {
      transfer::refuse_rows(*source_, *target_, options_, context_.console());
      if (!rows_fit()) return;
    }
    if (arguments_.plan) return print_plan();
    std::vector<transfer::TableComparison> tables;
    bool same = false;
    transfer::mark_copy(*target_, source_->url());
    try {
      make_tables();
      if (!arguments_.schema_only) {
        tables = transfer::copy_rows(*source_, *target_, options_, context_.console(),
                                     interrupted(), ranks_);
      }
      same = std::all_of(tables.begin(), tables.end(),
                         [](const auto& table) { return table.is_same(); });
      if (same) {
        make_rest();
        transfer::unmark_copy(*target_);
      }
    } catch (...) {
      if (!same) take_back();
      throw;
    }
    if (!same) take_back();
    report_comparison(context_, tables);
    if (!same) {
      context_.console().say("The two sides differ: nothing was copied");
    } else if (arguments_.schema_only) {
      context_.console().say("The tables are there, without rows");
    }
  }

 private:
  /// The revisions of the source, when they are this project's.
  std::set<std::string> history() {
    if (context_.find_project() == nullptr) return {};
    std::set<std::string> ids;
    for (const run::AppliedRevision& row : run::RevisionStore(*source_).all()) {
      if (!row.is_complete()) {
        throw Error(ErrorCode::failed, fmt::format("the {} of revision {} stopped half-way in the "
                                                   "source",
                                                   row.running, row.id))
            .hint("finish it with `dbmig upgrade` first");
      }
      if (!context_.graph().contains(row.id)) return {};
      ids.insert(row.id);
    }
    return ids;
  }

  void choose_schema() {
    revisions_ = history();
    if (!revisions_.empty()) {
      const schema::Schema model = context_.graph().fold(revisions_);
      schema_ = target_->canonical(model);
      context_.console().info("dbmig.copy", "The schema comes from the project's revisions");
      leave_out_of_one_alone(model);
      if (source_->dialect().kind() != target_->dialect().kind()) {
        refuse_what_revisions_cannot_make();
      }
      return;
    }
    const DialectKind from = source_->dialect().kind();
    const backend::Inspection found = source_->inspect({});
    translation_ = transfer::translate(found.schema, from, target_->dialect().kind());
    restrict_to_chosen();
    std::vector<std::string>& left_out = translation_.left_out;
    std::vector<std::string> changed;
    if (from != target_->dialect().kind()) {
      changed = fit(from);
    } else {
      left_out = transfer::drop_keys_to_nowhere(translation_.tables, before_);
    }
    for (const backend::Unsupported& one : found.unsupported) {
      left_out.push_back(fmt::format("{}: {}", one.object, one.reason));
    }
    for (const std::string& line : changed) context_.console().warning("dbmig.copy", line);
    for (const std::string& line : left_out) {
      context_.console().warning("dbmig.copy", "Not copied: " + line);
    }
    const std::vector<std::string>& gone = translation_.left_out_tables;
    options_.exclude.insert(options_.exclude.end(), gone.begin(), gone.end());
    if (arguments_.strict && !(left_out.empty() && changed.empty())) {
      throw Error(ErrorCode::refused, "--strict wants a copy of everything as it is")
          .hint("nothing was copied");
    }
    if (!gone.empty() && translation_.tables.tables.empty()) {
      throw Error(ErrorCode::refused, "no table is left that the target could have")
          .hint("nothing was copied");
    }
    schema_ = target_->canonical(translation_.tables);
  }

  /// The tables that the model has on the source's kind of database alone.
  void leave_out_of_one_alone(const schema::Schema& model) {
    bool is_any = false;
    for (const auto& [name, table] : model.tables) {
      if (table.only.value_or(target_->dialect().kind()) == target_->dialect().kind()) continue;
      is_any = true;
      options_.exclude.push_back(name);
      context_.console().warning(
          "dbmig.copy", fmt::format("Not copied: table '{}': the model has it on {} alone", name,
                                    product_name(*table.only)));
    }
    if (is_any && arguments_.strict) {
      throw Error(ErrorCode::refused, "--strict wants a copy of everything as it is")
          .hint("nothing was copied");
    }
  }

  /// What the target would refuse of the tables that revisions make there is said before the first
  /// one runs.
  void refuse_what_revisions_cannot_make() {
    schema::Schema tables;
    for (const auto& [name, table] : schema_.tables) {
      if (before_.find_table(name) == nullptr) tables.tables.emplace(name, table);
    }
    transfer::Fitted fitted = transfer::fit_schema(tables, *target_, before_);
    std::vector<std::string> refused = std::move(fitted.left_out);
    std::move(fitted.changed.begin(), fitted.changed.end(), std::back_inserter(refused));
    if (refused.empty()) return;
    throw Error(ErrorCode::failed,
                "the target cannot have all that the revisions make: " + text::join(refused, "; "))
        .hint(
            "nothing was copied; say in the model what it is on that database (`mariadb:`, "
            "`sqlite:`), or that it is on the other one alone (`only:`), then `dbmig migrate` "
            "and `dbmig upgrade`");
  }

  /// Makes the tables what the target takes; what that changes in them.
  std::vector<std::string> fit(DialectKind from) {
    std::vector<std::string> changed;
    const auto add = [](std::vector<std::string>& to, std::vector<std::string> more) {
      std::move(more.begin(), more.end(), std::back_inserter(to));
    };
    if (from == DialectKind::sqlite) {
      add(changed, transfer::give_types(*source_, translation_.tables));
      add(changed, transfer::match_foreign_keys(translation_.tables));
    }
    transfer::Fitted fitted = transfer::fit_schema(translation_.tables, *target_, before_);
    for (const std::string& line : fitted.renamed) context_.console().info("dbmig.copy", line);
    add(changed, std::move(fitted.changed));
    add(translation_.left_out, std::move(fitted.left_out));
    add(translation_.left_out_tables, std::move(fitted.tables));
    return changed;
  }

  /// With --tables and --exclude.
  void restrict_to_chosen() {
    const transfer::CopyOptions& options = options_;
    const auto names = [](const std::vector<std::string>& list, const std::string& name) {
      return std::any_of(list.begin(), list.end(), [&](const std::string& one) {
        return text::equals_ignoring_case(one, name);
      });
    };
    erase_if(translation_.tables.tables, [&](const auto& entry) {
      return names(options.exclude, entry.first) ||
             (!options.tables.empty() && !names(options.tables, entry.first));
    });
    if (!options.tables.empty() || !options.exclude.empty()) translation_.rest = {};
  }

  /// Whether the target's columns hold every value, made wider where --widen says so; says what
  /// they do not.
  bool rows_fit() {
    schema::Schema schema =
        arguments_.data_only ? target_->canonical(target_->inspect({}).schema) : schema_;
    std::vector<transfer::CopyProblem> wider;
    while (true) {
      std::vector<transfer::CopyProblem> problems =
          transfer::check_rows(*source_, schema, target_->dialect().kind(), options_,
                               context_.console(), interrupted(), ranks_);
      std::vector<transfer::CopyProblem> more =
          transfer::check_relations(*source_, schema, options_);
      if (problems.empty()) {  // a key is asked about with values that its columns hold
        more = joined(std::move(more), transfer::find_collisions(*source_, *target_, schema,
                                                                 options_, interrupted()));
      }
      problems = joined(std::move(problems), std::move(more));
      if (problems.empty()) break;
      if (!arguments_.widen || !has_remedy(problems)) {
        report_problems(context_, problems);
        context_.exit_code = 1;
        return false;
      }
      schema = target_->canonical(transfer::widened(schema, problems));
      wider.insert(wider.end(), problems.begin(), problems.end());
    }
    if (!wider.empty()) widen(wider);
    return true;
  }

  static std::vector<transfer::CopyProblem> joined(std::vector<transfer::CopyProblem> some,
                                                   std::vector<transfer::CopyProblem> more) {
    std::move(more.begin(), more.end(), std::back_inserter(some));
    return some;
  }

  /// Whether --widen mends all of `problems`: in a project it changes types alone.
  bool has_remedy(const std::vector<transfer::CopyProblem>& problems) const {
    return transfer::without_remedy(problems).empty() &&
           (revisions_.empty() ||
            std::all_of(problems.begin(), problems.end(),
                        [](const transfer::CopyProblem& one) { return one.wider.has_value(); }));
  }

  void widen(const std::vector<transfer::CopyProblem>& problems) {
    std::map<std::pair<std::string, std::string>, schema::Type> types;
    for (const transfer::CopyProblem& problem : problems) {
      if (!problem.wider) {
        context_.console().info("dbmig.copy", fmt::format("'{}' becomes {}, for rows of the source",
                                                          problem.what.file, problem.remedy()));
        continue;
      }
      types.insert_or_assign({problem.what.file, problem.what.column}, *problem.wider);
    }
    std::vector<project::ColumnChange> changes;
    std::vector<std::string> columns;
    for (const auto& [place, type] : types) {
      context_.console().info("dbmig.copy",
                              fmt::format("'{}.{}' becomes {}, for rows of the source", place.first,
                                          place.second, schema::to_string(type)));
      changes.push_back({place.first, place.second, type, false});
      columns.push_back(place.first + "." + place.second);
    }
    if (revisions_.empty()) {
      translation_.tables = transfer::widened(std::move(translation_.tables), problems);
      for (const std::string& line : transfer::match_foreign_keys(translation_.tables)) {
        context_.console().info("dbmig.copy", line);
      }
      return;
    }
    for (const std::string& head : context_.graph().heads()) {
      if (revisions_.count(head) != 0) continue;
      throw Error(
          ErrorCode::failed,
          fmt::format("the source lacks revision {}, and --widen writes one behind it", head))
          .hint("nothing was copied; run `dbmig upgrade` on the source first");
    }
    project::require_migrated_model(context_, "then copy with --widen again");
    if (arguments_.plan) return;
    constexpr std::size_t kNamed = 3;
    const bool is_short = columns.size() <= kNamed;
    revisions_.insert(project::edit_columns(
        context_, changes, {},
        is_short ? "widen " + text::join(columns, ", ")
                 : fmt::format("widen {}", text::count(columns.size(), "column"))));
  }

  /// What would be made, and which rows would go where they are checked to fit.
  void print_plan() {
    Console& console = context_.console();
    Json statements = Json::array();
    if (!arguments_.data_only) {
      schema::Schema after = before_;
      const schema::Schema wanted =
          revisions_.empty() ? target_->canonical(translation_.tables) : schema_;
      for (const auto& [name, table] : wanted.tables) after.tables.emplace(name, table);
      for (const dialect::Statement& statement :
           target_->dialect().plan(before_, diff::diff(before_, after).operations, {})) {
        console.data(statement.sql + ";\n");
        statements.push_back(statement.sql);
      }
    }
    console.say(arguments_.schema_only
                    ? "Nothing was made: this is a plan"
                    : "All rows fit into the target's columns; nothing was copied: this is a plan");
    console.document({{"written", false}, {"statements", std::move(statements)}});
  }

  void make_tables() {
    if (arguments_.data_only) return;
    if (!revisions_.empty()) {
      run::Runner runner = make_runner(context_, Context::Access::create);
      run::RunOptions how = run_options(context_, kLockTimeout);
      how.listener = project::hook_listener(context_, context_.url(), context_.events());
      for (const std::string& id : context_.graph().heads_of(revisions_)) {
        runner.upgrade(id, how);
      }
      return;
    }
    schema::Schema made;
    for (const auto& [name, table] : translation_.tables.tables) {
      if (before_.find_table(name) == nullptr) made.tables.emplace(name, table);
    }
    make(made, {});
  }

  /// Views, triggers and routines, those that a copy which was ended here has not made already.
  void make_rest() {
    if (arguments_.data_only || !revisions_.empty()) return;
    const schema::Schema there = target_->inspect({}).schema;
    const auto is_there = [](const auto& objects) {
      return [&objects](const auto& entry) { return objects.count(entry.first) != 0; };
    };
    erase_if(translation_.rest.views, is_there(there.views));
    erase_if(translation_.rest.triggers, is_there(there.triggers));
    erase_if(translation_.rest.routines, is_there(there.routines));
    make(translation_.rest, translation_.tables);
  }

  void make(const schema::Schema& part, const schema::Schema& before) {
    schema::Schema after = before;
    after.tables.insert(part.tables.begin(), part.tables.end());
    after.views = part.views;
    after.triggers = part.triggers;
    after.routines = part.routines;
    const std::vector<ops::Operation> operations = diff::diff(before, after).operations;
    for (const dialect::Statement& statement : target_->dialect().plan(before, operations, {})) {
      target_->execute(statement.sql);
    }
  }

  /// Drops what this copy made. Tables that revisions made stay where the database had some of the
  /// project before.
  void take_back() noexcept {
    try {
      if (before_.find_table(transfer::kCopyMark) == nullptr) transfer::unmark_copy(*target_);
      if (!revisions_.empty() && has_history(before_)) return;
      const schema::Schema now = target_->inspect({.tables = {}, .include_own = true}).schema;
      schema::Schema kept = now;
      const auto is_new = [](const auto& before) {
        return [&before](const auto& entry) { return before.count(entry.first) == 0; };
      };
      erase_if(kept.tables, is_new(before_.tables));
      erase_if(kept.views, is_new(before_.views));
      erase_if(kept.triggers, is_new(before_.triggers));
      erase_if(kept.routines, is_new(before_.routines));
      for (const dialect::Statement& statement :
           target_->dialect().plan(now, diff::diff(now, kept).operations, {})) {
        target_->execute(statement.sql);
      }
    } catch (const std::exception& failure) {
      context_.console().warning(
          "dbmig.copy", fmt::format("Empty tables stay in the target: {}", failure.what()));
    }
  }

  static bool has_history(const schema::Schema& schema) {
    return std::any_of(schema.tables.begin(), schema.tables.end(), [](const auto& entry) {
      return transfer::is_own_table(entry.first) && entry.first != transfer::kCopyMark;
    });
  }

  static constexpr int kLockTimeout = 60;

  Context& context_;
  const Arguments& arguments_;
  transfer::CopyOptions options_;  ///< without the tables that the target cannot have
  import::Communicator* ranks_;
  std::unique_ptr<backend::Connection> source_;
  backend::Connection* target_ = nullptr;
  std::set<std::string> revisions_;
  transfer::Translation translation_;
  schema::Schema schema_;           ///< the target's, as it will be
  schema::Schema before_;           ///< what the target had, dbmig's own tables too
  std::filesystem::path new_file_;  ///< the target's, when there was none
};

void serve(Context& context, const Arguments& arguments, import::Communicator& ranks) {
  const auto source = backend::connect(context.url_of(arguments.source, is_url(arguments.source)));
  transfer::serve_copy(*source, ranks, interrupted());
}

void run_with_ranks(Context& context, const Arguments& arguments) {
  const auto ranks = import::mpi_communicator();
  if (arguments.ranks != 0 && arguments.ranks != ranks->size()) {
    throw Error(
        ErrorCode::usage,
        fmt::format("mpirun started {}, and -j asks for {}; leave one of them out",
                    text::count(static_cast<std::size_t>(ranks->size()), "rank"), arguments.ranks));
  }
  if (!ranks->is_root()) {
    try {
      return serve(context, arguments, *ranks);
    } catch (const Error&) {
      // The root, which cannot reach the source either, says what is wrong before mpirun ends it.
      std::this_thread::sleep_for(std::chrono::seconds(1));
      context.exit_code = 1;
      return;
    }
  }
  try {
    Copy(context, arguments, ranks.get()).run();
  } catch (...) {
    transfer::end_service(*ranks);
    throw;
  }
  transfer::end_service(*ranks);
}

void run(Context& context, const Arguments& arguments) {
  if (arguments.schema_only && arguments.data_only) {
    throw Error(ErrorCode::usage, "--schema-only and --data-only exclude each other");
  }
  require_database(context, arguments.source, "source");
  require_database(context, arguments.target, "target");
  if (arguments.ranks > 1 && !import::started_by_mpi()) {
    import::require_mpi_module();
    context.console().flush();
    context.exit_code = run_as_ranks(arguments.ranks, false);
    return;
  }
  watch_signals();
  if (import::started_by_mpi()) return run_with_ranks(context, arguments);
  Copy(context, arguments, nullptr).run();
}

}  // namespace

void add_copy(Command& program, Context& context) {
  auto arguments = std::make_shared<Arguments>();
  Command& command = add_command(
      program, context,
      {"copy", "Copy a database with its rows to another one, on either kind of database",
       "  dbmig copy sqlite:///app.db mariadb://user@host/shop\n"
       "  dbmig copy mariadb://user@host/shop sqlite:///copy.db --tables people,orders\n"
       "  dbmig copy dev prod --data-only               two of dbmig.yaml's `databases`\n"
       "  mpirun -n 4 dbmig copy dev prod               four ranks, the same as -j 4\n"
       "\n"
       "Every value is looked at before anything is written: what the target's columns do not\n"
       "hold is named, with counts, examples and the line of the model that would hold it. All\n"
       "rows go in one transaction, triggers do not fire, and both sides are compared before it\n"
       "is committed; exit code 3 says that they differ, and then nothing was copied. In the\n"
       "project of the source's revisions the target gets these; otherwise its tables come from\n"
       "the source, and what the other kind of database cannot have is named (--strict "
       "refuses).\n"});
  Arguments& a = *arguments;
  command.add_option("source", a.source, "From this database: a URL, or a name of `databases`")
      ->option_text("SOURCE")
      ->required();
  command.add_option("target", a.target, "To this database")->option_text("TARGET")->required();
  add_row_selection(command, a.options);
  command
      .add_option("-j,--ranks", a.ranks,
                  "Read the source with so many ranks, started with Open MPI's mpirun (1)")
      ->option_text("N")
      ->range(1, 4096);
  add_plan_flag(command, a.plan,
                "Check every value and print the tables that would be made; nothing is written");
  command.add_flag("--schema-only", a.schema_only, "The tables without their rows");
  command.add_flag("--data-only", a.data_only, "The rows, into tables that are there");
  command.add_flag("--truncate", a.options.truncate,
                   "Delete the rows of the target's tables first");
  command.add_flag("--resume", a.options.resume,
                   "Go on with a copy that was killed: tables that hold the source's rows stay");
  command.add_flag("--fire-triggers", a.options.fire_triggers,
                   "Let the target's triggers fire for the rows that are copied");
  command
      .add_flag("--widen", a.widen,
                "Make columns wider that do not hold all rows: in a project by a proved revision")
      ->excludes("--data-only");
  command.add_flag("--strict", a.strict, "Refuse to leave anything of the source out");
  set_action(
      command, context, [&context, arguments] { run(context, *arguments); }, true);
}

}  // namespace dbmig::cli
