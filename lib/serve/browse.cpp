#include "serve/browse.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::serve {
namespace {

using schema::TypeKind;

/// Longer values are read only this far, by SQL: a page of pictures is not read as a whole.
constexpr int kReadText = 1000;
constexpr std::size_t kMaxOffset = 1000000;

/// What rows are read from: a table, or a view, whose columns the database knows better.
struct Source {
  const schema::Table* table = nullptr;
  std::string name;
};

class QueryBuilder {
 public:
  QueryBuilder(const dialect::Dialect& dialect, const schema::Schema& schema,
               const std::string& name)
      : dialect_(dialect), is_mariadb_(dialect.kind() == DialectKind::mariadb) {
    source_.table = schema.find_table(name);
    source_.name = name;
    if (source_.table == nullptr && !schema.views.contains(name)) {
      throw Error(ErrorCode::not_found, fmt::format("table or view '{}' does not exist", name))
          .hint("reload the page: it may have been dropped");
    }
    find_keys();
  }

  bool knows_columns() const { return source_.table != nullptr && !source_.table->columns.empty(); }

  std::string quoted(std::string_view name) const { return dialect_.quote_identifier(name); }
  std::string from() const { return " FROM " + quoted(source_.name); }

  /// The expression by which a column is ordered and compared: that of an ENUM is its text, not
  /// its number.
  std::string ordered(const std::string& column) const {
    const schema::Column* known = find(column);
    const bool is_listed = known != nullptr && (type_of(*known).kind == TypeKind::enum_ ||
                                                type_of(*known).kind == TypeKind::set);
    if (is_mariadb_ && is_listed) return fmt::format("CAST({} AS CHAR)", quoted(column));
    return quoted(column);
  }
  /// A value to be compared with it. A decimal would be compared as a floating-point number.
  std::string value_for(const std::string& column) const {
    const schema::Column* known = find(column);
    if (is_mariadb_ && known != nullptr && type_of(*known).kind == TypeKind::decimal) {
      return fmt::format("CAST(? AS DECIMAL(65,{}))", type_of(*known).scale.value_or(0));
    }
    return "?";
  }

  const schema::Column* find(const std::string& column) const {
    return source_.table == nullptr ? nullptr : source_.table->find_column(column);
  }
  const schema::Type& type_of(const schema::Column& column) const {
    return column.type_on(dialect_.kind());
  }
  void require_column(const std::string& column) const {
    if (!knows_columns() || find(column) != nullptr) return;
    throw Error(ErrorCode::not_found, fmt::format("'{}' has no column '{}'", source_.name, column))
        .hint("reload the page: it may have been dropped");
  }

  void add_filters(const std::vector<Filter>& filters) {
    for (const Filter& filter : filters) add_filter(filter);
  }

  /// Goes on behind the row whose values of `order` are `place`.
  void add_after(const std::vector<std::string>& order, const std::vector<bool>& descending,
                 const Json& place) {
    if (!place.is_array() || place.size() != order.size()) {
      throw Error(ErrorCode::invalid, "the position in the table is not valid")
          .hint("reload the page");
    }
    // (a > x) OR (a = x AND b > y) OR …, where NULL comes before everything on both databases.
    std::vector<std::string> ways;
    for (std::size_t i = 0; i < order.size(); ++i) {
      std::vector<std::string> parts;
      Values values;
      for (std::size_t same = 0; same < i; ++same) {
        const std::string column = ordered_or_raw(order[same]);
        if (place[same].is_null()) {
          parts.push_back(column + " IS NULL");
        } else {
          parts.push_back(fmt::format("{} = {}", column, value_for(order[same])));
          pending_.push_back(place[same]);
        }
      }
      const std::string column = ordered_or_raw(order[i]);
      if (place[i].is_null()) {
        if (descending[i]) {  // nothing comes behind NULL
          pending_.resize(pending_.size() - count_values(place, i));
          continue;
        }
        parts.push_back(column + " IS NOT NULL");
      } else {
        const std::string value = value_for(order[i]);
        parts.push_back(descending[i] ? fmt::format("({0} < {1} OR {0} IS NULL)", column, value)
                                      : fmt::format("{} > {}", column, value));
        pending_.push_back(place[i]);
      }
      ways.push_back("(" + text::join(parts, " AND ") + ")");
    }
    conditions_.push_back(ways.empty() ? "0" : "(" + text::join(ways, " OR ") + ")");
    for (const Json& value : pending_) values_.add(value);
    pending_.clear();
  }

  void add_same(const std::vector<std::string>& keys, const Json& place) {
    if (!place.is_array() || place.size() != keys.size()) {
      throw Error(ErrorCode::invalid, "the row is not known to this page").hint("reload the page");
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (place[i].is_null()) {
        conditions_.push_back(ordered_or_raw(keys[i]) + " IS NULL");
        continue;
      }
      conditions_.push_back(fmt::format("{} = {}", ordered_or_raw(keys[i]), value_for(keys[i])));
      values_.add(place[i]);
    }
  }

  std::string where() const {
    return conditions_.empty() ? "" : " WHERE " + text::join(conditions_, " AND ");
  }

  /// SQLite's own number of a row is no column.
  std::string ordered_or_raw(const std::string& column) const {
    return column == row_id_ ? row_id_ : ordered(column);
  }

  const std::vector<std::string>& keys() const { return keys_; }
  const schema::Table* table() const { return source_.table; }
  Values& values() { return values_; }
  bool is_mariadb() const { return is_mariadb_; }

  /// Whether values of the column may be so long that only their beginning is read.
  bool may_be_long(const schema::Column& column) const {
    if (!is_mariadb_) return true;  // SQLite keeps anything anywhere
    const schema::Type& type = type_of(column);
    if (type.kind == TypeKind::json) return true;
    const bool is_wide = (schema::is_text(type.kind) || schema::is_binary(type.kind)) &&
                         type.length.value_or(kReadText + 1) > kReadText;
    return is_wide;
  }

 private:
  static std::size_t count_values(const Json& place, std::size_t count) {
    return static_cast<std::size_t>(
        std::count_if(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(count),
                      [](const Json& value) { return !value.is_null(); }));
  }

  /// SQLite's rowid; else the primary key; else a unique key whose columns are never NULL.
  void find_keys() {
    if (source_.table == nullptr) return;
    const schema::Table& table = *source_.table;
    const bool has_rowid = !is_mariadb_ && !table.sqlite.without_rowid;
    if (has_rowid) {
      // Its keys may hold NULL, and several of them.
      if (!table.sqlite.module.empty()) return;
      for (const char* name : {"rowid", "_rowid_", "oid"}) {
        if (table.find_column(name) != nullptr) continue;
        row_id_ = name;
        keys_ = {row_id_};
        return;
      }
      return;
    }
    if (table.primary_key && !table.primary_key->columns.empty()) {
      keys_ = table.primary_key->columns;
      return;
    }
    for (const schema::Unique& unique : table.uniques) {
      const bool is_whole =
          std::all_of(unique.columns.begin(), unique.columns.end(), [&](const std::string& name) {
            const schema::Column* column = table.find_column(name);
            return column != nullptr && !column->nullable;
          });
      if (!is_whole) continue;
      keys_ = unique.columns;
      return;
    }
  }

  void add_filter(const Filter& filter) {
    require_column(filter.column);
    if (filter.column.empty()) {
      throw Error(ErrorCode::invalid, "a filter has no column").hint("choose one");
    }
    const std::string column = quoted(filter.column);
    if (filter.op == "null" || filter.op == "not null") {
      conditions_.push_back(column + (filter.op == "null" ? " IS NULL" : " IS NOT NULL"));
      return;
    }
    if (filter.op == "contains" || filter.op == "starts") {
      std::string pattern = filter.op == "contains" ? "%" : "";
      for (const char c : filter.value) {
        if (c == '%' || c == '_' || c == '|') pattern += '|';
        pattern += c;
      }
      conditions_.push_back(column + " LIKE ? ESCAPE '|'");
      values_.add_text(pattern + "%");
      return;
    }
    constexpr std::string_view kComparisons[] = {"=", "!=", "<", "<=", ">", ">="};
    if (std::find(std::begin(kComparisons), std::end(kComparisons), filter.op) ==
        std::end(kComparisons)) {
      throw Error(ErrorCode::invalid, fmt::format("a filter cannot compare with '{}'", filter.op))
          .hint("choose one of the list");
    }
    const schema::Column* known = find(filter.column);
    if (known != nullptr && schema::is_numeric(type_of(*known).kind)) require_number(filter);
    conditions_.push_back(
        fmt::format("{} {} {}", ordered(filter.column), filter.op, value_for(filter.column)));
    values_.add_text(filter.value);
  }

  /// MariaDB would take 'abc' for 0, and SQLite a text for larger than every number.
  static void require_number(const Filter& filter) {
    std::string_view value = text::trim(filter.value);
    const bool is_signed = value.starts_with('-') || value.starts_with('+');
    if (is_signed) value.remove_prefix(1);
    double number = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_whole = failure == std::errc{} && end == value.data() + value.size();
    // Not "inf", "nan" or "--1", which from_chars() takes as well.
    if (is_whole && (value.front() == '.' || (value.front() >= '0' && value.front() <= '9')))
      return;
    throw Error(ErrorCode::invalid,
                fmt::format("'{}' is not a number, and column '{}' holds numbers", filter.value,
                            filter.column))
        .hint("write one, as in 42 or 0.5");
  }

  const dialect::Dialect& dialect_;
  bool is_mariadb_;
  Source source_;
  std::vector<std::string> keys_;
  std::string row_id_;
  std::vector<std::string> conditions_;
  std::vector<Json> pending_;
  Values values_;
};

struct Order {
  std::vector<std::string> columns;
  std::vector<bool> descending;
};

Order order_of(const QueryBuilder& builder, const RowsWanted& wanted) {
  Order order;
  if (!wanted.sort.empty()) {
    builder.require_column(wanted.sort);
    const schema::Column* column = builder.find(wanted.sort);
    if (column != nullptr && schema::is_geometry(builder.type_of(*column).kind)) {
      throw Error(ErrorCode::invalid,
                  fmt::format("column '{}' cannot be sorted: it holds geometries", wanted.sort))
          .hint("sort by another column");
    }
    order.columns.push_back(wanted.sort);
    order.descending.push_back(wanted.descending);
  }
  for (const std::string& key : builder.keys()) {
    if (key == wanted.sort) continue;
    order.columns.push_back(key);
    order.descending.push_back(wanted.descending);
  }
  if (!builder.keys().empty()) return order;
  std::vector<std::string> all = wanted.columns;
  if (builder.knows_columns()) all = builder.table()->column_names();
  for (const std::string& one : all) {
    const schema::Column* column = builder.find(one);
    if (one == wanted.sort) continue;
    if (column != nullptr && schema::is_geometry(builder.type_of(*column).kind)) continue;
    order.columns.push_back(one);
    order.descending.push_back(wanted.descending);
  }
  return order;
}

std::string order_clause(const QueryBuilder& builder, const Order& order) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < order.columns.size(); ++i) {
    parts.push_back(builder.ordered_or_raw(order.columns[i]) +
                    (order.descending[i] ? " DESC" : ""));
  }
  return parts.empty() ? "" : " ORDER BY " + text::join(parts, ", ");
}

std::string all_columns(const QueryBuilder& builder) {
  if (!builder.knows_columns()) return "*";
  std::vector<std::string> names;
  for (const schema::Column& column : builder.table()->columns) {
    names.push_back(builder.quoted(column.name));
  }
  return text::join(names, ", ");
}

}  // namespace

RowsQuery rows_query(const dialect::Dialect& dialect, const schema::Schema& schema,
                     const RowsWanted& wanted) {
  QueryBuilder builder(dialect, schema, wanted.table);
  RowsQuery out;
  builder.add_filters(wanted.filters);
  const Order order = order_of(builder, wanted);
  const bool is_keyed = !builder.keys().empty();
  std::size_t offset = 0;
  if (!wanted.after.is_null()) {
    if (is_keyed) {
      builder.add_after(order.columns, order.descending, wanted.after);
    } else {
      if (!wanted.after.is_number_unsigned() || wanted.after > kMaxOffset) {
        throw Error(ErrorCode::invalid, "this position is too far into a table without a key")
            .hint("filter the rows");
      }
      offset = wanted.after;
    }
  }
  std::vector<std::string> selected;
  std::vector<std::string> behind;
  if (builder.knows_columns()) {
    const std::size_t count = builder.table()->columns.size();
    for (const schema::Column& column : builder.table()->columns) {
      const std::string name = builder.quoted(column.name);
      out.columns.push_back(column.name);
      if (!builder.may_be_long(column)) {
        selected.push_back(name);
        out.lengths.push_back(0);
        continue;
      }
      out.lengths.push_back(count + behind.size());
      if (builder.is_mariadb()) {
        selected.push_back(fmt::format("LEFT({}, {})", name, kReadText));
        behind.push_back(fmt::format("CHAR_LENGTH({})", name));
      } else {
        selected.push_back(
            fmt::format("CASE WHEN typeof({0}) IN ('text', 'blob') AND length({0}) > {1} "
                        "THEN substr({0}, 1, {1}) ELSE {0} END",
                        name, kReadText));
        behind.push_back(
            fmt::format("CASE WHEN typeof({0}) IN ('text', 'blob') THEN length({0}) END", name));
      }
    }
    out.first_place = count + behind.size();
  } else {
    selected.emplace_back("*");
  }
  if (is_keyed) {
    for (const std::string& column : order.columns) {
      behind.push_back(builder.ordered_or_raw(column));
    }
    out.place_size = order.columns.size();
    for (const std::string& key : builder.keys()) {
      const auto at = std::find(order.columns.begin(), order.columns.end(), key);
      out.keys.push_back(static_cast<std::size_t>(at - order.columns.begin()));
    }
  }
  selected.insert(selected.end(), behind.begin(), behind.end());
  out.query.sql =
      fmt::format("SELECT {}{}{}{} LIMIT {}", text::join(selected, ", "), builder.from(),
                  builder.where(), order_clause(builder, order), wanted.limit + 1);
  if (offset != 0) out.query.sql += fmt::format(" OFFSET {}", offset);
  out.query.values = builder.values();
  return out;
}

BoundQuery export_query(const dialect::Dialect& dialect, const schema::Schema& schema,
                        const RowsWanted& wanted) {
  QueryBuilder builder(dialect, schema, wanted.table);
  builder.add_filters(wanted.filters);
  const Order order = order_of(builder, wanted);
  BoundQuery out;
  out.sql = fmt::format("SELECT {}{}{}{} LIMIT {}", all_columns(builder), builder.from(),
                        builder.where(), order_clause(builder, order), wanted.limit + 1);
  out.values = builder.values();
  return out;
}

BoundQuery value_query(const dialect::Dialect& dialect, const schema::Schema& schema,
                       const std::string& table, const std::string& column, const Json& place) {
  QueryBuilder builder(dialect, schema, table);
  builder.require_column(column);
  if (builder.keys().empty()) {
    throw Error(ErrorCode::invalid,
                fmt::format("a single row of '{}' cannot be found, as it has no key", table))
        .hint("select the value in a query");
  }
  builder.add_same(builder.keys(), place);
  BoundQuery out;
  out.sql =
      fmt::format("SELECT {}{}{} LIMIT 1", builder.quoted(column), builder.from(), builder.where());
  out.values = builder.values();
  return out;
}

Json rows_json(backend::ReadOnlyConnection& database, const schema::Schema& schema,
               RowsWanted wanted, std::chrono::milliseconds time) {
  const dialect::Dialect& dialect = database.connection().dialect();
  if (schema.find_table(wanted.table) == nullptr && schema.views.contains(wanted.table)) {
    const std::string view = dialect.quote_identifier(wanted.table);
    wanted.columns = database.read("SELECT * FROM " + view + " LIMIT 0", {}, time, 1)->columns();
    database.end();
  }
  const RowsQuery query = rows_query(dialect, schema, wanted);
  Json rows = Json::array();
  Json keys = Json::array();
  Json last;  // the place of the last row
  Json next;
  std::vector<std::string> columns = query.columns;
  {
    const auto source =
        database.read(query.query.sql, query.query.values.cells(), time, wanted.limit + 1);
    if (columns.empty()) columns = source->columns();
    std::vector<backend::Cell> cells;
    while (source->next(cells)) {
      if (rows.size() == wanted.limit) {
        const std::size_t offset = wanted.after.is_number() ? wanted.after.get<std::size_t>() : 0;
        next = query.place_size == 0 ? Json(offset + rows.size()) : last;
        break;
      }
      Json row = Json::array();
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::size_t at = i < query.lengths.size() ? query.lengths[i] : 0;
        const bool is_cut =
            at != 0 && cells[at].kind != backend::Cell::Kind::null && cells[at].integer > kReadText;
        row.push_back(
            value_json(cells[i], is_cut ? static_cast<std::size_t>(cells[at].integer) : 0));
      }
      rows.push_back(std::move(row));
      if (query.place_size == 0) continue;
      last = Json::array();
      for (std::size_t i = 0; i < query.place_size; ++i) {
        last.push_back(exact_json(cells[query.first_place + i]));
      }
      Json key = Json::array();
      for (const std::size_t at : query.keys) key.push_back(last[at]);
      keys.push_back(std::move(key));
    }
  }
  database.end();
  return {{"columns", columns},
          {"rows", std::move(rows)},
          {"keys", std::move(keys)},
          {"next", std::move(next)}};
}

}  // namespace dbmig::serve
