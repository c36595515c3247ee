#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "dialect/mariadb/limit_checks.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb::limit_checks {
namespace {

constexpr std::size_t kMaxKeys = 64;
constexpr std::size_t kMaxKeyParts = 32;
constexpr int kMaxKeyBytes = 3072;

std::vector<schema::IndexPart> parts_of(const std::vector<std::string>& columns,
                                        const std::vector<schema::KeyPart>& how) {
  std::vector<schema::IndexPart> parts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    schema::IndexPart part;
    part.column = columns[i];
    if (i < how.size()) part.length = how[i].length;
    parts.push_back(std::move(part));
  }
  return parts;
}

/// The bytes that a part takes in a key; nothing for a whole TEXT or BLOB.
std::optional<int> part_bytes(const Table& table, const schema::IndexPart& part) {
  const Column* column = table.find_column(part.column);
  if (column == nullptr) return 0;
  const Type& type = type_of(*column);
  const bool text = schema::is_text(type.kind) || type.kind == TypeKind::json;
  const int each = text ? bytes_per_character(table, *column) : 1;
  if (part.length > 0 && (is_large(type) || is_counted(type))) return part.length * each;
  if (is_counted(type)) return counted_bytes(table, *column);
  if (is_large(type)) return std::nullopt;
  return fixed_bytes(type);
}

}  // namespace

std::vector<Key> keys_of(const Table& table) {
  std::vector<Key> keys;
  if (table.primary_key) {
    keys.push_back({{"tables", table.name, "primary_key"},
                    "the primary key",
                    parts_of(table.primary_key->columns, table.primary_key->parts),
                    true,
                    true});
  }
  for (const schema::Unique& unique : table.uniques) {
    keys.push_back({{"tables", table.name, "unique", unique.name},
                    fmt::format("unique constraint '{}'", unique.name),
                    parts_of(unique.columns, unique.parts),
                    false,
                    true});
  }
  for (const schema::Index& index : table.indexes) {
    keys.push_back({{"tables", table.name, "indexes", index.name},
                    fmt::format("index '{}'", index.name),
                    index.parts,
                    false,
                    index.unique,
                    index.kind});
  }
  return keys;
}

void keys(const Table& table, const LimitCheck& in) {
  const std::vector<Key> all = keys_of(table);
  if (all.size() > kMaxKeys) {
    in.found.push_back({{"tables", table.name},
                        fmt::format("table '{}' has {} keys, and MariaDB takes {}", table.name,
                                    all.size(), kMaxKeys),
                        "drop indexes that other indexes begin with"});
  }
  for (const Key& key : all) {
    if (key.parts.size() <= kMaxKeyParts) continue;
    in.found.push_back({key.path,
                        fmt::format("{} of table '{}' has {} columns, and MariaDB takes {}",
                                    key.name, table.name, key.parts.size(), kMaxKeyParts),
                        "leave columns out"});
  }
}

void key_bytes(const Table& table, const LimitCheck& in) {
  if (!is_innodb(table)) return;
  for (const Key& key : keys_of(table)) {
    if (key.kind != schema::IndexKind::plain) continue;
    // A unique key that is too long becomes a hash, a plain one over one column is cut.
    if (!key.is_primary && (key.is_unique || key.parts.size() < 2)) continue;
    int bytes = 0;
    for (const schema::IndexPart& part : key.parts) {
      const std::optional<int> size = part_bytes(table, part);
      if (!size && key.is_primary) {
        const Column& column = table.column(part.column);
        in.found.push_back(
            {key.path,
             fmt::format("{} of table '{}' is over all of {}, which is {}", key.name, table.name,
                         column_name(table, column), to_string(type_of(column))),
             "make the column a varchar, or give a prefix length under mariadb:"});
        return;
      }
      bytes += size.value_or(0);
    }
    if (bytes <= kMaxKeyBytes) continue;
    in.found.push_back({key.path,
                        fmt::format("{} of table '{}' takes {} bytes, and InnoDB takes {}",
                                    key.name, table.name, bytes, kMaxKeyBytes),
                        "shorten its columns, or give a prefix length"});
  }
}

namespace {

/// One over one column, in a table that is in one piece. Only InnoDB, MyISAM and Aria have them.
/// https://mariadb.com/kb/en/create-table-with-vectors/
void vector_indexes(const Table& table, const LimitCheck& in) {
  bool is_first = true;
  for (const schema::Index& index : table.indexes) {
    if (index.kind != schema::IndexKind::vector) continue;
    const auto refuse = [&](const std::string& why, const char* hint) {
      in.found.push_back(
          {{"tables", table.name, "indexes", index.name},
           fmt::format("vector index '{}' of table '{}' {}", index.name, table.name, why),
           hint});
    };
    if (!std::exchange(is_first, false)) refuse("is the second one", "a table has one at most");
    if (!table.mariadb.partition.empty()) {
      refuse("is in a table with partitions", "leave out the index or the partitions");
    }
    if (index.parts.size() != 1) refuse("is over several columns", "name one column");
    const auto m = index.options.find("m");
    if (m != index.options.end() &&
        (m->second.size() > 3 || std::stoi(m->second) < 3 || std::stoi(m->second) > 200)) {
      refuse("has m: " + m->second, "m is a number from 3 to 200");
    }
    for (const schema::IndexPart& part : index.parts) {
      const Column* column = table.find_column(part.column);
      if (column == nullptr) continue;
      const Type& type = type_of(*column);
      const bool is_vector = type.kind == TypeKind::vector;
      if (is_vector && !column->nullable) continue;
      refuse(fmt::format("is over {}, which {}", column_name(table, *column),
                         is_vector ? "may be NULL" : "is " + to_string(type)),
             is_vector ? "write nullable: false" : "only a vector can be in one");
    }
  }
}

/// The server makes a unique key over a geometry that is no POINT one over its first 8 bytes, which
/// most geometries share.
void unique_geometries(const Table& table, const LimitCheck& in) {
  for (const Key& key : keys_of(table)) {
    if (!key.is_unique || key.is_primary) continue;
    for (const schema::IndexPart& part : key.parts) {
      const Column* column = table.find_column(part.column);
      if (column == nullptr || part.length > 0) continue;
      const TypeKind kind = type_of(*column).kind;
      if (!schema::is_geometry(kind) || kind == TypeKind::point) continue;
      in.found.push_back(
          {key.path,
           fmt::format(
               "{} of table '{}' is over {}, which is {}: MariaDB compares no more than its "
               "first 8 bytes",
               key.name, table.name, column_name(table, *column), to_string(type_of(*column))),
           "leave it out, or make a generated column of the geometry's text unique instead"});
    }
  }
}

}  // namespace

void key_names(const Table& table, const LimitCheck& in) {
  const auto check = [&](Path path, const std::string& what) {
    const std::string name = path.back();
    const bool is_primary = text::equals_ignoring_case(name, "PRIMARY");
    const bool is_clustered = text::equals_ignoring_case(name, "GEN_CLUST_INDEX");
    if (!is_primary && !(is_clustered && is_innodb(table))) return;
    in.found.push_back(
        {std::move(path),
         fmt::format("{} of table '{}' has the name that MariaDB gives {}", what, table.name,
                     is_primary ? "the primary key" : "a key that InnoDB makes"),
         "rename it"});
  };
  for (const Key& key : keys_of(table)) {
    if (!key.is_primary) check(key.path, key.name);
  }
  // The index under it is called so, too.
  for (const schema::ForeignKey& key : table.foreign_keys) {
    check({"tables", table.name, "foreign_keys", key.name},
          fmt::format("foreign key '{}'", key.name));
  }
}

void key_prefixes(const Table& table, const LimitCheck& in) {
  for (const Key& key : keys_of(table)) {
    for (const schema::IndexPart& part : key.parts) {
      const Column* column = table.find_column(part.column);
      if (column == nullptr || part.length == 0) continue;
      const Type& type = type_of(*column);
      if (is_large(type) || is_counted(type) || type.kind == TypeKind::native) continue;
      in.found.push_back(
          {key.path,
           fmt::format(
               "{} of table '{}' takes {} of {}, which is {}: MariaDB takes a part of texts "
               "and bytes alone",
               key.name, table.name, part.length, column_name(table, *column), to_string(type)),
           "leave the length out"});
    }
  }
}

void key_kinds(const Table& table, const LimitCheck& in) {
  vector_indexes(table, in);
  unique_geometries(table, in);
  for (const schema::Index& index : table.indexes) {
    for (const schema::IndexPart& part : index.parts) {
      const Column* column = table.find_column(part.column);
      if (column == nullptr) continue;
      const Type& type = type_of(*column);
      const bool is_text = schema::is_text(type.kind);
      if (index.kind == schema::IndexKind::fulltext && !is_text && type.kind != TypeKind::json &&
          type.kind != TypeKind::native) {
        in.found.push_back(
            {{"tables", table.name, "indexes", index.name},
             fmt::format("full-text index '{}' of table '{}' is over {}, which is {}", index.name,
                         table.name, column_name(table, *column), to_string(type)),
             "only char, varchar and text columns can be in one"});
      }
      if (index.kind != schema::IndexKind::spatial) continue;
      const bool is_geometry = schema::is_geometry(type.kind) || type.kind == TypeKind::native;
      if (is_geometry && !column->nullable) continue;
      in.found.push_back({{"tables", table.name, "indexes", index.name},
                          fmt::format("spatial index '{}' of table '{}' is over {}, which {}",
                                      index.name, table.name, column_name(table, *column),
                                      is_geometry ? "may be NULL" : "is not a geometry"),
                          is_geometry ? "write nullable: false" : "only geometries can be in one"});
    }
  }
}

}  // namespace dbmig::dialect::mariadb::limit_checks
