#include "dialect/mariadb/canonical.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/identifier.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/routine.hpp"
#include "dialect/mariadb/tokens.hpp"
#include "dialect/mariadb/types.hpp"
#include "schema/charset.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Column;
using schema::ForeignKey;
using schema::Index;
using schema::IndexPart;
using schema::ReferentialAction;
using schema::SqlText;
using schema::Table;
using schema::TypeKind;
using schema::Unique;

constexpr DialectKind kMariadb = DialectKind::mariadb;

SqlText plain(std::string sql) {
  return {.any = std::move(sql), .mariadb = {}, .sqlite = {}};
}

/// Charset and collation filled in from each other as far as their names say it, and left out where
/// they repeat the table's.
void fill_charset(std::string& charset, std::string& collation) {
  charset = canonical_charset_name(charset);
  collation = canonical_charset_name(collation);
  if (charset.empty() && !collation.empty()) charset = charset_of_collation(collation);
}

/// An SQL text for this database: normalised to be compared, or as it is.
SqlText in_form(const SqlText& sql, Form form, const std::vector<std::string>& columns) {
  const std::string& text = sql.for_dialect(kMariadb);
  return plain(form == Form::compare ? normalize_expression(text, columns) : text);
}

schema::MariadbColumn canonical_block(const Column& column, const schema::Type& type,
                                      const Table& table) {
  schema::MariadbColumn block = column.mariadb;
  block.type.reset();
  if (has_charset(type)) {
    fill_charset(block.charset, block.collation);
    const bool repeats =
        block.charset == table.mariadb.charset && block.collation == table.mariadb.collation;
    if (repeats) {
      block.charset.clear();
      block.collation.clear();
    }
  } else {
    block.charset.clear();
    block.collation.clear();
  }
  if (!block.on_update.empty()) block.on_update = canonical_clock(block.on_update, type);
  if (!schema::is_geometry(type.kind) || block.srid == 0) block.srid.reset();
  return block;
}

/// The server keeps comments in utf8mb3, with a `?` for what that does not hold.
std::string canonical_comment(const std::string& comment, Form form) {
  if (form == Form::build) return comment;
  constexpr unsigned char kFourBytes = 0xF0;
  std::string out;
  for (std::size_t i = 0; i < comment.size();) {
    const bool beyond = static_cast<unsigned char>(comment[i]) >= kFourBytes;
    out += beyond ? '?' : comment[i];
    i += beyond ? 4 : 1;
  }
  return out;
}

/// What a type of text becomes in the character set `binary`.
TypeKind binary_kind(TypeKind text) {
  constexpr std::pair<TypeKind, TypeKind> kKinds[] = {
      {TypeKind::char_, TypeKind::binary},          {TypeKind::varchar, TypeKind::varbinary},
      {TypeKind::tinytext, TypeKind::tinyblob},     {TypeKind::text, TypeKind::blob},
      {TypeKind::mediumtext, TypeKind::mediumblob}, {TypeKind::longtext, TypeKind::longblob}};
  for (const auto& [from, to] : kKinds) {
    if (from == text) return to;
  }
  return text;
}

Column canonical_column(const Column& column, const Table& table,
                        const std::vector<std::string>& names, Form form) {
  Column out = column;
  out.comment = canonical_comment(column.comment, form);
  out.type = canonical_type(column.type_on(kMariadb));
  out.sqlite = {};
  out.mariadb = canonical_block(column, out.type, table);
  if (schema::is_text(out.type.kind) && schema::charset_of(table, out) == "binary") {
    out.type.kind = binary_kind(out.type.kind);
    out.mariadb.charset.clear();
    out.mariadb.collation.clear();
  }
  if (table.in_primary_key(column.name) || column.autoincrement) out.nullable = false;
  if (out.mariadb.period != schema::RowPeriod::none) {
    out.generated.reset();
    out.default_value.reset();
    out.nullable = false;
  } else if (column.generated) {
    out.generated->sql = in_form(column.generated->sql, form, names);
    out.default_value.reset();
    out.nullable = true;  // its grammar has no NOT NULL
  } else if (column.default_value) {
    out.default_value = canonical_default(*column.default_value, out.type);
    const bool is_sql = out.default_value && out.default_value->kind == schema::Default::Kind::sql;
    // A clock's digits are the column's, unless others are said.
    const bool settles_digits = is_sql && is_clock(out.default_value->sql.any) &&
                                column.default_value->sql.for_dialect(kMariadb).find_first_of(
                                    "123456") == std::string::npos;
    if (form == Form::build && is_sql && !settles_digits) {
      out.default_value->sql = in_form(column.default_value->sql, form, names);
    }
  }
  return out;
}

Error impossible(const Table& table, const std::string& index, const std::string& what,
                 const std::string& advice) {
  return Error(ErrorCode::invalid, fmt::format("index '{}' of table '{}' {}, which MariaDB "
                                               "does not have",
                                               index, table.name, what))
      .hint(advice);
}

/// How much of `column` the server puts into a plain key over it alone, in characters or bytes; it
/// cuts what says more, with a note.
int longest_prefix(const Table& table, const Column& column) {
  const std::string& engine = table.mariadb.engine;
  int bytes = 3072;
  if (text::equals_ignoring_case(engine, "myisam")) bytes = 1000;
  if (text::equals_ignoring_case(engine, "aria")) bytes = 2300;
  const TypeKind kind = column.type.kind;
  const bool has_letters = schema::is_text(kind) || kind == TypeKind::json;
  const int most = bytes / (has_letters ? schema::bytes_per_character(table, column) : 1);
  const bool is_tiny = kind == TypeKind::tinytext || kind == TypeKind::tinyblob;
  return is_tiny ? std::min(most, 255) : most;
}

/// Prefix lengths that MariaDB needs or settles. `table` is canonical as far as its columns go.
int canonical_length(const IndexPart& part, const Table& table, const Index& index) {
  const Column* column = table.find_column(part.column);
  if (column == nullptr || index.kind != schema::IndexKind::plain) return 0;
  const schema::Type& type = column->type;
  // The server takes all of a POINT, whatever is said.
  if (type.kind == TypeKind::point) return 0;
  const bool counted = type.kind == TypeKind::char_ || type.kind == TypeKind::varchar ||
                       type.kind == TypeKind::binary || type.kind == TypeKind::varbinary;
  if (counted && type.length && part.length >= *type.length) return 0;
  if (index.unique) return part.length;
  const int most = longest_prefix(table, *column);
  // It is an error where other columns are in the key, too.
  if (part.length > 0) return index.parts.size() > 1 ? part.length : std::min(part.length, most);
  // MariaDB refuses a plain key over a whole TEXT or BLOB. 191 characters fit into the 767 bytes of
  // the oldest row formats.
  const bool large = (schema::is_text(type.kind) || schema::is_binary(type.kind) ||
                      schema::is_geometry(type.kind) || type.kind == TypeKind::json) &&
                     !counted;
  if (large) return 191;
  return counted && type.length > most ? most : 0;
}

/// Whether `USING HASH` is what the server has when nothing is said: in a MEMORY table, and for a
/// unique key that is too long for a B-tree. How many bytes a character takes may not be known
/// here, so that this asks whether it could be too long.
bool has_method_anyway(const Index& index, const Table& table) {
  if (text::equals_ignoring_case(table.mariadb.engine, "memory")) return true;
  constexpr int kSmallestLimit = 767;
  constexpr int kMaxCharacter = 4;
  int bytes = 0;
  for (const IndexPart& part : index.parts) {
    const Column* column = table.find_column(part.column);
    if (column == nullptr) continue;
    const TypeKind kind = column->type.kind;
    const bool counted = column->type.length.has_value();
    const int length = part.length > 0 ? part.length : column->type.length.value_or(0);
    const bool has_letters = has_charset(column->type) || kind == TypeKind::json;
    const bool has_bytes = schema::is_binary(kind) || schema::is_geometry(kind);
    const bool is_large =
        schema::is_text(kind) || schema::is_binary(kind) || kind == TypeKind::json;
    if (!counted && part.length == 0 && is_large) return index.unique;
    if (has_letters) bytes += length * kMaxCharacter;
    if (has_bytes && !has_letters) bytes += length;
  }
  return index.unique && bytes > kSmallestLimit;
}

/// MariaDB has no indexes over expressions. Without one queries are slower; a unique one would
/// refuse rows, and is no thing to leave out.
bool is_for_sqlite_alone(const Index& index) {
  return !index.unique &&
         std::any_of(index.parts.begin(), index.parts.end(),
                     [](const IndexPart& part) { return !part.expression.empty(); });
}

Index canonical_index(const Index& index, const Table& table, Form form) {
  Index out = index;
  out.comment = canonical_comment(index.comment, form);
  // As a plain index it only serves more rows; as a unique one it would refuse rows.
  if (index.unique && !index.where.for_dialect(kMariadb).empty()) {
    throw impossible(table, index.name, "is unique over some rows only (where)",
                     "make a generated column that is NULL for the other rows unique instead, "
                     "or keep the table off MariaDB with only: sqlite");
  }
  out.where = {};
  for (IndexPart& part : out.parts) {
    if (!part.expression.empty()) {
      throw impossible(table, index.name,
                       fmt::format("is over the expression '{}'", part.expression),
                       "index a generated column with that expression, or keep the table off "
                       "MariaDB with only: sqlite");
    }
    part.collation.clear();
    part.length = canonical_length(part, table, index);
  }
  out.method = text::lower(index.method);
  const bool said_anyway = out.method == "hash" && has_method_anyway(out, table);
  if (form == Form::compare && said_anyway) out.method.clear();
  return out;
}

bool is_plain_unique(const Index& index) {
  return index.unique && index.comment.empty() && !index.ignored && index.method.empty() &&
         std::all_of(index.parts.begin(), index.parts.end(),
                     [](const IndexPart& part) { return part.length == 0 && !part.descending; });
}

ReferentialAction canonical_action(ReferentialAction action, const ForeignKey& key,
                                   const Table& table, Form form) {
  switch (action) {
    case ReferentialAction::none:
    case ReferentialAction::restrict:  // the same thing to InnoDB
      return ReferentialAction::none;
    case ReferentialAction::no_action:  // and so is this, but it is printed
      return form == Form::build ? action : ReferentialAction::none;
    case ReferentialAction::set_default:
      throw Error(ErrorCode::invalid,
                  fmt::format("foreign key '{}' of table '{}' says SET DEFAULT, which MariaDB's "
                              "InnoDB does not have",
                              key.name, table.name))
          .hint("use set null, cascade or no action");
    case ReferentialAction::cascade:
    case ReferentialAction::set_null:
      break;
  }
  return action;
}

bool starts_with_columns(const std::vector<IndexPart>& parts,
                         const std::vector<std::string>& columns) {
  if (parts.size() < columns.size()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!same_identifier(parts[i].column, columns[i]) || parts[i].length != 0) {
      return false;
    }
  }
  return true;
}

std::vector<IndexPart> parts_of(const std::vector<std::string>& columns) {
  std::vector<IndexPart> parts;
  for (const std::string& column : columns)
    parts.push_back({.column = column, .expression = {}, .collation = {}});
  return parts;
}

bool name_taken(const Table& table, const std::string& name) {
  const auto same = [&](const auto& object) { return same_identifier(object.name, name); };
  return std::any_of(table.indexes.begin(), table.indexes.end(), same) ||
         std::any_of(table.uniques.begin(), table.uniques.end(), same);
}

std::string free_name(const Table& table, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; name_taken(table, name); ++i) {
    const std::string suffix = '_' + std::to_string(i);
    name = wanted.substr(0, 64 - suffix.size()) + suffix;
  }
  return name;
}

/// The indexes that InnoDB wants under foreign keys, written out. The longest key first, so that
/// one index serves every key that starts with the same columns, as MariaDB arranges it.
void add_implied_indexes(Table& table) {
  std::vector<const ForeignKey*> keys;
  for (const ForeignKey& key : table.foreign_keys) keys.push_back(&key);
  std::stable_sort(keys.begin(), keys.end(), [](const ForeignKey* a, const ForeignKey* b) {
    if (a->columns.size() != b->columns.size()) return a->columns.size() > b->columns.size();
    return a->name < b->name;
  });
  for (const ForeignKey* key : keys) {
    if (!covering_index(table, key->columns).empty()) continue;
    Index index;
    index.name = free_name(table, key->name.empty() ? key->columns.front() : key->name);
    index.parts = parts_of(key->columns);
    table.indexes.push_back(std::move(index));
  }
}

schema::MariadbTable canonical_options(schema::MariadbTable options, Form form) {
  // Nothing said is InnoDB: dbmig's sessions make sure of it.
  if (text::equals_ignoring_case(options.engine, "innodb")) options.engine.clear();
  fill_charset(options.charset, options.collation);
  options.row_format = text::upper(options.row_format);
  if (options.row_format == "DEFAULT") options.row_format.clear();
  if (options.auto_increment == 1) options.auto_increment = 0;  // where it begins anyway
  if (form == Form::build) return options;
  std::map<std::string, std::string> upper;
  for (auto& [name, value] : options.options) upper[text::upper(name)] = value;
  options.options = std::move(upper);
  options.partition = canonical_partition(options.partition, options.engine);
  return options;
}

/// Empty when all parts are whole and ascending; MariaDB has no collation of a part.
std::vector<schema::KeyPart> canonical_parts(std::vector<schema::KeyPart> parts) {
  bool plain = true;
  for (schema::KeyPart& part : parts) {
    part.collation.clear();
    plain = plain && part.length == 0 && !part.descending;
  }
  if (plain) parts.clear();
  return parts;
}

/// The server ends the unique keys of a versioned table with its ROW END column, said or not.
void drop_row_end(Table& table) {
  for (const Column& column : table.columns) {
    if (column.mariadb.period != schema::RowPeriod::end) continue;
    const auto drop = [&](std::vector<std::string>& columns) {
      if (columns.size() > 1 && columns.back() == column.name) columns.pop_back();
    };
    if (table.primary_key) drop(table.primary_key->columns);
    for (Unique& unique : table.uniques) drop(unique.columns);
  }
}

void canonical_keys(Table& out, const Table& table, Form form) {
  if (out.primary_key) {
    out.primary_key->name.clear();
    out.primary_key->on_conflict.clear();
    out.primary_key->parts = canonical_parts(std::move(out.primary_key->parts));
    const bool in_memory = text::equals_ignoring_case(out.mariadb.engine, "memory");
    std::string& method = out.primary_key->method;
    if (form == Form::compare && in_memory && method == "hash") method.clear();
  }
  out.indexes.clear();
  out.uniques.clear();
  for (const Unique& unique : table.uniques) {
    Unique whole = unique;
    whole.on_conflict.clear();
    whole.parts = canonical_parts(unique.parts);
    if (whole.parts.empty() || whole.without_overlaps) {
      out.uniques.push_back(std::move(whole));
      continue;
    }
    // What is not taken whole and upwards is a unique index to MariaDB as well.
    Index index;
    index.name = unique.name;
    index.parts = parts_of(unique.columns);
    index.unique = true;
    for (std::size_t i = 0; i < index.parts.size() && i < whole.parts.size(); ++i) {
      index.parts[i].length = whole.parts[i].length;
      index.parts[i].descending = whole.parts[i].descending;
    }
    out.indexes.push_back(canonical_index(index, out, form));
  }
  for (const Index& index : table.indexes) {
    if (is_for_sqlite_alone(index)) continue;
    Index canonical = canonical_index(index, out, form);
    // One to be built keeps its place: the order of keys shows.
    if (form == Form::compare && is_plain_unique(canonical)) {
      Unique unique{.name = canonical.name, .columns = {}, .on_conflict = {}};
      for (const IndexPart& part : canonical.parts) unique.columns.push_back(part.column);
      out.uniques.push_back(std::move(unique));
    } else {
      out.indexes.push_back(std::move(canonical));
    }
  }
  for (ForeignKey& key : out.foreign_keys) {
    key.on_delete = canonical_action(key.on_delete, key, out, form);
    key.on_update = canonical_action(key.on_update, key, out, form);
    key.deferrable = false;
  }
  if (form == Form::compare) drop_row_end(out);
  add_implied_indexes(out);
}

}  // namespace

std::string covering_index(const Table& table, const std::vector<std::string>& columns) {
  if (table.primary_key) {
    std::vector<IndexPart> parts = parts_of(table.primary_key->columns);
    for (std::size_t i = 0; i < parts.size() && i < table.primary_key->parts.size(); ++i) {
      parts[i].length = table.primary_key->parts[i].length;
    }
    if (starts_with_columns(parts, columns)) return "PRIMARY";
  }
  for (const Unique& unique : table.uniques) {
    if (starts_with_columns(parts_of(unique.columns), columns)) return unique.name;
  }
  for (const Index& index : table.indexes) {
    if (index.kind == schema::IndexKind::plain && starts_with_columns(index.parts, columns)) {
      return index.name;
    }
  }
  return {};
}

std::string canonical_partition(const std::string& sql, const std::string& engine) {
  const std::string own = engine.empty() ? "innodb" : text::lower(engine);
  std::vector<Token> kept;
  for (const Token& token : tokenize(sql)) {
    kept.push_back(token);
    Token& last = kept.back();
    if (last.kind == TokenKind::name && readable_name(last.text) == last.text) {
      last.kind = TokenKind::word;
    }
    if (last.kind != TokenKind::word) continue;
    last.text = text::lower(last.text);
    // The engine of a partition is the table's.
    const std::size_t back = kept.size() > 1 && kept[kept.size() - 2].text == "=" ? 2 : 1;
    if (last.text == own && kept.size() > back && kept[kept.size() - 1 - back].text == "engine") {
      kept.resize(kept.size() - 1 - back);
      if (!kept.empty() && kept.back().text == "storage") kept.pop_back();
    }
  }
  return normalize_tokens(kept);
}

Table canonical_table(const Table& table, Form form) {
  Table out = table;
  out.only.reset();
  out.sqlite = {};
  out.comment = canonical_comment(table.comment, form);
  out.mariadb = canonical_options(table.mariadb, form);
  const std::vector<std::string> names = table.column_names();
  out.columns.clear();
  for (const Column& column : table.columns) {
    Table context = {};
    context.primary_key = table.primary_key;
    context.mariadb = out.mariadb;
    out.columns.push_back(canonical_column(column, context, names, form));
  }
  if (const auto& period = out.mariadb.period) {
    // The columns of a period are never NULL.
    for (Column& column : out.columns) {
      if (column.name == period->start || column.name == period->end) column.nullable = false;
    }
  }
  canonical_keys(out, table, form);
  out.checks.clear();
  for (const schema::Check& check : table.checks) {
    if (check.sql.for_dialect(kMariadb).empty()) continue;
    out.checks.push_back({check.name, in_form(check.sql, form, names)});
    // JSON with a check of its own has not the one that makes LONGTEXT be JSON.
    Column* column = out.find_column(check.name);
    if (column == nullptr || column->type.kind != TypeKind::json) continue;
    column->type.kind = TypeKind::longtext;
    column->mariadb.charset = "utf8mb4";
    column->mariadb.collation = "utf8mb4_bin";
  }
  return out;
}

schema::View canonical_view(const schema::View& view) {
  schema::View out = view;
  out.only.reset();
  out.sql = plain(normalize_query(view.sql.for_dialect(kMariadb)));
  out.mariadb.definer = canonical_definer(view.mariadb.definer);
  out.mariadb.algorithm = text::lower(view.mariadb.algorithm);
  if (out.mariadb.algorithm == "undefined") out.mariadb.algorithm.clear();
  out.mariadb.security = text::lower(view.mariadb.security);
  if (out.mariadb.security == "definer") out.mariadb.security.clear();
  out.mariadb.check_option = text::lower(view.mariadb.check_option);
  return out;
}

schema::Trigger canonical_trigger(const schema::Trigger& trigger) {
  schema::Trigger out = trigger;
  out.only.reset();
  const std::string& sql = trigger.sql.for_dialect(kMariadb);
  try {
    out.sql = plain(normalize_trigger(sql, trigger.table));
  } catch (const Error&) {
    // Written under a sql_mode in which strings end elsewhere.
    out.sql = plain(std::string(text::trim(sql)));
  }
  out.mariadb.definer = canonical_definer(trigger.mariadb.definer);
  return out;
}

schema::Schema MariadbDialect::canonical(const schema::Schema& schema) const {
  schema::Schema out = schema::on_dialect(schema, kMariadb);
  for (auto& [name, view] : out.views) view = canonical_view(view);
  for (auto& [name, table] : out.tables) table = canonical_table(table);
  for (auto& [name, trigger] : out.triggers) trigger = canonical_trigger(trigger);
  for (auto& [key, routine] : out.routines) routine = canonical_routine(routine);
  return schema::sorted(std::move(out));
}

}  // namespace dbmig::dialect::mariadb
