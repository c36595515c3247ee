#include "dialect/mariadb/conversion.hpp"

#include <fmt/core.h>

#include <vector>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Type;
using schema::TypeKind;

/// In what a column is written. Empty names: the database's default, which nobody here knows.
struct Writing {
  std::string charset;
  std::string collation;
  friend bool operator==(const Writing&, const Writing&) = default;
};

const Type& type_of(const ColumnOf& of) {
  return of.column.type_on(DialectKind::mariadb);
}

Writing writing_of(const ColumnOf& of) {
  if (type_of(of).kind == TypeKind::json) return {"utf8mb4", "utf8mb4_bin"};
  const schema::MariadbColumn& own = of.column.mariadb;
  Writing writing{own.charset, own.collation};
  if (own.charset.empty() && own.collation.empty()) {
    writing = {of.table.mariadb.charset, of.table.mariadb.collation};
  }
  writing = {canonical_charset_name(writing.charset), canonical_charset_name(writing.collation)};
  if (writing.charset.empty()) writing.charset = charset_of_collation(writing.collation);
  return writing;
}

bool is_whole(const Type& type) {
  return schema::is_integer(type.kind) || type.kind == TypeKind::boolean;
}

bool is_number(const Type& type) {
  return is_whole(type) || type.kind == TypeKind::decimal || type.kind == TypeKind::float_ ||
         type.kind == TypeKind::double_;
}

bool is_characters(const Type& type) {
  return schema::is_text(type.kind) || type.kind == TypeKind::json;
}

/// A number that stands for a value of another kind; empty when there is none.
std::string as_number(const std::string& value, const Type& from) {
  if (is_number(from) || is_characters(from)) return value;
  const bool has_number = (schema::is_temporal(from.kind) && !from.length) || has_list(from) ||
                          from.kind == TypeKind::bit ||
                          (from.kind == TypeKind::year && from.length != 2);
  return has_number ? fmt::format("({} + 0)", value) : std::string();
}

std::string to_number(const std::string& value, const Type& from, const Type& to) {
  const std::string number = as_number(value, from);
  if (number.empty()) return {};
  if (to.kind == TypeKind::decimal) {
    return fmt::format("CAST({} AS DECIMAL({},{}))", number, to.length.value_or(10),
                       to.scale.value_or(0));
  }
  if (to.kind == TypeKind::float_ || to.kind == TypeKind::double_) {
    if (to.scale) return {};
    return fmt::format("CAST({} AS {})", number, to.kind == TypeKind::float_ ? "FLOAT" : "DOUBLE");
  }
  if (is_whole(from)) return value;
  // By way of DECIMAL, which reads `1e2` as the assignment does.
  return fmt::format("CAST(CAST({} AS DECIMAL(65,0)) AS {})", number,
                     to.is_unsigned ? "UNSIGNED" : "SIGNED");
}

std::string to_text(const std::string& value, const Type& from, const Type& to) {
  if (is_characters(from)) {
    const bool drops_blanks = to.kind == TypeKind::char_ && from.kind != TypeKind::char_;
    return drops_blanks ? fmt::format("TRIM(TRAILING ' ' FROM {})", value) : value;
  }
  const bool prints = is_whole(from) || from.kind == TypeKind::decimal || has_list(from) ||
                      schema::is_temporal(from.kind) || from.kind == TypeKind::uuid ||
                      from.kind == TypeKind::inet4 || from.kind == TypeKind::inet6 ||
                      (from.kind == TypeKind::year && from.length != 2);
  return prints ? fmt::format("CAST({} AS CHAR)", value) : std::string();
}

std::string to_bytes(const std::string& value, const Type& from, const Type& to) {
  if (!is_characters(from) && !schema::is_binary(from.kind)) return {};
  if (to.kind == TypeKind::binary) {
    return fmt::format("CAST({} AS BINARY({}))", value, to.length.value_or(1));
  }
  return schema::is_binary(from.kind) ? value : fmt::format("CAST({} AS BINARY)", value);
}

std::string to_time(const std::string& value, const Type& from, const Type& to) {
  const bool is_time = from.kind == TypeKind::time;
  if (!is_characters(from) && !schema::is_temporal(from.kind)) return {};
  if (schema::is_temporal(from.kind) && is_time != (to.kind == TypeKind::time)) return {};
  if (to.kind == TypeKind::date) return fmt::format("CAST({} AS DATE)", value);
  return fmt::format("CAST({} AS {}({}))", value, to.kind == TypeKind::time ? "TIME" : "DATETIME",
                     to.length.value_or(0));
}

std::string to_list(const std::string& value, const Type& from, const Type& to) {
  const Dialect& own = dialect(DialectKind::mariadb);
  if (!is_characters(from) && !has_list(from) && !is_whole(from)) return {};
  std::vector<std::string> values;
  std::vector<std::string> members;
  for (const std::string& one : to.values) {
    values.push_back(own.quote_string(one));
    members.push_back(fmt::format("IF(FIND_IN_SET({0}, {1}), {0}, NULL)", values.back(), value));
  }
  const std::string list = text::join(values, ", ");
  if (to.kind == TypeKind::set) {
    if (is_whole(from)) return {};
    return fmt::format("IF({} IS NULL, NULL, CONCAT_WS(',', {}))", value,
                       text::join(members, ", "));
  }
  if (is_whole(from)) return fmt::format("ELT({}, {})", value, list);
  return fmt::format("ELT(FIELD({0}, {1}), {1})", value, list);
}

/// Empty when SQL cannot tell.
std::string assigned(const std::string& value, const Type& from, const Type& to) {
  if (from == to) return value;
  if (is_number(to)) return to_number(value, from, to);
  if (is_characters(to)) return to_text(value, from, to);
  if (schema::is_binary(to.kind)) return to_bytes(value, from, to);
  if (schema::is_temporal(to.kind)) return to_time(value, from, to);
  if (has_list(to)) return to_list(value, from, to);
  if (!is_characters(from)) return {};
  if (to.kind == TypeKind::uuid) return fmt::format("CAST({} AS UUID)", value);
  if (to.kind == TypeKind::inet4) return fmt::format("CAST({} AS INET4)", value);
  if (to.kind == TypeKind::inet6) return fmt::format("CAST({} AS INET6)", value);
  return {};
}

/// `value` in the writing of `to`; empty when that is not known.
std::string written(const std::string& value, bool was_text, const Writing& from,
                    const Writing& to) {
  if (was_text && from == to) return value;
  // Digits and the like are the same in any collation.
  if (to.charset.empty()) return was_text ? std::string() : value;
  std::string out = fmt::format("CONVERT({} USING {})", value, to.charset);
  if (!to.collation.empty()) out += " COLLATE " + to.collation;
  return out;
}

std::string unwritable(const std::string& value, const std::string& charset) {
  return fmt::format(
      "CAST(CONVERT(CONVERT({0} USING {1}) USING utf8mb4) AS BINARY) <> CAST(CONVERT({0} USING "
      "utf8mb4) AS BINARY)",
      value, charset);
}

/// How many bytes a text type holds that is not measured in characters; empty for others.
std::string_view byte_limit(TypeKind kind) {
  if (kind == TypeKind::tinytext) return "255";
  if (kind == TypeKind::text) return "65535";
  return kind == TypeKind::mediumtext ? "16777215" : "";
}

/// A list finds its members in its own collation, and blanks behind a text are no part of it. Empty
/// when that collation is not known.
std::string sought(const std::string& value, const ColumnOf& from, const ColumnOf& to) {
  const Type& old_type = type_of(from);
  const Type& new_type = type_of(to);
  const bool finds =
      (is_characters(old_type) || has_list(old_type)) && has_list(new_type) && old_type != new_type;
  if (!finds) return value;
  const Writing writing = writing_of(to);
  const std::string out = written(value, true, writing_of(from), writing);
  const bool sees_blanks = writing.collation.find("_nopad_") != std::string::npos;
  return sees_blanks && !out.empty() && new_type.kind == TypeKind::enum_
             ? fmt::format("TRIM(TRAILING ' ' FROM {})", out)
             : out;
}

}  // namespace

std::string invalid_byte_casts(const std::string& value, const ColumnOf& from, const ColumnOf& to) {
  const Type& old_type = type_of(from);
  const Type& new_type = type_of(to);
  const std::string charset = writing_of(to).charset;
  if (!is_characters(new_type) || charset.empty()) return {};
  if (schema::is_binary(old_type.kind) || schema::is_geometry(old_type.kind)) {
    // What is no text in it comes out with question marks.
    const std::string bytes =
        schema::is_geometry(old_type.kind) ? fmt::format("CAST({} AS BINARY)", value) : value;
    return fmt::format("(CAST(CONVERT({0} USING {1}) AS BINARY) <> {0})", bytes, charset);
  }
  const std::string_view limit = byte_limit(new_type.kind);
  const bool grows = is_characters(old_type) && writing_of(from).charset != charset;
  if (limit.empty() || !grows) return {};
  return fmt::format("(LENGTH(CONVERT({} USING {})) > {})", value, charset, limit);
}

std::string sought_in_list(const std::string& value, const ColumnOf& from, const ColumnOf& to) {
  const std::string out = sought(value, from, to);
  return out.empty() ? value : out;
}

std::optional<Conversion> conversion(const std::string& value, const ColumnOf& from,
                                     const ColumnOf& to) {
  const Type& old_type = type_of(from);
  const Type& new_type = type_of(to);
  const bool was_text = is_characters(old_type) || has_list(old_type);
  const bool is_text = is_characters(new_type) || has_list(new_type);
  const Writing old_writing = was_text ? writing_of(from) : Writing();
  const Writing new_writing = is_text ? writing_of(to) : Writing();
  Conversion out;
  const std::string source = sought(value, from, to);
  out.value = source.empty() ? source : assigned(source, old_type, new_type);
  if (out.value.empty()) return std::nullopt;
  if (is_text) out.value = written(out.value, was_text, old_writing, new_writing);
  if (out.value.empty()) return std::nullopt;
  // A list behaves as text here and as a number there.
  const bool same = out.value == value;
  if (same || (!has_list(new_type) && new_type.kind != TypeKind::timestamp)) {
    out.in_expressions = out.value;
  }
  if (was_text && is_text && new_writing.charset != old_writing.charset &&
      !new_writing.charset.empty() && new_writing.charset != "utf8mb4") {
    out.unwritable = unwritable(value, new_writing.charset);
  }
  return out;
}

std::string rewritten_texts(const std::string& value, const Type& from, const Type& to) {
  if (!schema::is_text(from.kind) || !schema::is_integer(to.kind) || to.zerofill) return {};
  // Texts of one number that are as long as it is are that number, in whatever character set.
  return fmt::format(
      "({0} REGEXP '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$' AND CHAR_LENGTH({0}) <> "
      "CHAR_LENGTH(CAST(CAST({0} AS DECIMAL(65,0)) AS CHAR)))",
      value);
}

}  // namespace dbmig::dialect::mariadb
