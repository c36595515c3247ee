#include "yaml/schema_bytes.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "yaml/bytes.hpp"

namespace dbmig::yaml {
namespace {

/// Hands every part of a value to the reader or writer. A field that is added to one of the structs
/// fails to compile here until it is listed.
template <class Bytes>
class Parts {
 public:
  explicit Parts(Bytes& bytes) : bytes_(bytes) {}

  template <class... Values>
  void all(Values&... values) {
    (one(values), ...);
  }

 private:
  template <class T>
  static constexpr bool is(const T*, const void*) = delete;

  template <Plain T>
  void one(T& value) {
    bytes_(value);
  }
  void one(std::string& text) { bytes_(text); }
  void one(const std::string& text) { bytes_(text); }
  template <Plain T>
  void one(const T& value) {
    bytes_(value);
  }

  template <class T>
  void one(std::optional<T>& value) {
    bool is_there = false;
    bytes_(is_there);
    if (!is_there) return;
    value.emplace();
    one(*value);
  }
  template <class T>
  void one(const std::optional<T>& value) {
    const bool is_there = value.has_value();
    bytes_(is_there);
    if (is_there) one(*value);
  }

  template <class List>
  void list(List& items) {
    if constexpr (Bytes::is_reading) {
      const std::uint32_t size = bytes_.length();
      typename std::remove_cvref_t<List>::value_type item;
      std::vector<decltype(item)> read;
      read.reserve(size);
      for (std::uint32_t i = 0; i < size && bytes_.is_good; ++i) {
        one(read.emplace_back());
      }
      items = std::move(read);
    } else {
      bytes_(static_cast<std::uint32_t>(items.size()));
      for (const auto& item : items) one(item);
    }
  }
  template <class T>
  void one(std::vector<T>& items) {
    list(items);
  }
  template <class T>
  void one(const std::vector<T>& items) {
    list(items);
  }
  template <class T>
  void one(schema::SharedList<T>& items) {
    list(items);
  }
  template <class T>
  void one(const schema::SharedList<T>& items) {
    list(items);
  }

  template <class Map>
  void map(Map& entries) {
    if constexpr (Bytes::is_reading) {
      const std::uint32_t size = bytes_.length();
      for (std::uint32_t i = 0; i < size && bytes_.is_good; ++i) {
        typename Map::key_type key;
        one(key);
        one(entries[key]);
      }
    } else {
      bytes_(static_cast<std::uint32_t>(entries.size()));
      for (const auto& [key, value] : entries) {
        one(key);
        one(value);
      }
    }
  }
  template <class Key, class Value>
  void one(schema::SharedMap<Key, Value>& entries) {
    map(entries);
  }
  template <class Key, class Value>
  void one(const schema::SharedMap<Key, Value>& entries) {
    map(entries);
  }
  void one(std::map<std::string, std::string>& entries) { map(entries); }
  void one(const std::map<std::string, std::string>& entries) { map(entries); }
  void one(std::set<std::string>& names) {
    std::vector<std::string> list;
    one(list);
    names = {list.begin(), list.end()};
  }
  void one(const std::set<std::string>& names) {
    const std::vector<std::string> list(names.begin(), names.end());
    one(list);
  }

  // The value, const or not, in its fields.
  template <class T, class Wanted>
  static constexpr bool kIs = std::same_as<std::remove_cv_t<T>, Wanted>;

  template <class T>
  requires std::is_class_v<T>
  void one(T& v) {
    using namespace schema;
    if constexpr (kIs<T, SqlText>) {
      auto& [any, mariadb, sqlite] = v;
      all(any, mariadb, sqlite);
    } else if constexpr (kIs<T, Type>) {
      auto& [kind, length, scale, is_unsigned, zerofill, values, native] = v;
      all(kind, length, scale, is_unsigned, zerofill, values, native);
    } else if constexpr (kIs<T, Default>) {
      auto& [kind, literal, sql] = v;
      all(kind, literal, sql);
    } else if constexpr (kIs<T, Generated>) {
      auto& [sql, stored] = v;
      all(sql, stored);
    } else if constexpr (kIs<T, MariadbColumn>) {
      auto& [type, charset, collation, on_update, invisible, compressed, period, without, srid] = v;
      all(type, charset, collation, on_update, invisible, compressed, period, without, srid);
    } else if constexpr (kIs<T, SqliteColumn>) {
      auto& [type, collation, on_conflict, null_key] = v;
      all(type, collation, on_conflict, null_key);
    } else if constexpr (kIs<T, Column>) {
      auto& [name, type, nullable, autoincrement, value, generated, comment, mariadb, sqlite] = v;
      all(name, type, nullable, autoincrement, value, generated, comment, mariadb, sqlite);
    } else if constexpr (kIs<T, KeyPart>) {
      auto& [length, descending, collation] = v;
      all(length, descending, collation);
    } else if constexpr (kIs<T, PrimaryKey>) {
      auto& [name, columns, on_conflict, parts, method, without_overlaps] = v;
      all(name, columns, on_conflict, parts, method, without_overlaps);
    } else if constexpr (kIs<T, Unique>) {
      auto& [name, columns, on_conflict, parts, without_overlaps] = v;
      all(name, columns, on_conflict, parts, without_overlaps);
    } else if constexpr (kIs<T, ForeignKey>) {
      auto& [name, columns, table, referenced, on_delete, on_update, deferrable, external] = v;
      all(name, columns, table, referenced, on_delete, on_update, deferrable, external);
    } else if constexpr (kIs<T, Check>) {
      auto& [name, sql] = v;
      all(name, sql);
    } else if constexpr (kIs<T, IndexPart>) {
      auto& [column, expression, descending, length, collation] = v;
      all(column, expression, descending, length, collation);
    } else if constexpr (kIs<T, schema::Index>) {
      auto& [name, parts, unique, where, kind, comment, method, parser, ignored, options] = v;
      all(name, parts, unique, where, kind, comment, method, parser, ignored, options);
    } else if constexpr (kIs<T, ApplicationPeriod>) {
      auto& [name, start, end] = v;
      all(name, start, end);
    } else if constexpr (kIs<T, MariadbTable>) {
      auto& [engine, charset, collation, row_format, options, partition, versioned, counter,
             period] = v;
      all(engine, charset, collation, row_format, options, partition, versioned, counter, period);
    } else if constexpr (kIs<T, SqliteTable>) {
      auto& [strict, without_rowid, unnamed, implied, module] = v;
      all(strict, without_rowid, unnamed, implied, module);
    } else if constexpr (kIs<T, Table>) {
      auto& [name, columns, primary_key, uniques, indexes, foreign_keys, checks, comment, mariadb,
             sqlite, only] = v;
      all(name, columns, primary_key, uniques, indexes, foreign_keys, checks, comment, mariadb,
          sqlite, only);
    } else if constexpr (kIs<T, MariadbView>) {
      auto& [definer, algorithm, security, check_option] = v;
      all(definer, algorithm, security, check_option);
    } else if constexpr (kIs<T, MariadbProgram>) {
      auto& [definer, sql_mode] = v;
      all(definer, sql_mode);
    } else if constexpr (kIs<T, View>) {
      auto& [name, sql, columns, only, mariadb] = v;
      all(name, sql, columns, only, mariadb);
    } else if constexpr (kIs<T, Trigger>) {
      auto& [name, table, sql, only, mariadb] = v;
      all(name, table, sql, only, mariadb);
    } else if constexpr (kIs<T, Routine>) {
      auto& [kind, name, sql, mariadb] = v;
      all(kind, name, sql, mariadb);
    } else if constexpr (kIs<T, RoutineKey>) {
      auto& [kind, name] = v;
      all(kind, name);
    } else {
      static_assert(kIs<T, Schema>);
      auto& [tables, views, triggers, routines] = v;
      all(tables, views, triggers, routines);
    }
  }

  Bytes& bytes_;
};

}  // namespace

std::string to_bytes(const schema::Schema& schema) {
  ByteWriter writer;
  Parts(writer).all(schema);
  return std::move(writer.bytes);
}

std::optional<schema::Schema> schema_from_bytes(std::string_view bytes) {
  ByteReader reader(bytes);
  schema::Schema schema;
  Parts(reader).all(schema);
  if (!reader.is_good || !reader.rest.empty()) return std::nullopt;
  return schema;
}

}  // namespace dbmig::yaml
