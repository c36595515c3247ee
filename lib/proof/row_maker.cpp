#include "proof/row_maker.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/row_rules.hpp"
#include "dialect/sql_forms.hpp"
#include "proof/hints.hpp"
#include "proof/values.hpp"

namespace dbmig::proof {

using schema::Column;
using schema::ForeignKey;
using schema::Table;

namespace {

constexpr std::size_t kParents = 8;

}  // namespace

RowMaker::RowMaker(backend::Connection& connection, const Table& table, RowValues values,
                   Fields fields)
    : connection_(connection),
      dialect_(connection.dialect()),
      table_(table),
      values_(values),
      random_(table.name) {
  for (const Column& column : table.columns) {
    const bool may_be_left_out = column.default_value || column.autoincrement ||
                                 (column.nullable && !table.in_primary_key(column.name));
    if (fields == Fields::all || !may_be_left_out) add_field(column);
  }
  for (const ForeignKey& key : table.foreign_keys) add_reference(key);
}

std::string RowMaker::columns() const {
  std::vector<std::string> names;
  for (const Field& field : fields_) names.push_back(quoted(field.column->name));
  return text::join(names, ", ");
}

Row RowMaker::make(std::size_t n, std::size_t attempt) {
  Row row;
  for (const Field& field : fields_) row.push_back(value(field, n, attempt));
  for (const Reference& reference : references_) refer(reference, row, n, attempt);
  return row;
}

void RowMaker::add_field(const Column& column) {
  if (column.generated || column.mariadb.period != schema::RowPeriod::none) return;
  Field field;
  field.column = &column;
  field.values = edge_values(dialect_, column);
  // A period begins before it ends.
  if (const auto period = dialect::row_rules(dialect_.kind()).period(table_)) {
    if (period->start == column.name) field.values = {"'1971-02-03'"};
    if (period->end == column.name) field.values = {"'2037-02-03'"};
  }
  if (values_ == RowValues::plain) field.values.resize(1);
  const std::vector<std::string> hints = hinted_values(dialect_, table_, column);
  field.values.insert(field.values.end(), hints.begin(), hints.end());
  if (column.default_value && column.default_value->kind != schema::Default::Kind::sql &&
      dialect::capabilities(dialect_.kind()).default_as_value) {
    field.values.emplace_back("DEFAULT");
  }
  const bool in_key = table_.in_primary_key(column.name);
  field.takes_null = column.nullable && !in_key && !column.autoincrement;
  field.is_unique = in_key || in_unique(column.name);
  fields_.push_back(std::move(field));
}

bool RowMaker::in_unique(const std::string& column) const {
  const bool constrained =
      std::any_of(table_.uniques.begin(), table_.uniques.end(), [&](const schema::Unique& key) {
        return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
      });
  return constrained ||
         std::any_of(table_.indexes.begin(), table_.indexes.end(), [&](const schema::Index& index) {
           return index.unique &&
                  std::any_of(index.parts.begin(), index.parts.end(),
                              [&](const schema::IndexPart& part) { return part.column == column; });
         });
}

std::optional<std::size_t> RowMaker::field_of(const std::string& column) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].column->name == column) return i;
  }
  return std::nullopt;
}

void RowMaker::add_reference(const ForeignKey& key) {
  Reference reference;
  reference.takes_null = true;
  for (const std::string& column : key.columns) {
    const auto field = field_of(column);
    if (!field) return;
    reference.fields.push_back(*field);
    reference.takes_null = reference.takes_null && fields_[*field].takes_null;
  }
  if (key.referenced_table == table_.name) {
    for (const std::string& column : key.referenced_columns) {
      const auto field = field_of(column);
      if (field) reference.self.push_back(*field);
    }
  }
  if (reference.self.empty()) read_parents(key, reference);
  references_.push_back(std::move(reference));
}

std::string RowMaker::as_literal(const std::string& column, const Column* type) const {
  const bool bytes =
      type != nullptr && (is_binary(type->type.kind) || type->type.kind == schema::TypeKind::bit);
  return dialect::sql_forms(dialect_.kind()).as_literal(quoted(column), bytes);
}

void RowMaker::read_parents(const ForeignKey& key, Reference& reference) {
  std::vector<std::string> literals;
  std::vector<std::string> conditions;
  for (std::size_t i = 0; i < key.referenced_columns.size(); ++i) {
    literals.push_back(as_literal(key.referenced_columns[i], table_.find_column(key.columns[i])));
    conditions.push_back(quoted(key.referenced_columns[i]) + " IS NOT NULL");
  }
  const backend::Rows found = connection_.query(
      fmt::format("SELECT {} FROM {} WHERE {} LIMIT {}", text::join(literals, ", "),
                  quoted(key.referenced_table), text::join(conditions, " AND "), kParents));
  for (const auto& row : found.rows) {
    std::vector<std::string> parent;
    for (const backend::Value& value : row) parent.push_back(value.value_or("NULL"));
    reference.parents.push_back(std::move(parent));
  }
}

std::string RowMaker::value(const Field& field, std::size_t n, std::size_t attempt) {
  const std::size_t roll = random_.below(8);
  // Row 0 holds NULL wherever it can, and later ones now and then.
  if (field.takes_null && ((n == 0 && attempt < 2) || (n > 3 && roll == 0))) return "NULL";
  if (values_ == RowValues::plain && attempt == 0) {
    return distinct_value(dialect_, *field.column, n);
  }
  if (field.is_unique && (n == 0 || n > 2 || attempt > 0 || field.column->autoincrement) &&
      roll != 7) {
    return distinct_value(dialect_, *field.column, n * kAttempts + attempt);
  }
  const bool as_planned = attempt == 0 || (attempt < 4 && roll > 3);
  const std::size_t planned = n < 3 ? n : n + 2 - 2 * (n % 2);
  return field
      .values[as_planned ? planned % field.values.size() : random_.below(field.values.size())];
}

void RowMaker::refer(const Reference& reference, Row& row, std::size_t n, std::size_t attempt) {
  if (reference.takes_null && n == 0 && attempt < 2) return;  // NULL already
  if (!reference.self.empty() && reference.self.size() == reference.fields.size()) {
    for (std::size_t i = 0; i < reference.fields.size(); ++i) {
      row[reference.fields[i]] = row[reference.self[i]];
    }
    return;
  }
  if (reference.parents.empty()) {
    for (const std::size_t field : reference.fields) {
      if (fields_[field].takes_null) row[field] = "NULL";
    }
    return;
  }
  const std::size_t pick = attempt == 0 ? n : n + attempt + random_.below(reference.parents.size());
  const auto& parent = reference.parents[pick % reference.parents.size()];
  for (std::size_t i = 0; i < reference.fields.size(); ++i) {
    row[reference.fields[i]] = parent[i];
  }
}

}  // namespace dbmig::proof
