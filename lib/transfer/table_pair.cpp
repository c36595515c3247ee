#include "transfer/table_pair.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/row_storage.hpp"
#include "import/plan.hpp"
#include "transfer/read_job.hpp"
#include "transfer/table_order.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;

const schema::Column* find_stored(const std::vector<schema::Column>& columns,
                                  const std::string& name) {
  for (const schema::Column& column : columns) {
    if (text::equals_ignoring_case(column.name, name)) return &column;
  }
  return nullptr;
}

const schema::Column* find_any(const schema::SharedList<schema::Column>& columns,
                               const std::string& name) {
  for (const schema::Column& column : columns) {
    if (text::equals_ignoring_case(column.name, name)) return &column;
  }
  return nullptr;
}

/// MariaDB's FLOAT, of four bytes: SQLite's columns of that name hold eight.
bool is_small_float(DialectKind kind, schema::TypeKind type) {
  return dialect::type_ranges(kind).short_floats && type == schema::TypeKind::float_;
}

bool is_any_generated(const schema::Table& table, const std::string& name) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const schema::Column& column) {
    return column.generated && text::equals_ignoring_case(column.name, name);
  });
}

/// Whether SQLite keeps every value in `column` of `table` as it is, with its class: a column
/// without a type, and ANY in a STRICT table; elsewhere ANY makes a number of what looks like one.
/// Source: https://www.sqlite.org/stricttables.html#the_any_datatype
bool keeps_classes(const schema::Table& table, const schema::Column& column) {
  const schema::Type type = column.type_on(DialectKind::sqlite);
  if (type.kind != schema::TypeKind::native) return false;
  return table.sqlite.strict ? text::equals_ignoring_case(type.native, "any")
                             : dialect::affinity(column) == dialect::Affinity::blob;
}

}  // namespace

TablePair::TablePair(const schema::Table& source, DialectKind from, const schema::Table& target,
                     DialectKind to)
    : source_(source), target_(target) {
  const std::vector<schema::Column> given = stored_columns(source_);
  const std::vector<schema::Column> wanted = stored_columns(target_);
  std::vector<import::TargetColumn> shapes;
  std::vector<std::uint8_t> as_is;
  for (const schema::Column& column : given) {
    if (find_stored(wanted, column.name) != nullptr || is_any_generated(target_, column.name)) {
      continue;
    }
    throw Error(ErrorCode::invalid, fmt::format("the target's table '{}' has no column '{}'",
                                                target_.name, column.name))
        .hint("nothing was copied; bring the target to the source's schema first");
  }
  for (const schema::Column& column : wanted) {
    // A column that is generated in the source and plain in the target is copied like any other.
    const schema::Column* found = find_any(source_.columns, column.name);
    const import::TargetColumn shape = import::target_column(target_, column, to);
    if (found == nullptr) {
      if (shape.nullable || shape.fills_null || column.default_value) continue;
      throw Error(ErrorCode::invalid,
                  fmt::format("column '{}' of the target's table '{}' needs a value, and the "
                              "source has none",
                              column.name, target_.name))
          .hint("nothing was copied; give the column a default");
    }
    if (is_small_float(from, found->type_on(from).kind) != is_small_float(to, shape.type.kind)) {
      float_columns_.push_back(shapes.size());
    }
    source_columns_.push_back(*found);
    target_columns_.push_back(column);
    shapes.push_back(shape);
    const bool is_flexible = dialect::capabilities(from).flexible_typing && to == from;
    as_is.push_back(is_flexible ? kept(*found, column) : RowConverter::kConverted);
  }
  converter_.emplace(shapes, to, as_is);
  converter_->compare_as_float(float_columns_);
  if (target_.primary_key) {
    for (const std::string& name : target_.primary_key->columns) {
      for (std::size_t i = 0; i < target_columns_.size(); ++i) {
        if (text::equals_ignoring_case(target_columns_[i].name, name)) key_.push_back(i);
      }
    }
  }
}

RowConverter::AsIs TablePair::kept(const schema::Column& from, const schema::Column& to) const {
  const bool has_classes = keeps_classes(source_, from);
  if (keeps_classes(target_, to)) {
    return has_classes ? RowConverter::kUnchangedWithClass : RowConverter::kUnchanged;
  }
  const bool is_kept =
      !has_classes && !target_.sqlite.strict && dialect::affinity(from) == dialect::affinity(to);
  return is_kept ? RowConverter::kUnchanged : RowConverter::kConverted;
}

std::vector<std::string> TablePair::column_names() const {
  std::vector<std::string> names;
  for (const schema::Column& column : target_columns_) names.push_back(column.name);
  return names;
}

std::string TablePair::select_source(const dialect::Dialect& dialect,
                                     const std::string& range) const {
  return select_rows(source_, source_columns_, dialect, range);
}

std::string TablePair::select_target(const dialect::Dialect& dialect,
                                     const std::string& range) const {
  return select_rows(target_, target_columns_, dialect, range);
}

std::optional<std::string> TablePair::range_column(DialectKind source) const {
  if (!source_.primary_key || source_.primary_key->columns.size() != 1) return std::nullopt;
  const std::string& name = source_.primary_key->columns.front();
  const schema::Column* column = source_.find_column(name);
  if (column == nullptr) return std::nullopt;
  if (source == DialectKind::mariadb) {
    const bool is_whole = schema::is_integer(column->type_on(source).kind);
    return is_whole ? std::optional(name) : std::nullopt;
  }
  // On SQLite, only the rowid is guaranteed to hold nothing but integers.
  return dialect::is_rowid(source, source_, *column) ? std::optional(name) : std::nullopt;
}

std::optional<std::string> TablePair::shared_range_column(DialectKind source) const {
  const auto given = range_column(source);
  if (!given || key_.size() != 1) return std::nullopt;
  const schema::Column& key = target_columns_[key_.front()];
  // SQLite's other keys may be NULL, which is in no range.
  const DialectKind to = converter_->kind();
  const bool is_whole = to == DialectKind::sqlite
                            ? dialect::is_rowid(to, target_, key)
                            : schema::is_integer(columns()[key_.front()].type.kind);
  const bool is_same = is_whole && text::equals_ignoring_case(*given, key.name);
  return is_same ? std::optional(key.name) : std::nullopt;
}

std::string TablePair::describe_key(std::span<const Cell> row, std::uint64_t number) const {
  return describe_row(converter_->columns(), key_, row, number);
}

}  // namespace dbmig::transfer
