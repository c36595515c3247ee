#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "lint/body_names.hpp"
#include "lint/rules.hpp"
#include "ops/sql_references.hpp"

// BC: what breaks applications that run during the upgrade, and programs in the database.

namespace dbmig::lint {
namespace {

using ops::RiskKind;
using schema::TypeKind;

Issues renames_table(const Step& step) {
  const auto* rename = step.as<ops::RenameTable>();
  if (rename == nullptr || rename->name == rename->to || step.past.made(rename->name)) return {};
  // A view of the old name serves those who use it.
  if (step.after.views.count(rename->name) != 0) return {};
  return risk_issues(step, RiskKind::renames, "leave a view of the old name for a release");
}

Issues renames_column(const Step& step) {
  const auto* alter = step.as<ops::AlterColumn>();
  if (alter == nullptr || step.past.made(alter->table, alter->name)) return {};
  return risk_issues(step, RiskKind::renames,
                     "add the new column, write both, and drop the old one in a later release");
}

/// Types whose values an application reads as the same kind of thing.
enum class Family { whole, exact, inexact, text, bytes, date, time, moment, geometry, other };

Family family_of(const schema::Type& type) {
  if (schema::is_geometry(type.kind)) return Family::geometry;
  if (schema::is_integer(type.kind)) return Family::whole;
  if (schema::is_text(type.kind)) return Family::text;
  if (schema::is_binary(type.kind)) return Family::bytes;
  const auto is = [&](std::initializer_list<TypeKind> kinds) {
    return std::find(kinds.begin(), kinds.end(), type.kind) != kinds.end();
  };
  if (is({TypeKind::boolean, TypeKind::bit, TypeKind::year})) return Family::whole;
  if (is({TypeKind::decimal})) return Family::exact;
  if (is({TypeKind::float_, TypeKind::double_})) return Family::inexact;
  if (is({TypeKind::date})) return Family::date;
  if (is({TypeKind::time})) return Family::time;
  if (is({TypeKind::datetime, TypeKind::timestamp})) return Family::moment;
  const bool text = is({TypeKind::json, TypeKind::uuid, TypeKind::inet4, TypeKind::inet6,
                        TypeKind::enum_, TypeKind::set});
  return text ? Family::text : Family::other;
}

Issues changes_kind(const Step& step) {
  const auto* alter = step.as<ops::AlterColumn>();
  if (alter == nullptr || step.past.made(alter->table, alter->name)) return {};
  for (const NewColumn& column : new_columns(step)) {
    for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
      const schema::Type& from = column.old->type_on(kind);
      const schema::Type& to = column.column.type_on(kind);
      if (!step.lives_on(column.table->only, kind) || from == to) continue;
      const Family family = family_of(to);
      if (family == family_of(from) && family != Family::other) continue;
      return {
          {fmt::format("column '{}.{}' becomes {} instead of {}: applications read another "
                       "kind of value",
                       alter->table, alter->name, schema::to_string(to), schema::to_string(from)),
           "add a column of the new type, and drop the old one in a later release"}};
    }
  }
  return {};
}

Issues reorders_values(const Step& step) {
  const auto* alter = step.as<ops::AlterColumn>();
  if (alter == nullptr || step.past.is_empty(alter->table)) return {};
  for (const NewColumn& column : new_columns(step)) {
    if (!step.lives_on(column.table->only, DialectKind::mariadb)) continue;
    const schema::Type& from = column.old->type_on(DialectKind::mariadb);
    const schema::Type& to = column.column.type_on(DialectKind::mariadb);
    const bool lists = from.kind == TypeKind::enum_ || from.kind == TypeKind::set;
    if (!lists || from.kind != to.kind) continue;
    for (std::size_t i = 0; i < from.values.size(); ++i) {
      const auto found = std::find(to.values.begin(), to.values.end(), from.values[i]);
      if (found == to.values.end()) continue;
      if (static_cast<std::size_t>(found - to.values.begin()) == i) continue;
      return {{fmt::format("value '{}' of column '{}.{}' gets another number", from.values[i],
                           alter->table, alter->name),
               "keep the order of the values, and add new ones at the end"}};
    }
  }
  return {};
}

bool must_be_given(const schema::Column& column) {
  return !column.nullable && !column.default_value && !column.generated && !column.autoincrement &&
         column.mariadb.period == schema::RowPeriod::none;
}

Issues inserts_fail(const Step& step) {
  if (step.past.made(ops::table_of(step.operation)) || step.as<ops::CreateTable>() != nullptr) {
    return {};
  }
  Issues issues;
  for (const NewColumn& column : new_columns(step)) {
    if (!must_be_given(column.column) || (column.old != nullptr && must_be_given(*column.old))) {
      continue;
    }
    issues.push_back({fmt::format("column '{}.{}' has to be in every INSERT from now on: those of "
                                  "running applications fail",
                                  column.table->name, column.column.name),
                      "give it a default, if only until they are gone"});
  }
  return issues;
}

Issues drops_program(const Step& step) {
  const auto issue = [&](const char* what, const std::string& name) {
    return Issues{{fmt::format("drops {} '{}', which applications may use", what, name),
                   "drop it one release after the last application that uses it"}};
  };
  if (const auto* view = step.as<ops::DropView>()) {
    const bool again =
        step.after.views.count(view->name) != 0 || step.after.tables.count(view->name) != 0;
    return again ? Issues{} : issue("view", view->name);
  }
  if (const auto* trigger = step.as<ops::DropTrigger>()) {
    const bool again = step.after.triggers.count(trigger->name) != 0;
    return again ? Issues{} : issue("trigger", trigger->name);
  }
  if (const auto* routine = step.as<ops::DropRoutine>()) {
    const bool again = step.after.routines.count({routine->kind, routine->name}) != 0;
    return again ? Issues{}
                 : issue(std::string(schema::to_string(routine->kind)).c_str(), routine->name);
  }
  return {};
}

/// The views, triggers and routines of the revision's end with their SQL, as `'x'` with its kind.
std::vector<std::pair<std::string, schema::SqlText>> programs(const schema::Schema& schema) {
  std::vector<std::pair<std::string, schema::SqlText>> list;
  for (const auto& [name, view] : schema.views) {
    list.emplace_back(fmt::format("view '{}'", name), view.sql);
  }
  for (const auto& [name, trigger] : schema.triggers) {
    list.emplace_back(fmt::format("trigger '{}'", name), trigger.sql);
  }
  for (const auto& [key, routine] : schema.routines) {
    list.emplace_back(fmt::format("{} '{}'", schema::to_string(key.first), key.second),
                      schema::SqlText{routine.sql, {}, {}});
  }
  return list;
}

Issues readers_of_table(const Step& step, const std::string& table) {
  if (step.after.tables.count(table) != 0 || step.after.views.count(table) != 0) return {};
  Issues issues;
  for (const auto& [name, sql] : programs(step.after)) {
    if (!ops::may_mention(sql, table)) continue;
    if (ops::tables_in(sql).count(text::lower(table)) == 0) continue;
    issues.push_back({fmt::format("{} still uses table '{}'", name, table),
                      "change or drop it in this revision"});
  }
  return issues;
}

/// Whether another table that `sql` uses has a column of this name, which it may mean.
bool is_ambiguous(const schema::Schema& schema, const schema::SqlText& sql,
                  const std::string& table, const std::string& column) {
  const auto used = ops::tables_in(sql);
  return std::any_of(schema.tables.begin(), schema.tables.end(), [&](const auto& entry) {
    return entry.first != table && used.count(text::lower(entry.first)) != 0 &&
           entry.second.find_column(column) != nullptr;
  });
}

Issues readers_of_column(const Step& step, const std::string& table, const std::string& column) {
  if (step.end_table == nullptr || step.end_table->find_column(column) != nullptr) return {};
  Issues issues;
  for (const auto& [name, sql] : programs(step.after)) {
    if (!ops::may_mention(sql, column)) continue;
    if (ops::tables_in(sql).count(text::lower(table)) == 0) continue;
    const bool bare = !is_ambiguous(step.after, sql, table, column);
    const ops::ColumnUse use{column, ops::qualifiers_of(sql, table), bare, false};
    if (!ops::mentions_column(sql, use)) continue;
    issues.push_back({fmt::format("{} still uses column '{}.{}'", name, table, column),
                      "change or drop it in this revision"});
  }
  return issues;
}

Issues leaves_reader(const Step& step) {
  if (const auto* drop = step.as<ops::DropTable>()) return readers_of_table(step, drop->name);
  if (const auto* rename = step.as<ops::RenameTable>()) return readers_of_table(step, rename->name);
  if (const auto* drop = step.as<ops::DropColumn>()) {
    return readers_of_column(step, drop->table, drop->name);
  }
  const auto* alter = step.as<ops::AlterColumn>();
  if (alter == nullptr || !alter->rename || *alter->rename == alter->name) return {};
  return readers_of_column(step, alter->table, alter->name);
}

/// The views that read what the operation takes away, and are replaced only later. MariaDB keeps
/// those that go and come back until then.
Issues blinds_view(const Step& step) {
  if (!step.on_mariadb) return {};
  const auto* drop_table = step.as<ops::DropTable>();
  const auto* drop_column = step.as<ops::DropColumn>();
  if (drop_table == nullptr && drop_column == nullptr) return {};
  const std::string table(ops::table_of(step.operation));
  const auto reads = [&](const schema::View& view) {
    if (ops::tables_in(view.sql).count(text::lower(table)) == 0) return false;
    if (drop_table != nullptr) return true;
    const bool bare = !is_ambiguous(step.before, view.sql, table, drop_column->name);
    return ops::mentions_column(
        view.sql, {drop_column->name, ops::qualifiers_of(view.sql, table), bare, false});
  };
  Issues issues;
  const auto look = [&](const schema::SharedMap<std::string, schema::View>& views) {
    for (const auto& [name, view] : views) {
      const auto end = step.after.views.find(name);
      if (end == step.after.views.end() || !step.lives_on(view.only, DialectKind::mariadb))
        continue;
      // Still the old text at the end: BC307 has it.
      const bool replaced = !(end->second == view) || step.past.dropped_views().count(name) != 0;
      if (!replaced || !reads(view)) continue;
      issues.push_back({fmt::format("{}: on MariaDB view '{}' cannot be read from here until it is "
                                    "replaced",
                                    ops::describe(step.operation), name),
                        "replace the view before this operation"});
    }
  };
  look(step.before.views);
  look(step.past.dropped_views());
  return issues;
}

/// A body that MariaDB stores unread, with what stands before its name in messages.
struct Body {
  std::string what;
  std::string sql;
};

/// The body that the operation stores, if MariaDB finds out what it names when it runs.
std::optional<Body> stored_body(const Step& step) {
  const auto is_understood = [](const schema::MariadbProgram& program) {
    return !program.sql_mode || text::upper(*program.sql_mode).find("ORACLE") == std::string::npos;
  };
  if (!step.on_mariadb) return std::nullopt;
  if (const auto* create = step.as<ops::CreateRoutine>()) {
    const schema::Routine& routine = create->routine;
    if (routine.kind == schema::RoutineKind::sequence || !is_understood(routine.mariadb)) {
      return std::nullopt;
    }
    return Body{fmt::format("{} '{}'", schema::to_string(routine.kind), routine.name), routine.sql};
  }
  const auto* create = step.as<ops::CreateTrigger>();
  if (create == nullptr || !step.lives_on(create->trigger.only, DialectKind::mariadb)) return {};
  return Body{fmt::format("trigger '{}'", create->trigger.name),
              create->trigger.sql.for_dialect(DialectKind::mariadb)};
}

/// The tables that a program or script makes, where one that is stored may find them: an
/// application may call both in one session.
std::set<std::string> tables_made_by(const schema::Schema& schema) {
  std::set<std::string> made;
  for (const auto& [what, sql] : programs(schema)) {
    if (ops::may_mention(sql, "table")) {
      made.merge(names_in_body(sql.for_dialect(DialectKind::mariadb)).made);
    }
  }
  return made;
}

/// Of a table that no one knows only that is said which is likely a slip: the application may make
/// one for its session, or another project manage it.
Issues unknown_tables(const Step& step, const Body& body, const BodyNames& names) {
  const schema::Schema mine = schema::on_dialect(step.after, DialectKind::mariadb);
  std::vector<std::string> known;
  for (const auto& [name, table] : mine.tables) known.push_back(name);
  for (const auto& [name, view] : mine.views) known.push_back(name);
  for (const auto& [key, routine] : mine.routines) known.push_back(key.second);
  const std::set<std::string> made = tables_made_by(step.after);
  Issues issues;
  for (const std::string& table : names.tables) {
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const std::string& one) {
      return text::equals_ignoring_case(one, table);
    });
    constexpr std::size_t kLetters = 4;
    if (is_known || table.size() < kLetters || made.count(text::lower(table)) != 0) continue;
    const auto near = text::closest(text::lower(table), known);
    if (!near || std::max(near->size(), table.size()) - std::min(near->size(), table.size()) > 1) {
      continue;
    }
    issues.push_back({fmt::format("{} uses table '{}', which does not exist", body.what, table),
                      fmt::format("did you mean '{}'?", *near)});
  }
  return issues;
}

Issues names_nothing(const Step& step) {
  const auto body = stored_body(step);
  if (!body) return {};
  const BodyNames names = names_in_body(body->sql);
  Issues issues = unknown_tables(step, *body, names);
  for (const auto& [written, column] : names.columns) {
    const auto table = std::find_if(step.after.tables.begin(), step.after.tables.end(),
                                    [&, name = &written](const auto& one) {
                                      return text::equals_ignoring_case(one.first, *name);
                                    });
    if (table == step.after.tables.end()) continue;
    const schema::Table& known = table->second;
    const std::vector<std::string> columns = known.column_names();
    const bool is_known =
        known.mariadb.system_versioned ||
        std::any_of(columns.begin(), columns.end(), [&, name = &column](const std::string& one) {
          return text::equals_ignoring_case(one, *name);
        });
    if (is_known || !step.lives_on(known.only, DialectKind::mariadb)) continue;
    issues.push_back({fmt::format("{} uses column '{}.{}', which does not exist", body->what,
                                  known.name, column),
                      text::suggest(column, columns)});
  }
  return issues;
}

Issues moves_columns(const Step& step) {
  const auto* add = step.as<ops::AddColumn>();
  const auto* alter = step.as<ops::AlterColumn>();
  const auto& position = add != nullptr     ? add->position
                         : alter != nullptr ? alter->position
                                            : std::nullopt;
  const schema::Table* table = step.table();
  if (!position || table == nullptr || step.past.made(table->name)) return {};
  // At the end is where a column would be anyway.
  if (add != nullptr && position->after == table->columns.back().name) return {};
  return {{fmt::format("{}: the columns of '{}' change their order", ops::describe(step.operation),
                       table->name),
           "add columns at the end"}};
}

}  // namespace

std::span<const Rule> breaking_rules() {
  static constexpr std::array rules{Rule{"BC301", renames_table}, Rule{"BC302", renames_column},
                                    Rule{"BC303", changes_kind},  Rule{"BC304", reorders_values},
                                    Rule{"BC305", inserts_fail},  Rule{"BC306", drops_program},
                                    Rule{"BC307", leaves_reader}, Rule{"BC308", moves_columns},
                                    Rule{"BC309", blinds_view},   Rule{"BC310", names_nothing}};
  return rules;
}

}  // namespace dbmig::lint
