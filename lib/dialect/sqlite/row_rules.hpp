#pragma once

#include "dialect/row_rules.hpp"

namespace dbmig::dialect::sqlite {

class SqliteRowRules final : public RowRules {
 public:
  bool mentions(const std::string& sql, const std::string& name) const override;
  std::string name_in_subquery(const std::string& column) const override;
  std::string over_subquery(const std::string& sql, const std::string& column) const override;
  std::string default_charset_query() const override;
  schema::Table with_charset(const schema::Table& table,
                             const schema::MariadbTable& defaults) const override;
  std::optional<Conversion> conversion(const std::string& value, const ColumnOf& from,
                                       const ColumnOf& to) const override;
  Conversion stored(const std::string& constant, const ColumnOf& column) const override;
  std::optional<std::string> constant(const schema::SqlText& value) const override;
  std::string invalid_casts(const std::string& value, const ColumnOf& from,
                            const ColumnOf& to) const override;
  bool refuses_other_types(const schema::Table& table) const override;
  std::string of_another_type(const std::string& value, const schema::Type& type) const override;
  bool loses_null(const ColumnOf& from, const ColumnOf& to) const override;
  bool checks_generated() const override;
  std::optional<std::string> rowid_name(const schema::Table& table) const override;
  std::string indexed(std::string column, const schema::IndexPart& part) const override;
  std::string compared_with_parent(const std::string& value, const ColumnOf& child,
                                   const ColumnOf& parent) const override;
  bool rewrites_tables() const override;
  bool tolerates_earlier_orphans() const override;
  std::string with_old_versions(const schema::Table& before,
                                const schema::Table& after) const override;
  std::optional<std::string> outside_partitions(const schema::Table& before,
                                                const schema::Table& after) const override;
};

}  // namespace dbmig::dialect::sqlite
