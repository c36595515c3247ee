#include "import/unique_keys.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "schema/unique_keys.hpp"

namespace dbmig::import {
namespace {

using Compare = KeyColumn::Compare;
using schema::TypeKind;

struct TextOrder {
  std::string charset;
  std::string collation;
};

/// The collations of a table's columns that have one.
std::map<std::string, TextOrder> text_orders(backend::Connection& connection,
                                             const std::string& table) {
  std::map<std::string, TextOrder> orders;
  if (!dialect::capabilities(connection.dialect().kind()).charsets) return orders;
  const backend::Value name = table;
  const auto found = connection.query(
      "SELECT column_name, character_set_name, collation_name FROM information_schema.columns "
      "WHERE table_schema = DATABASE() AND table_name = ? AND collation_name IS NOT NULL",
      std::span(&name, 1));
  for (const auto& row : found.rows) {
    orders[row.at(0).value_or("")] = {row.at(1).value_or(""), row.at(2).value_or("")};
  }
  return orders;
}

/// Sets how SQLite compares with `collation`; false for one that is not built in.
bool set_sqlite_order(std::string_view collation, KeyColumn& column) {
  if (text::equals_ignoring_case(collation, "nocase")) {
    column.compare = Compare::without_case;
  } else if (text::equals_ignoring_case(collation, "rtrim")) {
    column.compare = Compare::without_blanks;
  } else {
    return collation.empty() || text::equals_ignoring_case(collation, "binary");
  }
  return true;
}

void set_mariadb_order(const schema::Column& of_table, const TextOrder* order, KeyColumn& column) {
  const TypeKind kind = of_table.type_on(DialectKind::mariadb).kind;
  column.has_idle_zeros =
      kind == TypeKind::time || kind == TypeKind::datetime || kind == TypeKind::timestamp;
  column.is_filled = kind == TypeKind::binary;
  if (kind == TypeKind::uuid || kind == TypeKind::inet6) column.compare = Compare::without_case;
  if (order == nullptr) return;
  // CHAR has no trailing spaces, whatever the collation.
  column.pads = kind == TypeKind::char_ || order->collation.find("nopad") == std::string::npos;
  if (order->collation.ends_with("_bin")) {
    column.compare = column.pads ? Compare::without_blanks : Compare::bytes;
    return;
  }
  column.compare = Compare::weights;
  column.charset = order->charset;
  column.collation = order->collation;
}

/// The first `count` characters of UTF-8 text.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (begins && count-- == 0) break;
  }
  return text.substr(0, at);
}

std::string_view without_last(std::string_view text, char c) {
  while (text.ends_with(c)) text.remove_suffix(1);
  return text;
}

void append_number(char tag, const void* bytes, std::string& out) {
  out += tag;
  out.append(static_cast<const char*>(bytes), sizeof(std::uint64_t));
}

/// 1 and 1.0 are one number.
void append_real(double real, std::string& out) {
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (real >= -kEnd && real < kEnd && std::trunc(real) == real) {
    const auto whole = static_cast<std::int64_t>(real);
    append_number('i', &whole, out);
  } else {
    append_number('r', &real, out);
  }
}

void append_text(char tag, std::string_view text, std::string& out) {
  const std::uint64_t length = text.size();
  append_number(tag, &length, out);
  out += text;
}

/// The part of a value that a key compares.
std::string_view compared_bytes(const backend::Cell& cell, const KeyColumn& column) {
  std::string_view bytes = cell.bytes;
  if (column.prefix != 0) {
    bytes = cell.kind == backend::Cell::Kind::text ? first_characters(bytes, column.prefix)
                                                   : bytes.substr(0, column.prefix);
  }
  if (column.is_filled) bytes = without_last(bytes, '\0');
  if (column.has_idle_zeros && bytes.find('.') != std::string_view::npos) {
    bytes = without_last(without_last(bytes, '0'), '.');
  }
  const bool has_idle_blanks = column.compare == Compare::without_blanks || column.pads;
  return has_idle_blanks ? without_last(bytes, ' ') : bytes;
}

}  // namespace

bool is_same_key(const UniqueKey& a, const UniqueKey& b) {
  return a.columns == b.columns &&
         std::equal(a.compared.begin(), a.compared.end(), b.compared.begin(), b.compared.end(),
                    [](KeyColumn x, const KeyColumn& y) {
                      x.at = y.at;
                      return x == y;
                    });
}

std::vector<UniqueKey> unique_keys(backend::Connection& connection, const schema::Table& table,
                                   const Plan& plan) {
  const bool on_sqlite = plan.dialect == DialectKind::sqlite;
  const std::map<std::string, TextOrder> orders = text_orders(connection, table.name);
  const std::vector<std::string> given = plan.column_names();
  std::vector<UniqueKey> keys;
  for (const schema::UniqueKey& declared : schema::unique_keys(table)) {
    UniqueKey key;
    key.columns = declared.columns;
    for (std::size_t i = 0; i < declared.columns.size(); ++i) {
      const std::string& name = declared.columns[i];
      const auto at = std::find(given.begin(), given.end(), name);
      const schema::Column* of_table = table.find_column(name);
      if (at == given.end() || of_table == nullptr) break;
      const schema::KeyPart& part = declared.parts.at(i);
      KeyColumn column;
      column.at = static_cast<std::uint32_t>(at - given.begin());
      column.prefix = static_cast<std::uint32_t>(part.length);
      if (on_sqlite) {
        const std::string& collation =
            part.collation.empty() ? of_table->sqlite.collation : part.collation;
        if (!set_sqlite_order(collation, column)) break;
      } else {
        const auto order = orders.find(name);
        set_mariadb_order(*of_table, order == orders.end() ? nullptr : &order->second, column);
      }
      key.compared.push_back(std::move(column));
    }
    const bool is_whole = !key.columns.empty() && key.compared.size() == key.columns.size();
    const bool is_known = std::any_of(
        keys.begin(), keys.end(), [&](const UniqueKey& other) { return is_same_key(other, key); });
    if (is_whole && !is_known) keys.push_back(std::move(key));
  }
  return keys;
}

std::string_view weighed_text(const backend::Cell& cell, const KeyColumn& column) {
  return compared_bytes(cell, column);
}

bool append_key(const backend::Cell& cell, const KeyColumn& column, std::string_view weights,
                std::string& out) {
  using Kind = backend::Cell::Kind;
  switch (cell.kind) {
    case Kind::null:
      return false;
    case Kind::integer:
      append_number('i', &cell.integer, out);
      return true;
    case Kind::unsigned_integer:
      append_number(cell.integer < 0 ? 'u' : 'i', &cell.integer, out);
      return true;
    case Kind::real:
      append_real(cell.real, out);
      return true;
    case Kind::text:
    case Kind::blob:
      break;
  }
  if (column.compare == Compare::weights) {
    append_text('t', weights, out);
    return true;
  }
  const std::string_view bytes = compared_bytes(cell, column);
  append_text(cell.kind == Kind::text ? 't' : 'b', bytes, out);
  if (column.compare == Compare::without_case) {
    const auto begin = out.end() - static_cast<std::ptrdiff_t>(bytes.size());
    std::transform(begin, out.end(), begin, [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  return true;
}

std::vector<std::string> ask_weights(backend::Connection& connection, const KeyColumn& column,
                                     const std::vector<std::string>& texts) {
  constexpr std::size_t kAtOnce = 200;
  std::vector<std::string> weights;
  for (std::size_t at = 0; at < texts.size(); at += kAtOnce) {
    std::string sql;
    std::vector<backend::Value> values;
    for (std::size_t i = at; i < std::min(at + kAtOnce, texts.size()); ++i) {
      // The names come from the server and consist of letters, digits and `_`.
      sql += fmt::format("{}HEX(WEIGHT_STRING(CONVERT(? USING {}) COLLATE {}))",
                         sql.empty() ? "SELECT " : ", ", column.charset, column.collation);
      values.emplace_back(texts[i]);
    }
    const auto found = connection.query(sql, values);
    for (const backend::Value& value : found.rows.at(0)) weights.push_back(value.value_or(""));
  }
  return weights;
}

void encode(const FileKey& key, WireWriter& out) {
  out.put(key.key);
  out.put(static_cast<std::uint32_t>(key.columns.size()));
  for (const KeyColumn& column : key.columns) {
    out.put(column.at);
    out.put(column.compare);
    out.put(column.pads);
    out.put(column.has_idle_zeros);
    out.put(column.is_filled);
    out.put(column.prefix);
    out.put_text(column.charset);
    out.put_text(column.collation);
  }
}

FileKey decode_file_key(WireReader& in) {
  FileKey key;
  key.key = in.get<std::uint32_t>();
  key.columns.resize(in.get<std::uint32_t>());
  for (KeyColumn& column : key.columns) {
    column.at = in.get<std::uint32_t>();
    column.compare = in.get<Compare>();
    column.pads = in.get<bool>();
    column.has_idle_zeros = in.get<bool>();
    column.is_filled = in.get<bool>();
    column.prefix = in.get<std::uint32_t>();
    column.charset = in.get_text();
    column.collation = in.get_text();
  }
  return key;
}

}  // namespace dbmig::import
