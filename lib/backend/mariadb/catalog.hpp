#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/mariadb/session.hpp"

namespace dbmig::backend::mariadb {

/// The rows of a query on information_schema, read by column name: views of one name differ between
/// versions.
class Catalog {
 public:
  explicit Catalog(Rows rows);

  std::size_t size() const { return rows_.rows.size(); }
  /// The value, or nothing for NULL and for a column that this server does not have.
  std::optional<std::string> find(std::size_t row, std::string_view column) const;
  /// The same with "" for nothing.
  std::string text(std::size_t row, std::string_view column) const;
  bool is(std::size_t row, std::string_view column, std::string_view value) const;
  int number(std::size_t row, std::string_view column) const;

 private:
  Rows rows_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

/// `SELECT * FROM information_schema.<view>` for the current database; `name_column` limits it to
/// `names` when there are any.
Catalog read_catalog(Session& session, std::string_view view, std::string_view schema_column,
                     std::string_view name_column, const std::vector<std::string>& names,
                     std::string_view order);

}  // namespace dbmig::backend::mariadb
