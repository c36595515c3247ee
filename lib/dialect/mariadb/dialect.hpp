#pragma once

#include <limits>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::mariadb {

class MariadbDialect final : public Dialect {
 public:
  /// As the server of `version` (mysql_get_server_version) does it; without one, the newest.
  explicit MariadbDialect(int version = std::numeric_limits<int>::max()) : version_(version) {}
  DialectKind kind() const override { return DialectKind::mariadb; }
  std::string quote_identifier(std::string_view name) const override;
  std::string quote_string(std::string_view value) const override;
  schema::Schema canonical(const schema::Schema& schema) const override;
  schema::Schema reconciled(schema::Schema live, const schema::Schema& expected) const override;
  std::vector<Statement> plan(const schema::Schema& before,
                              std::span<const ops::Operation> operations,
                              std::span<const DependentObject> dependent_objects) const override;
  std::string invalid_casts(const std::string& value, const schema::Type& from,
                            const schema::Type& to) const override;
  std::vector<Refusal> refusals(const schema::Schema& schema) const override;
  std::vector<std::string> split_statements(std::string_view sql) const override;
  std::optional<SqlRefusal> sql_refusal(std::string_view statement) const override;
  std::string for_client(std::string_view statement) const override;
  ScriptFrame script_frame() const override;
  bool transactional_ddl() const override;

 private:
  int version_;
};

}  // namespace dbmig::dialect::mariadb
