#include "dialect/mariadb/key_types.hpp"

#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

std::string charset_signature(const schema::Table& table, const schema::Column& column) {
  const bool own = !column.mariadb.charset.empty() || !column.mariadb.collation.empty();
  const std::string& charset = own ? column.mariadb.charset : table.mariadb.charset;
  const std::string& collation = own ? column.mariadb.collation : table.mariadb.collation;
  return canonical_charset_name(charset.empty() ? charset_of_collation(collation) : charset) + '/' +
         canonical_charset_name(collation);
}

enum class Family { text, number, uuid, inet4, inet6, geometry };

Family family_of(const schema::Type& type) {
  using schema::TypeKind;
  if (schema::is_geometry(type.kind)) return Family::geometry;
  if (schema::is_numeric(type.kind) || schema::is_temporal(type.kind)) return Family::number;
  if (type.kind == TypeKind::uuid) return Family::uuid;
  if (type.kind == TypeKind::inet4) return Family::inet4;
  if (type.kind == TypeKind::inet6) return Family::inet6;
  return Family::text;
}

}  // namespace

std::string key_signature(const schema::Table& table, const schema::Column& column) {
  const schema::Type type = canonical_type(column.type_on(DialectKind::mariadb));
  return type_sql(type) + (has_charset(type) ? ' ' + charset_signature(table, column) : "");
}

bool can_reference(const schema::Table& child, const schema::Column& column,
                   const schema::Table& parent, const schema::Column& referenced) {
  const schema::Type a = canonical_type(column.type_on(DialectKind::mariadb));
  const schema::Type b = canonical_type(referenced.type_on(DialectKind::mariadb));
  if (schema::is_text(a.kind) && schema::is_text(b.kind)) {
    return charset_signature(child, column) == charset_signature(parent, referenced);
  }
  if (schema::is_binary(a.kind) && schema::is_binary(b.kind)) return true;
  if (schema::is_integer(a.kind) && schema::is_integer(b.kind)) {
    return a.kind == b.kind && a.is_unsigned == b.is_unsigned;
  }
  return key_signature(child, column) == key_signature(parent, referenced);
}

bool converts_directly(const schema::Type& from, const schema::Type& to) {
  const Family a = family_of(from);
  const Family b = family_of(to);
  return a == b || a == Family::text || b == Family::text;
}

}  // namespace dbmig::dialect::mariadb
