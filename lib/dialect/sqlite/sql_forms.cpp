#include "dialect/sqlite/sql_forms.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace dbmig::dialect::sqlite {
namespace {

class SqliteForms final : public SqlForms {
 public:
  std::string long_text() const override { return "TEXT"; }
  std::string table_options() const override { return {}; }

  std::string update_existing(std::string_view key,
                              const std::vector<std::string>& columns) const override {
    std::vector<std::string> changes;
    for (const std::string& column : columns) {
      changes.push_back(fmt::format("{0} = excluded.{0}", column));
    }
    return fmt::format("ON CONFLICT ({}) DO UPDATE SET {}", key, text::join(changes, ", "));
  }

  std::string utc_now() const override { return "datetime('now')"; }
  std::string for_update() const override { return {}; }
  /// The one number changes with each commit of another connection, the other with each row that
  /// this one writes.
  std::string change_mark() const override {
    return "SELECT data_version || ' ' || total_changes() FROM pragma_data_version";
  }

  /// ON CONFLICT of a constraint could replace rows, or end the transaction.
  std::string insert_into(std::string_view name) const override {
    return fmt::format("INSERT OR ABORT INTO {}", name);
  }
  std::string only_defaults() const override { return " DEFAULT VALUES"; }

  std::string as_literal(std::string_view column, bool /*is_binary*/) const override {
    return fmt::format("quote({})", column);
  }
  /// With its storage class: 1 is not '1'.
  std::string exact_value(std::string_view column) const override {
    return fmt::format("quote({})", column);
  }
  std::string is_exactly(std::string_view column, std::string_view literal) const override {
    return fmt::format("{} IS {}", column, literal);
  }
  std::string group_concat(std::string_view value, std::string_view separator) const override {
    return fmt::format("group_concat({} , {})", value, separator);
  }

  /// Errors are raised in triggers alone; a check does it anywhere.
  std::vector<std::string> fail_unless(const std::string& condition,
                                       const std::string& /*message*/) const override {
    return {"CREATE TEMP TABLE dbmig_require (holds NOT NULL CHECK (holds))",
            fmt::format("INSERT INTO temp.dbmig_require VALUES (CASE WHEN {} THEN 1 ELSE 0 END)",
                        condition),
            "DROP TABLE temp.dbmig_require"};
  }
};

}  // namespace

const SqlForms& sql_forms() {
  static const SqliteForms forms;
  return forms;
}

}  // namespace dbmig::dialect::sqlite
