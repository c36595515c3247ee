#include "dialect/conversion.hpp"

#include "dialect/mariadb/conversion.hpp"
#include "dialect/sqlite/conversion.hpp"

namespace dbmig::dialect {

std::optional<Conversion> conversion(DialectKind kind, const std::string& value,
                                     const ColumnOf& from, const ColumnOf& to) {
  return kind == DialectKind::sqlite ? sqlite::conversion(value, from, to)
                                     : mariadb::conversion(value, from, to);
}

std::string invalid_byte_casts(DialectKind kind, const std::string& value, const ColumnOf& from,
                               const ColumnOf& to) {
  return kind == DialectKind::sqlite ? std::string() : mariadb::invalid_byte_casts(value, from, to);
}

std::string sought_in_list(DialectKind kind, const std::string& value, const ColumnOf& from,
                           const ColumnOf& to) {
  return kind == DialectKind::sqlite ? value : mariadb::sought_in_list(value, from, to);
}

}  // namespace dbmig::dialect
