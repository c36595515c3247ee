#include "dialect/both_names.hpp"

#include <map>

#include "base/text.hpp"

namespace dbmig::dialect {
namespace {

using schema::TypeKind;

BothKind kind_of_type(TypeKind type) {
  static const std::map<TypeKind, BothKind> kKinds = {
      {TypeKind::tinyint, BothKind::whole},     {TypeKind::smallint, BothKind::whole},
      {TypeKind::mediumint, BothKind::whole},   {TypeKind::integer, BothKind::whole},
      {TypeKind::bigint, BothKind::whole},      {TypeKind::boolean, BothKind::whole},
      {TypeKind::year, BothKind::whole},        {TypeKind::decimal, BothKind::decimal},
      {TypeKind::float_, BothKind::real},       {TypeKind::double_, BothKind::real},
      {TypeKind::char_, BothKind::text},        {TypeKind::varchar, BothKind::text},
      {TypeKind::tinytext, BothKind::text},     {TypeKind::text, BothKind::text},
      {TypeKind::mediumtext, BothKind::text},   {TypeKind::longtext, BothKind::text},
      {TypeKind::binary, BothKind::bytes},      {TypeKind::varbinary, BothKind::bytes},
      {TypeKind::tinyblob, BothKind::bytes},    {TypeKind::blob, BothKind::bytes},
      {TypeKind::mediumblob, BothKind::bytes},  {TypeKind::longblob, BothKind::bytes},
      {TypeKind::vector, BothKind::bytes},      {TypeKind::date, BothKind::date},
      {TypeKind::datetime, BothKind::datetime}, {TypeKind::timestamp, BothKind::datetime}};
  const auto kind = kKinds.find(type);
  return kind == kKinds.end() ? BothKind::unknown : kind->second;
}

const BothColumn* find_in(const std::vector<BothColumn>& columns, std::string_view name) {
  for (const BothColumn& column : columns) {
    if (text::equals_ignoring_case(column.name, name)) return &column;
  }
  return nullptr;
}

}  // namespace

bool is_number(BothKind kind) {
  return kind == BothKind::whole || kind == BothKind::real || kind == BothKind::decimal ||
         kind == BothKind::truth;
}

BothKind united(BothKind a, BothKind b) {
  if (a == b || b == BothKind::null) return a;
  if (a == BothKind::null) return b;
  const auto is_whole = [](BothKind kind) {
    return kind == BothKind::whole || kind == BothKind::truth;
  };
  if (is_whole(a) && is_whole(b)) return BothKind::whole;
  if (is_number(a) && is_number(b)) return BothKind::decimal;
  const auto has_point = [](BothKind kind) {
    return kind == BothKind::mixed ||
           (is_number(kind) && kind != BothKind::whole && kind != BothKind::truth);
  };
  return has_point(a) || has_point(b) ? BothKind::mixed : BothKind::unknown;
}

BothSource source_of(const schema::Table& table) {
  BothSource source{.name = table.name, .columns = {}};
  source.columns.reserve(table.columns.size());
  for (const schema::Column& column : table.columns) {
    const schema::Type& type = column.type_on(DialectKind::mariadb);
    const std::string& own = column.mariadb.collation;
    const std::string& collation = own.empty() ? table.mariadb.collation : own;
    source.columns.push_back({column.name, kind_of_type(type.kind), collation.ends_with("_bin"),
                              type.length.value_or(0), !column.nullable, true});
  }
  if (table.primary_key) source.keys.push_back(table.primary_key->columns);
  for (const schema::Unique& unique : table.uniques) source.keys.push_back(unique.columns);
  return source;
}

BothName find_name(const std::vector<BothScope>& scopes, std::string_view source,
                   std::string_view name) {
  BothName found;
  for (std::size_t i = scopes.size(); i > 0; --i) {
    const BothScope& scope = scopes[i - 1];
    for (std::size_t k = 0; k < scope.sources.size(); ++k) {
      const BothSource& one = scope.sources[k];
      const bool is_meant =
          source.empty() ? !one.is_row : text::equals_ignoring_case(one.name, source);
      if (!is_meant) continue;
      found.column = find_in(one.columns, name);
      found.source = k;
      found.scope = i - 1;
      if (found.column != nullptr) return found;
      found.is_open = found.is_open || one.is_open;
    }
    if (source.empty()) found.column = find_in(scope.aliases, name);
    if (found.column != nullptr) {
      found.is_alias = true;
      found.scope = i - 1;
      return found;
    }
  }
  return found;
}

}  // namespace dbmig::dialect
