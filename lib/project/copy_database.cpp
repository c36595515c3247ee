#include "project/copy_database.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "backend/database_file.hpp"
#include "backend/next_number.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "project/copy_schema.hpp"
#include "project/edit_columns.hpp"
#include "project/revisions.hpp"
#include "project/run_settings.hpp"
#include "transfer/check_relations.hpp"
#include "transfer/copy_mark.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/fit_schema.hpp"
#include "transfer/table_order.hpp"

namespace dbmig::project {
namespace {

constexpr int kCopyLockTimeout = 60;  // seconds

bool is_url(const std::string& argument) {
  return argument.find("://") != std::string::npos;
}

/// A SQLite file that was not there before; goes at the end when nothing was written into it.
class NewDatabaseFile {
 public:
  explicit NewDatabaseFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code ignored;
    if (std::filesystem::exists(path_, ignored)) path_.clear();
  }
  NewDatabaseFile(const NewDatabaseFile&) = delete;
  NewDatabaseFile& operator=(const NewDatabaseFile&) = delete;
  ~NewDatabaseFile() {
    std::error_code ignored;
    const bool is_empty =
        has_nothing_ || (std::filesystem::file_size(path_, ignored) == 0 && !ignored);
    if (path_.empty() || !is_empty) return;
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
      std::filesystem::remove(path_.string() + ending, ignored);
    }
  }

  /// To be called after what was made in it was dropped: if no tables are left, the file is
  /// deleted.
  void emptied(backend::Connection& connection) {
    if (path_.empty()) return;
    has_nothing_ =
        connection.query("SELECT 1 FROM sqlite_master WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'")
            .rows.empty();
  }

 private:
  std::filesystem::path path_;
  bool has_nothing_ = false;
};

/// One copy, from the choice of the schema to the comparison.
class Copy {
 public:
  Copy(Workspace& workspace, const CopyRequest& request, import::Communicator* ranks)
      : workspace_(workspace),
        request_(request),
        options_(request.options),
        ranks_(ranks),
        stop_(workspace.stop() == nullptr ? never_ : *workspace.stop()),
        source_(backend::connect(copied_database(workspace, request.source, "source"))),
        new_file_(backend::database_file(target_url()).value_or("")) {
    const Workspace::Access access = request_.plan        ? Workspace::Access::peek
                                     : request_.data_only ? Workspace::Access::existing
                                                          : Workspace::Access::create;
    workspace_.name_database(request_.plan ? Workspace::Access::existing : access);
    target_ = &workspace_.connection(access);
  }

  CopyResult run() {
    try {
      return run_all();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::connection) throw;
      throw lost(error);
    }
  }

 private:
  CopyResult run_all() {
    before_ = target_->inspect({.tables = {}, .include_own = true}).schema;
    if (!request_.data_only) {
      chosen_ =
          choose_copy_schema(workspace_, *source_, *target_, before_, request_.strict, options_);
    }
    const bool has_schema_said =
        !request_.data_only && source_->dialect().kind() != target_->dialect().kind();
    if (!request_.schema_only && !has_schema_said) {
      tell_lost_rows(workspace_, *source_, *target_, request_.strict, options_);
    }
    if (!request_.schema_only) {
      transfer::refuse_rows(*source_, *target_, options_, workspace_.events());
      if (!rows_fit()) return std::move(result_);
    }
    if (request_.plan) {
      plan();
    } else {
      carry_out();
    }
    return std::move(result_);
  }

  /// `error` of a lost connection, with which of the two servers it was.
  Error lost(const Error& error) {
    const bool is_source = !answers(*source_);
    const bool is_target = !answers(*target_);
    const char* side = is_source && is_target ? "the source and the target"
                       : is_source            ? "the source"
                       : is_target            ? "the target"
                                              : "a server";
    return Error(ErrorCode::connection,
                 fmt::format("the connection to {} was lost: {}", side, error.message()))
        .native(error.native_code())
        .hint(is_writing_ && is_target
                  ? "run the command again when it is back: it starts over; if all rows had been "
                    "copied, add --resume"
                  : "nothing was copied; run the command again when the server is back");
  }

  static bool answers(backend::Connection& connection) {
    try {
      connection.query("SELECT 1");
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  /// The target's URL; the workspace works on the target from here on.
  const Url& target_url() {
    static_cast<void>(copied_database(workspace_, request_.target, "target"));
    if (is_url(request_.target)) {
      workspace_.location.url = request_.target;
    } else {
      workspace_.location.database = request_.target;
    }
    if (source_->url().redacted() == workspace_.url().redacted()) {
      throw Error(ErrorCode::usage, "source and target are the same database");
    }
    return workspace_.url();
  }

  void carry_out() {
    bool is_kept = false;
    is_writing_ = true;
    transfer::mark_copy(*target_, source_->url());
    try {
      make_tables();
      if (!request_.schema_only) {
        result_.tables =
            transfer::copy_rows(*source_, *target_, options_, workspace_.events(), stop_, ranks_);
      }
      is_kept = result_.is_same();
      if (is_kept) {
        make_rest();
        if (!request_.schema_only) {
          backend::continue_sequences(*source_, *target_);
          transfer::rebuild_indexes(*source_, *target_, options_, workspace_.events());
        }
        transfer::unmark_copy(*target_);
      }
    } catch (...) {
      if (!is_kept) take_back();
      throw;
    }
    if (!is_kept) take_back();
  }

  /// Whether the target's columns hold every value; with --widen, after widening them.
  bool rows_fit() {
    schema::Schema schema = filled_schema();
    std::vector<transfer::CopyProblem> wider;
    while (true) {
      std::vector<transfer::CopyProblem> problems =
          transfer::check_rows(*source_, schema, target_->dialect().kind(), options_,
                               workspace_.events(), stop_, ranks_);
      std::vector<transfer::CopyProblem> more =
          transfer::check_relations(*source_, schema, options_);
      if (problems.empty()) {  // keys are checked with values that their columns hold
        more = joined(std::move(more),
                      transfer::find_collisions(*source_, *target_, schema, options_, stop_));
      }
      problems = joined(std::move(problems), std::move(more));
      if (problems.empty()) break;
      const bool is_solvable = has_remedy(problems);
      if (!request_.widen || !is_solvable) {
        result_.widen_helps = is_solvable;
        result_.problems = std::move(problems);
        return false;
      }
      schema = target_->canonical(transfer::widened(schema, problems));
      wider.insert(wider.end(), problems.begin(), problems.end());
    }
    if (!wider.empty()) widen(wider);
    return true;
  }

  /// The tables that the rows go into: those to be made, and those that are there.
  schema::Schema filled_schema() {
    if (!request_.data_only && !chosen_.revisions.empty()) return chosen_.schema;
    const schema::Schema there = target_->canonical(target_->inspect({}).schema);
    if (request_.data_only) return there;
    schema::Schema filled = chosen_.schema;
    for (auto& [name, table] : filled.tables) {
      if (const schema::Table* own = transfer::find_table_in(there, name)) table = *own;
    }
    return filled;
  }

  static std::vector<transfer::CopyProblem> joined(std::vector<transfer::CopyProblem> some,
                                                   std::vector<transfer::CopyProblem> more) {
    std::move(more.begin(), more.end(), std::back_inserter(some));
    return some;
  }

  /// Whether --widen solves all of `problems`: in a project it only changes types, outside of one
  /// only tables that it makes.
  bool has_remedy(const std::vector<transfer::CopyProblem>& problems) const {
    if (request_.data_only || !transfer::without_remedy(problems).empty()) return false;
    return std::all_of(problems.begin(), problems.end(), [&](const transfer::CopyProblem& one) {
      return chosen_.revisions.empty() ? transfer::find_table_in(before_, one.what.file) == nullptr
                                       : one.wider.has_value();
    });
  }

  void widen(const std::vector<transfer::CopyProblem>& problems) {
    std::map<std::pair<std::string, std::string>, schema::Type> types;
    for (const transfer::CopyProblem& problem : problems) {
      if (!problem.wider) {
        workspace_.events().info("dbmig.copy",
                                 fmt::format("'{}' becomes {} to hold the source's rows",
                                             problem.what.file, problem.remedy()));
        continue;
      }
      types.insert_or_assign({problem.what.file, problem.what.column}, *problem.wider);
    }
    std::vector<ColumnChange> changes;
    std::vector<std::string> columns;
    for (const auto& [place, type] : types) {
      workspace_.events().info(
          "dbmig.copy", fmt::format("'{}.{}' becomes {} to hold the source's rows", place.first,
                                    place.second, schema::to_string(type)));
      changes.push_back({place.first, place.second, type, false});
      columns.push_back(place.first + "." + place.second);
    }
    if (chosen_.revisions.empty()) {
      chosen_.translation.tables =
          transfer::widened(std::move(chosen_.translation.tables), problems);
      for (const std::string& line : transfer::match_foreign_keys(chosen_.translation.tables)) {
        workspace_.events().info("dbmig.copy", line);
      }
      return;
    }
    for (const std::string& head : workspace_.graph().heads()) {
      if (chosen_.revisions.count(head) != 0) continue;
      throw Error(
          ErrorCode::failed,
          fmt::format("revision {} is pending in the source, and --widen writes one after it",
                      head))
          .hint("nothing was copied; run `dbmig upgrade` on the source first");
    }
    require_migrated_model(workspace_, "then copy with --widen again");
    if (request_.plan) return;
    constexpr std::size_t kNamed = 3;
    const bool is_short = columns.size() <= kNamed;
    chosen_.revisions.insert(
        edit_columns(workspace_, changes, {},
                     is_short ? "widen " + text::join(columns, ", ")
                              : fmt::format("widen {}", text::count(columns.size(), "column"))));
  }

  void plan() {
    if (request_.data_only) return;
    schema::Schema after = before_;
    const schema::Schema wanted =
        chosen_.revisions.empty() ? target_->canonical(chosen_.translation.tables) : chosen_.schema;
    for (const auto& [name, table] : wanted.tables) after.tables.emplace(name, table);
    for (const dialect::Statement& statement :
         target_->dialect().plan(before_, diff::diff(before_, after).operations, {})) {
      result_.statements.push_back(statement.sql);
    }
  }

  void make_tables() {
    if (request_.data_only) return;
    if (!chosen_.revisions.empty()) {
      run::Runner runner = make_runner(workspace_, Workspace::Access::create);
      run::RunOptions how = run_options(workspace_, kCopyLockTimeout);
      how.listener = hook_listener(workspace_, workspace_.url(), workspace_.events());
      for (const std::string& id : workspace_.graph().heads_of(chosen_.revisions)) {
        const std::vector<std::string> ran = runner.upgrade(id, how);
        upgraded_.insert(upgraded_.end(), ran.begin(), ran.end());
      }
      return;
    }
    schema::Schema made;
    for (const auto& [name, table] : chosen_.translation.tables.tables) {
      if (before_.find_table(name) == nullptr) made.tables.emplace(name, table);
    }
    // A column's default may take its numbers from one.
    for (const auto& [key, routine] : chosen_.translation.rest.routines) {
      const bool is_made =
          key.first == schema::RoutineKind::sequence && before_.routines.count(key) == 0;
      if (is_made) made.routines.emplace(key, routine);
    }
    make(made, {});
  }

  /// Views, triggers and routines, those that a copy which was ended here has not made already.
  void make_rest() {
    if (request_.data_only || !chosen_.revisions.empty()) return;
    const schema::Schema there = target_->inspect({}).schema;
    const auto is_there = [](const auto& objects) {
      return [&objects](const auto& entry) { return objects.count(entry.first) != 0; };
    };
    erase_if(chosen_.translation.rest.views, is_there(there.views));
    erase_if(chosen_.translation.rest.triggers, is_there(there.triggers));
    erase_if(chosen_.translation.rest.routines, is_there(there.routines));
    make(chosen_.translation.rest, chosen_.translation.tables);
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
      if (!chosen_.revisions.empty() && has_history(before_)) return tell_upgraded();
      const schema::Schema now = target_->inspect({.tables = {}, .include_own = true}).schema;
      schema::Schema kept = now;
      // Another process may have made something here meanwhile: that stays.
      const auto is_made = [](const auto& before, const auto& wanted, const auto& rest) {
        return [&](const auto& entry) {
          return before.count(entry.first) == 0 &&
                 (wanted.count(entry.first) != 0 || rest.count(entry.first) != 0);
        };
      };
      const schema::Schema& wanted = chosen_.schema;
      const schema::Schema& rest = chosen_.translation.rest;
      erase_if(kept.tables, [&](const auto& entry) {
        return before_.tables.count(entry.first) == 0 &&
               (wanted.find_table(entry.first) != nullptr || transfer::is_own_table(entry.first));
      });
      erase_if(kept.views, is_made(before_.views, wanted.views, rest.views));
      erase_if(kept.triggers, is_made(before_.triggers, wanted.triggers, rest.triggers));
      erase_if(kept.routines, is_made(before_.routines, wanted.routines, rest.routines));
      for (const dialect::Statement& statement :
           target_->dialect().plan(now, diff::diff(now, kept).operations, {})) {
        target_->execute(statement.sql);
      }
      new_file_.emptied(*target_);
    } catch (const std::exception& failure) {
      if (!answers(*target_)) return;  // the error of the copy says so
      workspace_.events().warning(
          "dbmig.copy", fmt::format("Empty tables stay in the target: {}", failure.what()));
    }
  }

  void tell_upgraded() {
    if (upgraded_.empty()) return;
    workspace_.events().warning(
        "dbmig.copy",
        fmt::format(
            "The target stays upgraded, to revision {}, and its rows are as they were; `dbmig "
            "--url '{}' downgrade -{}` takes it back",
            text::join(workspace_.graph().heads_of(chosen_.revisions), ", "),
            workspace_.shown_url(), upgraded_.size()));
  }

  static bool has_history(const schema::Schema& schema) {
    return std::any_of(schema.tables.begin(), schema.tables.end(), [](const auto& entry) {
      return transfer::is_own_table(entry.first) && entry.first != transfer::kCopyMark;
    });
  }

  static inline const std::atomic<bool> never_{false};

  Workspace& workspace_;
  const CopyRequest& request_;
  transfer::CopyOptions options_;  ///< without the tables that the target cannot have
  import::Communicator* ranks_;
  const std::atomic<bool>& stop_;
  std::unique_ptr<backend::Connection> source_;
  NewDatabaseFile new_file_;
  backend::Connection* target_ = nullptr;
  bool is_writing_ = false;
  std::vector<std::string> upgraded_;  ///< the revisions that this copy has run on the target
  CopySchema chosen_;
  schema::Schema before_;  ///< what the target had, dbmig's own tables too
  CopyResult result_;
};

}  // namespace

bool CopyResult::is_same() const {
  return std::all_of(tables.begin(), tables.end(),
                     [](const transfer::TableComparison& table) { return table.is_same(); });
}

Url copied_database(Workspace& workspace, const std::string& argument, const char* which) {
  if (is_url(argument)) return workspace.url_of(argument, true);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(argument, ignored)) {
    throw Error(ErrorCode::usage, fmt::format("the {} '{}' is a file, not a URL", which, argument))
        .hint(fmt::format("the URL of a SQLite database: sqlite:///{}", argument));
  }
  std::vector<std::string> known;
  if (workspace.find_project() != nullptr) {
    for (const auto& [name, url] : workspace.project().databases) known.push_back(name);
  }
  if (std::find(known.begin(), known.end(), argument) != known.end()) {
    return workspace.url_of(argument, false);
  }
  throw Error(ErrorCode::usage, fmt::format("the {} '{}' is not a database", which, argument))
      .hint(fmt::format("give a URL, as in sqlite:///app.db or mariadb://user@host/shop{}",
                        known.empty()
                            ? ", or a name from `databases` in dbmig.yaml"
                            : ", or one of dbmig.yaml's `databases`: " + text::join(known, ", ")));
}

CopyResult copy_database(Workspace& workspace, const CopyRequest& request,
                         import::Communicator* ranks) {
  return Copy(workspace, request, ranks).run();
}

}  // namespace dbmig::project
