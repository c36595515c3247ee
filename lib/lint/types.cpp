#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "lint/rules.hpp"
#include "schema/charset.hpp"

// TY: types, defaults and table options that people come to regret.

namespace dbmig::lint {
namespace {

using ops::RiskKind;
using schema::TypeKind;

/// The words of `unitPrice`, `unit_price` and `UNIT PRICE`, in lower case.
std::vector<std::string> definitions_of(const std::string& name) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto letter = [&](char c) {
    return upper(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  };
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool hump = i > 0 && upper(name[i]) && !upper(name[i - 1]);
    if (!letter(name[i]) || hump) words.emplace_back();
    if (letter(name[i])) words.back() += name[i];
  }
  for (std::string& word : words) word = text::lower(word);
  return words;
}

bool sounds_like_money(const std::string& name) {
  static constexpr std::array<std::string_view, 26> kWords{
      "price",  "amount",  "balance", "cost",  "salary",   "wage",   "fee",    "tax",     "revenue",
      "income", "payment", "money",   "total", "subtotal", "budget", "precio", "importe", "saldo",
      "coste",  "sueldo",  "salario", "pago",  "monto",    "tarifa", "iva",    "dinero"};
  const auto words = definitions_of(name);
  return std::any_of(words.begin(), words.end(), [](std::string_view word) {
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view known) {
      return word == known || (word.ends_with('s') && word.substr(0, word.size() - 1) == known);
    });
  });
}

Issues inexact_money(const Step& step) {
  Issues issues;
  for (const NewColumn& column : new_columns(step)) {
    const TypeKind kind = column.column.type.kind;
    if (kind != TypeKind::float_ && kind != TypeKind::double_) continue;
    if (column.old != nullptr && column.old->type.kind == kind) continue;
    if (!sounds_like_money(column.column.name)) continue;
    issues.push_back(
        {fmt::format("column '{}.{}' sounds like money and is of type {}", column.table->name,
                     column.column.name, schema::to_string(column.column.type)),
         "use decimal(p,s)"});
  }
  return issues;
}

Issues timestamps(const Step& step) {
  Issues issues;
  for (const NewColumn& column : new_columns(step)) {
    if (!step.lives_on(column.table->only, DialectKind::mariadb)) continue;
    const auto is = [](const schema::Column& one) {
      return one.type_on(DialectKind::mariadb).kind == TypeKind::timestamp;
    };
    // The period of a versioned table must be of this type.
    if (column.column.mariadb.period != schema::RowPeriod::none) continue;
    if (!is(column.column) || (column.old != nullptr && is(*column.old))) continue;
    issues.push_back({fmt::format("column '{}.{}' is a timestamp, which ends in 2038 "
                                  "(in 2106 from MariaDB 11.5 on)",
                                  column.table->name, column.column.name),
                      "use datetime, unless its conversion by time zone is wanted"});
  }
  return issues;
}

bool is_zero_date(const schema::Column& column) {
  if (!column.default_value || column.default_value->kind != schema::Default::Kind::string) {
    return false;
  }
  if (!schema::is_temporal(column.type.kind) || column.type.kind == TypeKind::time) return false;
  // YYYY-MM-DD: a year, month or day of zero.
  const std::string& text = column.default_value->literal;
  return text.starts_with("0000") || text.find("-00") != std::string::npos;
}

Issues zero_dates(const Step& step) {
  Issues issues;
  for (const NewColumn& column : new_columns(step)) {
    if (!is_zero_date(column.column)) continue;
    if (column.old != nullptr && is_zero_date(*column.old)) continue;
    issues.push_back(
        {fmt::format("column '{}.{}' has the default '{}', which is not a date", column.table->name,
                     column.column.name, column.column.default_value->literal),
         "use NULL for a date that is not known"});
  }
  return issues;
}

bool is_bare_decimal(const schema::Column& column) {
  const schema::Type& type = column.type_on(DialectKind::mariadb);
  return type.kind == TypeKind::decimal && !type.length;
}

/// On MariaDB alone it is what it says.
Issues bare_decimals(const Step& step) {
  Issues issues;
  for (const NewColumn& column : new_columns(step)) {
    if (!step.lives_on(column.table->only, DialectKind::mariadb) ||
        !step.lives_on(column.table->only, DialectKind::sqlite)) {
      continue;
    }
    if (!is_bare_decimal(column.column)) continue;
    if (column.old != nullptr && is_bare_decimal(*column.old)) continue;
    issues.push_back({fmt::format("column '{}.{}' is decimal without digits, decimal(10,0) on "
                                  "MariaDB",
                                  column.table->name, column.column.name),
                      "say the digits, as in decimal(10,2)"});
  }
  return issues;
}

/// MariaDB's options of the table that the operation sets, with those from before.
struct NewOptions {
  const std::string* table = nullptr;
  const schema::MariadbTable* now = nullptr;
  schema::MariadbTable old;
};

NewOptions new_options(const Step& step) {
  if (const auto* create = step.as<ops::CreateTable>()) {
    if (!step.lives_on(create->table.only, DialectKind::mariadb)) return {};
    return {&create->table.name, &create->table.mariadb, {}};
  }
  const auto* alter = step.as<ops::AlterTable>();
  const schema::Table* table = step.table();
  if (alter == nullptr || !alter->mariadb || table == nullptr) return {};
  if (!step.lives_on(table->only, DialectKind::mariadb)) return {};
  return {&alter->table, &*alter->mariadb, table->mariadb};
}

Issues engines(const Step& step) {
  static constexpr std::array<std::string_view, 10> kWithout{
      "myisam",  "aria",  "memory",     "heap",      "csv",
      "archive", "merge", "mrg_myisam", "blackhole", "federated"};
  const NewOptions options = new_options(step);
  if (options.now == nullptr || options.now->engine == options.old.engine) return {};
  const std::string engine = text::lower(options.now->engine);
  if (std::find(kWithout.begin(), kWithout.end(), engine) == kWithout.end()) return {};
  return {{fmt::format("table '{}' is to use engine {}, which has no transactions", *options.table,
                       options.now->engine),
           "use InnoDB"}};
}

/// The character set, lower case, if it lacks a part of Unicode; empty otherwise.
std::string lacking(const std::string& charset, const std::string& collation) {
  std::string name = text::lower(charset.empty() ? collation : charset);
  name = name.substr(0, name.find('_'));
  // Plain ASCII is taken for intent.
  return schema::holds_all_text(name) || name == "ascii" ? "" : name;
}

Issues charsets(const Step& step) {
  Issues issues;
  const auto add = [&](const std::string& what, const std::string& charset) {
    issues.push_back(
        {fmt::format("{} is to use character set {}, which has not all of Unicode", what, charset),
         "use utf8mb4"});
  };
  const NewOptions options = new_options(step);
  if (options.now != nullptr) {
    const std::string now = lacking(options.now->charset, options.now->collation);
    if (!now.empty() && now != lacking(options.old.charset, options.old.collation)) {
      add(fmt::format("table '{}'", *options.table), now);
    }
  }
  for (const NewColumn& column : new_columns(step)) {
    if (!step.lives_on(column.table->only, DialectKind::mariadb)) continue;
    const auto of = [](const schema::Column& one) {
      return lacking(one.mariadb.charset, one.mariadb.collation);
    };
    const std::string now = of(column.column);
    if (now.empty() || (column.old != nullptr && of(*column.old) == now)) continue;
    add(fmt::format("column '{}.{}'", column.table->name, column.column.name), now);
  }
  return issues;
}

/// Once for a table: its columns take what it has.
Issues open_collation(const Step& step) {
  const auto* create = step.as<ops::CreateTable>();
  if (create == nullptr || !step.lives_on(create->table.only, DialectKind::mariadb)) return {};
  const auto open = std::find_if(
      create->table.columns.begin(), create->table.columns.end(), [&](const schema::Column& one) {
        return schema::has_text(one) && schema::text_rules(create->table, one).collation.empty();
      });
  if (open == create->table.columns.end()) return {};
  return {
      {fmt::format("table '{}' leaves the collation of '{}' to the server", create->table.name,
                   open->name),
       "write mariadb: {collation: utf8mb4_general_ci} at the table, or the one that is meant"}};
}

Issues forgets_case(const Step& step) {
  const schema::Table* table = step.table();
  if (table == nullptr || !step.lives_on(table->only, DialectKind::mariadb)) return {};
  return risk_issues(step, RiskKind::forgets_case,
                     "name the collation, such as utf8mb4_bin or utf8mb4_general_ci");
}

/// The digits after the second of `value`, zeros at the end aside.
std::size_t fraction_digits(const std::string& value) {
  const std::size_t point = value.find('.');
  if (point == std::string::npos || value.find(':') == std::string::npos) return 0;
  const std::size_t end = std::min(value.find_first_not_of("0123456789", point + 1), value.size());
  std::size_t last = end;
  while (last > point + 1 && value[last - 1] == '0') --last;
  return last - point - 1;
}

Issues cut_fractions(const Step& step) {
  const auto* insert = step.as<ops::BulkInsert>();
  const schema::Table* table = step.table();
  if (insert == nullptr || table == nullptr) return {};
  if (!step.lives_on(table->only, DialectKind::mariadb)) return {};
  Issues issues;
  for (std::size_t i = 0; i < insert->columns.size(); ++i) {
    const schema::Column* column = table->find_column(insert->columns[i]);
    if (column == nullptr) continue;
    const schema::Type& type = column->type_on(DialectKind::mariadb);
    const bool has_time = type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp ||
                          type.kind == TypeKind::time;
    if (!has_time) continue;
    const auto row = std::find_if(insert->rows.begin(), insert->rows.end(), [&](const auto& one) {
      return i < one.size() && one[i] &&
             fraction_digits(*one[i]) > static_cast<std::size_t>(type.length.value_or(0));
    });
    if (row == insert->rows.end()) continue;
    issues.push_back({fmt::format("'{}.{}' is {}, which cuts '{}' on MariaDB", insert->table,
                                  column->name, schema::to_string(type), *(*row)[i]),
                      "say the digits in the type, as in datetime(6)"});
  }
  return issues;
}

}  // namespace

std::span<const Rule> type_rules() {
  static constexpr std::array rules{
      Rule{"TY001", inexact_money}, Rule{"TY002", timestamps},    Rule{"TY003", zero_dates},
      Rule{"TY004", engines},       Rule{"TY005", charsets},      Rule{"TY006", forgets_case},
      Rule{"TY007", bare_decimals}, Rule{"TY008", cut_fractions}, Rule{"TY009", open_collation}};
  return rules;
}

}  // namespace dbmig::lint
