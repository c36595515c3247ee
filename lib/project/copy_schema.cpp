#include "project/copy_schema.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "base/listed.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/script.hpp"
#include "run/store.hpp"
#include "transfer/fit_schema.hpp"
#include "transfer/one_sided.hpp"
#include "transfer/untyped_columns.hpp"

namespace dbmig::project {
namespace {

class CopySchemaChoice {
 public:
  CopySchemaChoice(Workspace& workspace, backend::Connection& source, backend::Connection& target,
                   const schema::Schema& before, bool strict, transfer::CopyOptions& options)
      : workspace_(workspace),
        source_(source),
        target_(target),
        before_(before),
        strict_(strict),
        options_(options) {}

  CopySchema run() {
    chosen_.revisions = history();
    if (chosen_.revisions.empty()) {
      take_tables();
    } else {
      take_revisions();
    }
    return std::move(chosen_);
  }

  void tell_lost_rows() {
    std::vector<std::string> lost;
    const schema::Schema found = source_.inspect({}).schema;
    for (const auto& [name, table] : found.tables) {
      if (is_chosen(name)) append(lost, transfer::lost_rows(table, target_.dialect().kind()));
    }
    tell_lost(lost);
  }

 private:
  bool is_other_kind() const { return source_.dialect().kind() != target_.dialect().kind(); }

  void take_revisions() {
    const schema::Schema model = workspace_.graph().fold(chosen_.revisions);
    chosen_.schema = target_.canonical(model);
    workspace_.events().info("dbmig.copy", "The schema comes from the project's revisions");
    leave_out_source_only_tables(model);
    if (!is_other_kind()) return;
    tell_lost(one_sided(model));
    warn_of_lost_digits();
    refuse_what_revisions_cannot_make();
  }

  void take_tables() {
    const DialectKind from = source_.dialect().kind();
    backend::Inspection found = source_.inspect({});
    if (found.schema.tables.empty()) {
      workspace_.events().warning("dbmig.copy",
                                  "The source has no tables: there are no rows to copy");
    }
    std::vector<std::string> not_chosen;
    restrict_to_chosen(found, not_chosen);
    transfer::Translation& translation = chosen_.translation;
    translation = transfer::translate(found.schema, from, target_.dialect().kind());
    std::vector<std::string>& left_out = translation.left_out;
    append(left_out, std::move(not_chosen));
    std::vector<std::string> changed;
    if (is_other_kind()) {
      changed = fit(from);
    } else {
      append(left_out, transfer::drop_keys_to_nowhere(translation.tables, before_));
    }
    for (const backend::Unsupported& one : found.unsupported) {
      left_out.push_back(fmt::format("{}: {}", one.object, one.reason));
    }
    for (const std::string& line : changed) workspace_.events().warning("dbmig.copy", line);
    for (const std::string& line : left_out) tell_left_out(line);
    const std::vector<std::string>& gone = translation.left_out_tables;
    options_.exclude.insert(options_.exclude.end(), gone.begin(), gone.end());
    if (!left_out.empty() || !changed.empty()) refuse_if_strict();
    if (!gone.empty() && translation.tables.tables.empty()) {
      throw Error(ErrorCode::refused, "the target cannot have any of the tables")
          .hint("nothing was copied");
    }
    chosen_.schema = target_.canonical(translation.tables);
  }

  /// What only the source's kind of database has of the tables.
  std::vector<std::string> one_sided(const schema::Schema& schema) const {
    std::vector<std::string> lost;
    for (const auto& [name, table] : schema.tables) {
      if (!is_chosen(name)) continue;
      schema::Table there = table;
      append(lost, transfer::drop_one_sided(there, target_.dialect().kind()));
    }
    return lost;
  }

  void tell_lost(const std::vector<std::string>& lost) {
    for (const std::string& line : lost) tell_left_out(line);
    if (!lost.empty()) refuse_if_strict();
  }

  /// SQLite stores eight bytes of a FLOAT, but MariaDB only four, so the final comparison would
  /// fail.
  void warn_of_lost_digits() {
    if (!dialect::type_ranges(target_.dialect().kind()).short_floats) return;
    std::vector<std::string> columns;
    for (const auto& [name, table] : chosen_.schema.tables) {
      for (const schema::Column& column : table.columns) {
        if (column.type.kind != schema::TypeKind::float_) continue;
        columns.push_back(fmt::format("'{}.{}'", name, column.name));
      }
    }
    if (columns.empty()) return;
    workspace_.events().warning("dbmig.copy",
                                fmt::format("{}: FLOAT stores about 7 digits on MariaDB and 16 on "
                                            "SQLite; `double` in the model stores all of them",
                                            text::join_some(columns)));
    refuse_if_strict();
  }

  void tell_left_out(const std::string& what) {
    workspace_.events().warning("dbmig.copy", "Not copied: " + what);
  }

  void refuse_if_strict() const {
    if (!strict_) return;
    throw Error(ErrorCode::refused, "--strict refuses an incomplete copy")
        .hint("nothing was copied");
  }

  static void append(std::vector<std::string>& to, std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(to));
  }

  /// The revisions of the source, if they are this project's.
  std::set<std::string> history() {
    if (workspace_.find_project() == nullptr) return {};
    std::set<std::string> ids;
    for (const run::AppliedRevision& row : run::RevisionStore(source_).all()) {
      if (!row.is_complete()) {
        throw Error(ErrorCode::failed, fmt::format("the {} of revision {} stopped half-way in the "
                                                   "source",
                                                   row.running, row.id))
            .hint("finish it with `dbmig upgrade` first");
      }
      if (!workspace_.graph().contains(row.id)) return {};
      ids.insert(row.id);
    }
    return ids;
  }

  /// Leaves out the tables that the model has only on the source's kind of database.
  void leave_out_source_only_tables(const schema::Schema& model) {
    bool is_any = false;
    for (const auto& [name, table] : model.tables) {
      if (table.only.value_or(target_.dialect().kind()) == target_.dialect().kind()) continue;
      is_any = true;
      options_.exclude.push_back(name);
      tell_left_out(fmt::format("table '{}', which is for {} only in the model", name,
                                product_name(*table.only)));
    }
    if (is_any) refuse_if_strict();
  }

  /// Reports what the target would refuse of the tables that the revisions create, before the first
  /// one runs.
  void refuse_what_revisions_cannot_make() {
    schema::Schema tables;
    for (const auto& [name, table] : chosen_.schema.tables) {
      if (before_.find_table(name) == nullptr) tables.tables.emplace(name, table);
    }
    transfer::Fitted fitted = transfer::fit_schema(tables, target_, before_);
    std::vector<std::string> refused = std::move(fitted.left_out);
    append(refused, std::move(fitted.changed));
    if (refused.empty()) return;
    throw Error(ErrorCode::failed, "the target cannot have everything that the revisions create: " +
                                       text::join(refused, "; "))
        .hint(
            "nothing was copied; give it a form for that database in the model (`mariadb:`, "
            "`sqlite:`) or restrict it to the other one (`only:`), then run `dbmig migrate` and "
            "`dbmig upgrade`");
  }

  /// Changes the tables until the target accepts them; returns a sentence for each change.
  std::vector<std::string> fit(DialectKind from) {
    std::vector<std::string> changed;
    if (dialect::capabilities(from).flexible_typing) {
      append(changed, transfer::give_types(source_, chosen_.translation.tables));
      append(changed, transfer::match_foreign_keys(chosen_.translation.tables));
    }
    transfer::Fitted fitted = transfer::fit_schema(chosen_.translation.tables, target_, before_);
    for (const std::string& line : fitted.renamed) workspace_.events().info("dbmig.copy", line);
    append(changed, std::move(fitted.changed));
    append(chosen_.translation.left_out, std::move(fitted.left_out));
    append(chosen_.translation.left_out_tables, std::move(fitted.tables));
    return changed;
  }

  bool is_chosen(const std::string& table) const {
    const auto names = [&](const std::vector<std::string>& list) {
      return std::any_of(list.begin(), list.end(), [&](const std::string& one) {
        return text::equals_ignoring_case(one, table);
      });
    };
    return !names(options_.exclude) && (options_.tables.empty() || names(options_.tables));
  }

  /// With --tables and --exclude, the other tables are not mentioned either. Triggers of copied
  /// tables go along unless they name something that does not; views and routines may depend on
  /// anything, and stay.
  void restrict_to_chosen(backend::Inspection& found, std::vector<std::string>& left_out) const {
    if (options_.tables.empty() && options_.exclude.empty()) return;
    std::erase_if(found.unsupported, [&](const backend::Unsupported& one) {
      if (!one.object.starts_with("table '")) return false;
      const auto& tables = found.schema.tables;
      return std::none_of(tables.begin(), tables.end(), [&](const auto& entry) {
        return one.object.starts_with(fmt::format("table '{}'", entry.first)) &&
               is_chosen(entry.first);
      });
    });
    schema::Schema chosen;
    std::vector<std::string> gone;
    for (const auto& [name, table] : found.schema.tables) {
      if (is_chosen(name)) {
        chosen.tables.emplace(name, table);
      } else {
        gone.push_back(name);
      }
    }
    const char* some = "only some of the tables are copied";
    for (const auto& [name, view] : found.schema.views) {
      gone.push_back(name);
      left_out.push_back(fmt::format("view '{}': {}", name, some));
    }
    for (const auto& [key, routine] : found.schema.routines) {
      if (routine.kind == schema::RoutineKind::sequence && is_default(chosen, routine.name)) {
        chosen.routines.emplace(key, routine);
        continue;
      }
      gone.push_back(routine.name);
      left_out.push_back(
          fmt::format("{} '{}': {}", schema::to_string(routine.kind), routine.name, some));
    }
    for (const auto& [name, trigger] : found.schema.triggers) {
      if (!is_chosen(trigger.table)) {
        left_out.push_back(
            fmt::format("trigger '{}': its table '{}' is not copied", name, trigger.table));
      } else if (const auto named = named_in(trigger, gone)) {
        left_out.push_back(
            fmt::format("trigger '{}' of table '{}': it names '{}', which is not "
                        "copied",
                        name, trigger.table, *named));
      } else {
        chosen.triggers.emplace(name, trigger);
      }
    }
    found.schema = std::move(chosen);
  }

  /// Whether a column takes its numbers from the sequence `name`.
  bool is_default(const schema::Schema& schema, const std::string& name) const {
    const DialectKind kind = source_.dialect().kind();
    for (const auto& [table, one] : schema.tables) {
      for (const schema::Column& column : one.columns) {
        const bool is_sql =
            column.default_value && column.default_value->kind == schema::Default::Kind::sql;
        if (is_sql && mentions(column.default_value->sql.for_dialect(kind), name)) return true;
      }
    }
    return false;
  }

  bool mentions(const std::string& sql, const std::string& name) const {
    const auto words = dialect::script_words(source_.dialect().kind(), sql);
    return std::any_of(words.begin(), words.end(), [&](const dialect::ScriptWord& word) {
      return word.is_name && text::equals_ignoring_case(word.text, name);
    });
  }

  std::optional<std::string> named_in(const schema::Trigger& trigger,
                                      const std::vector<std::string>& names) const {
    const std::string sql = trigger.sql.for_dialect(source_.dialect().kind());
    const auto named = std::find_if(names.begin(), names.end(),
                                    [&](const std::string& name) { return mentions(sql, name); });
    return named == names.end() ? std::nullopt : std::optional(*named);
  }

  Workspace& workspace_;
  backend::Connection& source_;
  backend::Connection& target_;
  const schema::Schema& before_;
  bool strict_;
  transfer::CopyOptions& options_;
  CopySchema chosen_;
};

}  // namespace

void tell_lost_rows(Workspace& workspace, backend::Connection& source, backend::Connection& target,
                    bool strict, transfer::CopyOptions& options) {
  static const schema::Schema nothing;
  CopySchemaChoice(workspace, source, target, nothing, strict, options).tell_lost_rows();
}

CopySchema choose_copy_schema(Workspace& workspace, backend::Connection& source,
                              backend::Connection& target, const schema::Schema& before,
                              bool strict, transfer::CopyOptions& options) {
  return CopySchemaChoice(workspace, source, target, before, strict, options).run();
}

}  // namespace dbmig::project
