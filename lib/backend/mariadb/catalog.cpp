#include "backend/mariadb/catalog.hpp"

#include <fmt/core.h>

#include <cstdlib>

#include "base/text.hpp"

namespace dbmig::backend::mariadb {

Catalog::Catalog(Rows rows) : rows_(std::move(rows)) {
  for (std::size_t i = 0; i < rows_.columns.size(); ++i) {
    places_[text::upper(rows_.columns[i])] = i;
  }
}

std::optional<std::string> Catalog::find(std::size_t row, std::string_view column) const {
  const auto place = places_.find(column);
  return place == places_.end() ? std::nullopt : rows_.rows.at(row).at(place->second);
}

std::string Catalog::text(std::size_t row, std::string_view column) const {
  return find(row, column).value_or("");
}

bool Catalog::is(std::size_t row, std::string_view column, std::string_view value) const {
  return text::equals_ignoring_case(text(row, column), value);
}

int Catalog::number(std::size_t row, std::string_view column) const {
  return static_cast<int>(std::strtol(text(row, column).c_str(), nullptr, 10));
}

Catalog read_catalog(Session& session, std::string_view view, std::string_view schema_column,
                     std::string_view name_column, const std::vector<std::string>& names,
                     std::string_view order) {
  std::string sql =
      fmt::format("SELECT * FROM information_schema.{} WHERE {} = DATABASE()", view, schema_column);
  std::vector<Value> values;
  if (!names.empty()) {
    std::string marks;
    for (const std::string& name : names) {
      marks += marks.empty() ? "?" : ", ?";
      values.emplace_back(name);
    }
    sql += fmt::format(" AND {} IN ({})", name_column, marks);
  }
  if (!order.empty()) sql += fmt::format(" ORDER BY {}", order);
  return Catalog(session.query(sql, values));
}

}  // namespace dbmig::backend::mariadb
