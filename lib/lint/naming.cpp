#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/identifier.hpp"
#include "base/text.hpp"
#include "lint/rules.hpp"
#include "ops/sql_tokens.hpp"
#include "schema/names.hpp"

// NM: names that cost everybody who writes SQL, or that not every server takes.

namespace dbmig::lint {
namespace {

/// What is given a name.
enum class Named { table, view, column, routine, other };

struct NewName {
  Named kind = Named::other;
  std::string what;  ///< "column 'usuario.id'"
  std::string name;
  std::string table;  ///< of a column or index
};

void add_table_names(std::vector<NewName>& names, const schema::Table& table) {
  const auto part = [&](const char* what, const std::string& name) {
    names.push_back(
        {Named::other, fmt::format("{} '{}' of '{}'", what, name, table.name), name, table.name});
  };
  names.push_back({Named::table, fmt::format("table '{}'", table.name), table.name, {}});
  for (const schema::Column& column : table.columns) {
    names.push_back({Named::column, fmt::format("column '{}.{}'", table.name, column.name),
                     column.name, table.name});
  }
  for (const schema::Unique& unique : table.uniques) part("unique constraint", unique.name);
  for (const schema::Index& index : table.indexes) part("index", index.name);
  for (const schema::ForeignKey& key : table.foreign_keys) part("foreign key", key.name);
  for (const schema::Check& check : table.checks) part("check", check.name);
}

std::vector<NewName> new_names(const Step& step) {
  std::vector<NewName> names;
  const auto part = [&](const char* what, const std::string& name, const std::string& table) {
    names.push_back({Named::other, fmt::format("{} '{}' of '{}'", what, name, table), name, table});
  };
  const auto column = [&](const std::string& table, const std::string& name) {
    names.push_back({Named::column, fmt::format("column '{}.{}'", table, name), name, table});
  };
  if (const auto* op = step.as<ops::CreateTable>()) add_table_names(names, op->table);
  if (const auto* op = step.as<ops::RenameTable>()) {
    names.push_back({Named::table, fmt::format("table '{}'", op->to), op->to, {}});
  }
  if (const auto* op = step.as<ops::AddColumn>()) column(op->table, op->column.name);
  if (const auto* op = step.as<ops::AlterColumn>(); op != nullptr && op->rename) {
    column(op->table, *op->rename);
  }
  if (const auto* op = step.as<ops::CreateIndex>()) part("index", op->index.name, op->table);
  if (const auto* op = step.as<ops::RenameIndex>()) part("index", op->to, op->table);
  if (const auto* op = step.as<ops::CreateUniqueConstraint>()) {
    part("unique constraint", op->unique.name, op->table);
  }
  if (const auto* op = step.as<ops::CreateForeignKey>()) {
    part("foreign key", op->foreign_key.name, op->table);
  }
  if (const auto* op = step.as<ops::CreateCheckConstraint>()) {
    part("check", op->check.name, op->table);
  }
  if (const auto* op = step.as<ops::CreateView>()) {
    names.push_back({Named::view, fmt::format("view '{}'", op->view.name), op->view.name, {}});
  }
  if (const auto* op = step.as<ops::CreateTrigger>()) {
    part("trigger", op->trigger.name, op->trigger.table);
  }
  if (const auto* op = step.as<ops::CreateRoutine>()) {
    names.push_back({Named::routine,
                     fmt::format("{} '{}'", schema::to_string(op->routine.kind), op->routine.name),
                     op->routine.name,
                     {}});
  }
  return names;
}

/// An issue for each new name for which `is_wrong` holds.
template <class IsWrong>
Issues name_issues(const Step& step, const char* why, const char* hint, IsWrong is_wrong) {
  Issues issues;
  for (const NewName& name : new_names(step)) {
    if (is_wrong(name)) issues.push_back({fmt::format("{} {}", name.what, why), hint});
  }
  return issues;
}

Issues too_long(const Step& step) {
  if (!step.on_mariadb) return {};
  return name_issues(
      step, "has a name of more than 64 characters", "shorten it",
      [](const NewName& name) { return text::utf8_length(name.name) > schema::kMaxIdentifier; });
}

bool is_written_often(const NewName& name) {
  return name.kind != Named::other && !name.name.empty();
}

/// Letters, digits and underscores, with no digit at the front.
bool is_plain(const std::string& name) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !digit(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

Issues reserved(const Step& step) {
  return name_issues(step, "is called by a reserved word", "call it something else",
                     [](const NewName& name) {
                       if (!is_written_often(name) || !is_plain(name.name)) return false;
                       const ops::Token word{ops::TokenKind::word, name.name};
                       return ops::spelled_like(word, name.name) != name.name;
                     });
}

Issues needs_quotes(const Step& step) {
  return name_issues(
      step, "has to be quoted wherever it is written", "use letters, digits and underscores",
      [](const NewName& name) { return is_written_often(name) && !is_plain(name.name); });
}

bool is_table_like(const NewName& name) {
  return name.kind == Named::table || name.kind == Named::view;
}

Issues upper_case(const Step& step) {
  if (!step.on_mariadb) return {};
  return name_issues(step, "has upper case in its name", "use lower case", [](const NewName& name) {
    return is_table_like(name) && std::any_of(name.name.begin(), name.name.end(),
                                              [](char c) { return c >= 'A' && c <= 'Z'; });
  });
}

/// A name of the schema that differs from `name` in case alone; empty when there is none.
std::string twin(const Step& step, const NewName& name) {
  const schema::Schema& schema = step.after;
  const auto is_twin = [&](const std::string& other) {
    if (other == name.name) return false;
    return text::equals_ignoring_case(other, name.name) ||
           (step.lives_on(std::nullopt, DialectKind::mariadb) && same_identifier(other, name.name));
  };
  if (is_table_like(name)) {
    for (const auto& [other, table] : schema.tables) {
      if (is_twin(other)) return other;
    }
    for (const auto& [other, view] : schema.views) {
      if (is_twin(other)) return other;
    }
  }
  if (name.kind != Named::column) return {};
  const schema::Table* table = schema.find_table(name.table);
  if (table == nullptr) return {};
  for (const schema::Column& column : table->columns) {
    if (is_twin(column.name)) return column.name;
  }
  return {};
}

Issues case_twins(const Step& step) {
  Issues issues;
  for (const NewName& name : new_names(step)) {
    const std::string other = twin(step, name);
    if (other.empty()) continue;
    issues.push_back({fmt::format("{} differs from '{}' in case alone", name.what, other),
                      "rename one of them"});
  }
  return issues;
}

Issues own_names(const Step& step) {
  return name_issues(step, "has a name that dbmig keeps for itself", "use another prefix",
                     [](const NewName& name) {
                       return is_table_like(name) && text::lower(name.name).starts_with("dbmig_");
                     });
}

}  // namespace

std::span<const Rule> naming_rules() {
  static constexpr std::array rules{Rule{"NM901", too_long},     Rule{"NM902", reserved},
                                    Rule{"NM903", needs_quotes}, Rule{"NM904", upper_case},
                                    Rule{"NM905", case_twins},   Rule{"NM906", own_names}};
  return rules;
}

}  // namespace dbmig::lint
