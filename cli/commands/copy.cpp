#include "transfer/copy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "cli/row_comparison.hpp"
#include "cli/signals.hpp"
#include "diff/diff.hpp"
#include "transfer/translate.hpp"

namespace dbmig::cli {
namespace {

struct Arguments {
  std::string source;
  std::string target;
  transfer::CopyOptions options;
  bool schema_only = false;
  bool data_only = false;
  bool strict = false;
};

/// `argument`, a URL or a name of dbmig.yaml's `databases`, as the database to work on.
void work_on(Context& context, const std::string& argument) {
  if (argument.find("://") != std::string::npos) {
    context.location.url = argument;
  } else {
    context.location.database = argument;
  }
}

/// One copy, from the choice of the schema to the comparison.
class Copy {
 public:
  Copy(Context& context, const Arguments& arguments)
      : context_(context),
        arguments_(arguments),
        source_(backend::connect(
            context.url_of(arguments.source, arguments.source.find("://") != std::string::npos))) {
    work_on(context_, arguments_.target);
    if (source_->url().redacted() == context_.url().redacted()) {
      throw Error(ErrorCode::usage, "source and target are the same database");
    }
    context_.name_database(arguments_.data_only ? Context::Access::existing
                                                : Context::Access::create);
    target_ = &context_.connection(arguments_.data_only ? Context::Access::existing
                                                        : Context::Access::create);
  }

  void run() {
    if (!arguments_.data_only) choose_schema();
    if (!arguments_.schema_only && !rows_fit()) return;
    make_tables();
    std::vector<transfer::TableComparison> tables;
    if (!arguments_.schema_only) {
      try {
        tables = transfer::copy_rows(*source_, *target_, arguments_.options, context_.console(),
                                     interrupted());
      } catch (...) {
        take_back_tables();
        throw;
      }
    }
    const bool same = std::all_of(tables.begin(), tables.end(),
                                  [](const auto& table) { return table.is_same(); });
    if (same) {
      make(translation_.rest, before_rest_);
    } else {
      take_back_tables();
    }
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
      schema_ = target_->canonical(context_.graph().fold(revisions_));
      context_.console().info("dbmig.copy", "The schema comes from the project's revisions");
      return;
    }
    const DialectKind from = source_->dialect().kind();
    const backend::Inspection found = source_->inspect({});
    translation_ = transfer::translate(found.schema, from, target_->dialect().kind());
    restrict_to_chosen();
    for (const backend::Unsupported& one : found.unsupported) {
      translation_.left_out.push_back(fmt::format("{}: {}", one.object, one.reason));
    }
    for (const std::string& line : translation_.left_out) {
      context_.console().warning("dbmig.copy", "Not copied: " + line);
    }
    if (arguments_.strict && !translation_.left_out.empty()) {
      throw Error(ErrorCode::refused, "--strict wants a copy of everything")
          .hint("nothing was copied");
    }
    schema_ = target_->canonical(translation_.tables);
  }

  /// With --tables and --exclude.
  void restrict_to_chosen() {
    const transfer::CopyOptions& options = arguments_.options;
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

  /// Whether the target's columns hold every value; says what they do not.
  bool rows_fit() {
    const schema::Schema schema =
        arguments_.data_only ? target_->canonical(target_->inspect({}).schema) : schema_;
    const std::vector<transfer::CopyProblem> problems = transfer::check_rows(
        *source_, schema, target_->dialect().kind(), arguments_.options, interrupted());
    if (problems.empty()) return true;
    report_problems(context_, problems);
    context_.exit_code = 1;
    return false;
  }

  void make_tables() {
    if (arguments_.data_only) return;
    if (!revisions_.empty()) {
      run::Runner runner = make_runner(context_, Context::Access::create);
      for (const std::string& id : context_.graph().heads_of(revisions_)) {
        runner.upgrade(id, run_options(context_, kLockTimeout));
      }
      return;
    }
    const schema::Schema there = target_->inspect({}).schema;
    for (const auto& [name, table] : translation_.tables.tables) {
      if (there.find_table(name) == nullptr) made_.tables.emplace(name, table);
    }
    before_rest_ = translation_.tables;
    // An earlier copy may have been ended between its tables and what comes behind the rows.
    const auto is_there = [](const auto& objects) {
      return [&objects](const auto& entry) { return objects.count(entry.first) != 0; };
    };
    erase_if(translation_.rest.views, is_there(there.views));
    erase_if(translation_.rest.triggers, is_there(there.triggers));
    erase_if(translation_.rest.routines, is_there(there.routines));
    try {
      make(made_, {});
    } catch (...) {
      take_back_tables();
      throw;
    }
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

  /// Tables that this copy made; as many of them as are there.
  void take_back_tables() noexcept {
    try {
      schema::Schema there;
      const schema::Schema live = target_->inspect({}).schema;
      for (const auto& [name, table] : made_.tables) {
        if (live.find_table(name) != nullptr) there.tables.emplace(name, table);
      }
      for (const dialect::Statement& statement :
           target_->dialect().plan(there, diff::diff(there, {}).operations, {})) {
        target_->execute(statement.sql);
      }
    } catch (const std::exception& failure) {
      context_.console().warning(
          "dbmig.copy", fmt::format("Empty tables stay in the target: {}", failure.what()));
    }
  }

  static constexpr int kLockTimeout = 60;

  Context& context_;
  const Arguments& arguments_;
  std::unique_ptr<backend::Connection> source_;
  backend::Connection* target_ = nullptr;
  std::set<std::string> revisions_;
  transfer::Translation translation_;
  schema::Schema schema_;  ///< the target's, as it will be
  schema::Schema made_;
  schema::Schema before_rest_;
};

void run(Context& context, const Arguments& arguments) {
  if (arguments.schema_only && arguments.data_only) {
    throw Error(ErrorCode::usage, "--schema-only and --data-only exclude each other");
  }
  watch_signals();
  Copy(context, arguments).run();
}

}  // namespace

void add_copy(CLI::App& program, Context& context) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = add_command(
      program, context,
      {"copy", "Copy a database with its rows to another one, on either kind of database",
       "  dbmig copy sqlite:///app.db mariadb://user@host/shop\n"
       "  dbmig copy mariadb://user@host/shop sqlite:///copy.db --tables people,orders\n"
       "  dbmig copy dev prod --data-only               two of dbmig.yaml's `databases`\n"
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
  command.add_flag("--schema-only", a.schema_only, "The tables without their rows");
  command.add_flag("--data-only", a.data_only, "The rows, into tables that are there");
  command.add_flag("--truncate", a.options.truncate,
                   "Delete the rows of the target's tables first");
  command.add_flag("--fire-triggers", a.options.fire_triggers,
                   "Let the target's triggers fire for the rows that are copied");
  command.add_flag("--strict", a.strict, "Refuse to leave anything of the source out");
  set_action(command, context, [&context, arguments] { run(context, *arguments); });
}

}  // namespace dbmig::cli
