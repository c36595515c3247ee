#include "dialect/mariadb/render.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Column;
using schema::Index;
using schema::ReferentialAction;
using schema::Table;
using schema::TypeKind;

std::string charset_clause(const std::string& charset, const std::string& collation) {
  std::string out;
  if (!charset.empty()) out += " CHARACTER SET " + charset;
  if (!collation.empty()) out += " COLLATE " + collation;
  return out;
}

std::string action_clause(std::string_view event, ReferentialAction action) {
  if (action == ReferentialAction::none) return {};
  return " ON " + std::string(event) + ' ' + text::upper(schema::to_string(action));
}

/// An option's value as it stands after `=`: a word, number or list bare, all else as a string.
std::string option_value(const std::string& value) {
  if (value.starts_with('(')) return value;  // UNION=(`a`,`b`)
  const bool bare = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  return bare ? value : string_literal(value);
}

/// Options of the server itself are upper case; a storage engine's own are kept as first written.
std::string option_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '_' || c == ' ';
  });
  return plain ? name : quote(name);
}

bool is_utf8_text(std::string_view value) {
  return !text::find_invalid_utf8(value) && value.find('\0') == std::string_view::npos;
}

/// `(a, b(10) DESC, last)`.
std::string key_columns(const std::vector<std::string>& columns,
                        const std::vector<schema::KeyPart>& parts, const std::string& last) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string part = quote(columns[i]);
    if (i < parts.size() && parts[i].length > 0)
      part += '(' + std::to_string(parts[i].length) + ')';
    if (i < parts.size() && parts[i].descending) part += " DESC";
    out.push_back(std::move(part));
  }
  if (!last.empty()) out.push_back(last);
  return '(' + text::join(out, ", ") + ')';
}

/// The part of a key that speaks of the table's period.
std::string without_overlaps(const Table& table, bool is_wanted) {
  if (!is_wanted || !table.mariadb.period) return {};
  return quote(table.mariadb.period->name) + " WITHOUT OVERLAPS";
}

}  // namespace

std::string quote(std::string_view name) {
  if (name.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::invalid, "a name holds a zero byte").hint("choose another name");
  }
  return text::quote(name, '`');
}

std::string column_list(const std::vector<std::string>& columns) {
  std::string out = "(";
  for (const std::string& column : columns) {
    if (out.size() > 1) out += ", ";
    out += quote(column);
  }
  return out + ')';
}

std::string column_definition(const Column& column, const Table& table) {
  std::string out = type_sql(column.type);
  if (column.mariadb.srid) out += " REF_SYSTEM_ID=" + std::to_string(*column.mariadb.srid);
  // After a COLLATE, newer servers (11.8) do not take it.
  if (column.mariadb.compressed) out += " COMPRESSED";
  if (has_charset(column.type)) {
    out += charset_clause(column.mariadb.charset, column.mariadb.collation);
  }
  if (column.mariadb.period != schema::RowPeriod::none) {
    const bool start = column.mariadb.period == schema::RowPeriod::start;
    out += start ? " GENERATED ALWAYS AS ROW START" : " GENERATED ALWAYS AS ROW END";
  } else if (column.generated) {
    out += " GENERATED ALWAYS AS (" + column.generated->sql.for_dialect(DialectKind::mariadb) +
           (column.generated->stored ? ") STORED" : ") VIRTUAL");
  } else {
    // Always said: a TIMESTAMP without it is NOT NULL on servers before 10.10.
    out += column.nullable ? " NULL" : " NOT NULL";
    if (column.default_value) {
      out += " DEFAULT " + default_sql(*column.default_value, column.type);
    } else if (column.nullable) {
      out += " DEFAULT NULL";
    }
    if (!column.mariadb.on_update.empty()) out += " ON UPDATE " + column.mariadb.on_update;
    if (column.autoincrement) out += " AUTO_INCREMENT";
  }
  if (column.mariadb.invisible) out += " INVISIBLE";
  if (column.mariadb.without_system_versioning) out += " WITHOUT SYSTEM VERSIONING";
  if (!column.comment.empty()) out += " COMMENT " + string_literal(column.comment);
  if (const schema::Check* check = table.find_check(column.name)) {
    out += " CHECK (" + check->sql.for_dialect(DialectKind::mariadb) + ')';
  }
  return out;
}

std::string drop_implied_default(const Column& column) {
  const bool may_be = !column.nullable && !column.default_value && !column.generated;
  const bool implied =
      may_be && (column.mariadb.compressed ||
                 (column.type.kind == TypeKind::timestamp && !column.mariadb.on_update.empty()));
  return implied ? "ALTER COLUMN " + quote(column.name) + " DROP DEFAULT" : std::string();
}

std::string period_definition(const Table& table) {
  std::string start;
  std::string end;
  for (const Column& column : table.columns) {
    if (column.mariadb.period == schema::RowPeriod::start) start = column.name;
    if (column.mariadb.period == schema::RowPeriod::end) end = column.name;
  }
  if (start.empty() || end.empty()) return {};
  return "PERIOD FOR SYSTEM_TIME " + column_list({start, end});
}

std::string application_period_definition(const Table& table) {
  const auto& period = table.mariadb.period;
  if (!period) return {};
  return "PERIOD FOR " + quote(period->name) + ' ' + column_list({period->start, period->end});
}

std::string primary_key_definition(const Table& table) {
  const schema::PrimaryKey& key = *table.primary_key;
  const std::string method = key.method.empty() ? "" : " USING " + text::upper(key.method);
  return "PRIMARY KEY " +
         key_columns(key.columns, key.parts, without_overlaps(table, key.without_overlaps)) +
         method;
}

std::string unique_definition(const Table& table, const schema::Unique& unique) {
  return "UNIQUE KEY " + quote(unique.name) + ' ' +
         key_columns(unique.columns, unique.parts,
                     without_overlaps(table, unique.without_overlaps));
}

std::string index_definition(const Index& index) {
  std::string out;
  if (index.unique) out = "UNIQUE ";
  if (index.kind == schema::IndexKind::fulltext) out = "FULLTEXT ";
  if (index.kind == schema::IndexKind::spatial) out = "SPATIAL ";
  if (index.kind == schema::IndexKind::vector) out = "VECTOR ";
  out += "KEY " + quote(index.name) + " (";
  for (std::size_t i = 0; i < index.parts.size(); ++i) {
    const schema::IndexPart& part = index.parts[i];
    if (i > 0) out += ", ";
    out += quote(part.column);
    if (part.length > 0) out += '(' + std::to_string(part.length) + ')';
    if (part.descending) out += " DESC";
  }
  out += ')';
  if (!index.method.empty()) out += " USING " + text::upper(index.method);
  if (!index.parser.empty()) out += " WITH PARSER " + quote(index.parser);
  if (!index.comment.empty()) out += " COMMENT " + string_literal(index.comment);
  for (const auto& [name, value] : index.options) {
    out += ' ' + quote(name) + '=' + string_literal(value);
  }
  if (index.ignored) out += " IGNORED";
  return out;
}

std::string foreign_key_definition(const schema::ForeignKey& key) {
  return "CONSTRAINT " + quote(key.name) + " FOREIGN KEY " + column_list(key.columns) +
         " REFERENCES " + quote(key.referenced_table) + ' ' + column_list(key.referenced_columns) +
         action_clause("DELETE", key.on_delete) + action_clause("UPDATE", key.on_update);
}

std::string check_definition(const schema::Check& check) {
  const std::string name = check.name.empty() ? "" : "CONSTRAINT " + quote(check.name) + ' ';
  return name + "CHECK (" + check.sql.for_dialect(DialectKind::mariadb) + ')';
}

std::vector<std::string> table_options(const Table& table) {
  std::vector<std::string> out;
  const schema::MariadbTable& options = table.mariadb;
  if (!options.engine.empty()) out.push_back("ENGINE=" + option_value(options.engine));
  const std::string charset = charset_clause(options.charset, options.collation);
  if (!charset.empty()) out.push_back("DEFAULT" + charset);
  if (!options.row_format.empty()) out.push_back("ROW_FORMAT=" + options.row_format);
  if (options.auto_increment > 0) {
    out.push_back("AUTO_INCREMENT=" + std::to_string(options.auto_increment));
  }
  for (const auto& [name, value] : options.options) {
    out.push_back(option_name(name) + '=' + option_value(value));
  }
  if (!table.comment.empty()) out.push_back("COMMENT=" + string_literal(table.comment));
  return out;
}

std::string create_table(const Table& table) {
  std::vector<std::string> lines;
  for (const Column& column : table.columns) {
    lines.push_back(quote(column.name) + ' ' + column_definition(column, table));
  }
  if (table.primary_key) lines.push_back(primary_key_definition(table));
  for (const auto& unique : table.uniques) lines.push_back(unique_definition(table, unique));
  for (const auto& index : table.indexes) lines.push_back(index_definition(index));
  for (const auto& key : table.foreign_keys) lines.push_back(foreign_key_definition(key));
  for (const auto& check : table.checks) {
    if (table.find_column(check.name) == nullptr) lines.push_back(check_definition(check));
  }
  if (const std::string period = period_definition(table); !period.empty()) lines.push_back(period);
  if (table.mariadb.period) lines.push_back(application_period_definition(table));
  std::string out =
      "CREATE TABLE " + quote(table.name) + " (\n  " + text::join(lines, ",\n  ") + "\n)";
  const std::vector<std::string> options = table_options(table);
  if (!options.empty()) out += ' ' + text::join(options, " ");
  if (table.mariadb.system_versioned) out += " WITH SYSTEM VERSIONING";
  if (!table.mariadb.partition.empty()) out += ' ' + table.mariadb.partition;
  return out;
}

std::string value_sql(const std::optional<std::string>& value, const schema::Type& type) {
  if (!value) return "NULL";
  const std::string word = text::lower(*value);
  if (type.kind == TypeKind::boolean && (word == "true" || word == "false")) {
    return word == "true" ? "1" : "0";
  }
  const bool digits =
      !value->empty() && value->find_first_not_of("0123456789") == std::string::npos;
  // '5' on a BIT is the byte 0x35.
  if (type.kind == TypeKind::bit && digits) return *value;
  if (schema::is_binary(type.kind) && !is_utf8_text(*value)) {
    return "X'" + to_hex(*value) + '\'';
  }
  return string_literal(*value);
}

std::string MariadbDialect::quote_identifier(std::string_view name) const {
  return quote(name);
}

std::string MariadbDialect::quote_string(std::string_view value) const {
  return string_literal(value);
}

bool MariadbDialect::transactional_ddl() const {
  return false;
}

}  // namespace dbmig::dialect::mariadb
