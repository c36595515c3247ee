#include "dialect/mariadb/sql_forms.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::dialect::mariadb {
namespace {

class MariadbForms final : public SqlForms {
 public:
  std::string long_text() const override { return "LONGTEXT"; }
  std::string table_options() const override {
    return " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
  }

  std::string update_existing(std::string_view /*key*/,
                              const std::vector<std::string>& columns) const override {
    std::vector<std::string> changes;
    for (const std::string& column : columns) {
      changes.push_back(fmt::format("{0} = VALUES({0})", column));
    }
    return "ON DUPLICATE KEY UPDATE " + text::join(changes, ", ");
  }

  std::string utc_now() const override { return "CAST(UTC_TIMESTAMP() AS CHAR)"; }
  std::string for_update() const override { return " FOR UPDATE"; }
  std::string change_mark() const override { return {}; }

  std::string insert_into(std::string_view name) const override {
    return fmt::format("INSERT INTO {}", name);
  }
  std::string only_defaults() const override { return " () VALUES ()"; }

  std::string as_literal(std::string_view column, bool is_binary) const override {
    return is_binary ? fmt::format("CONCAT('x''', HEX({}), '''')", column)
                     : fmt::format("QUOTE({})", column);
  }
  std::string exact_value(std::string_view column) const override { return std::string(column); }
  /// Letters that a collation takes for equal are still others.
  std::string is_exactly(std::string_view column, std::string_view literal) const override {
    return fmt::format("({0} <=> {1} AND (BINARY {0} <=> BINARY {1} OR {1} REGEXP '^[-0-9.]+$'))",
                       column, literal);
  }
  std::string group_concat(std::string_view value, std::string_view separator) const override {
    return fmt::format("group_concat({} SEPARATOR {})", value, separator);
  }

  std::vector<std::string> fail_unless(const std::string& condition,
                                       const std::string& message) const override {
    // SIGNAL's text is at most 128 characters long.
    constexpr std::size_t kMaxMessage = 100;
    std::string told = message;
    if (told.size() > kMaxMessage) {
      std::size_t cut = kMaxMessage;
      while (cut > 0 && (static_cast<unsigned char>(told[cut]) & 0xC0U) == 0x80U) --cut;
      told = told.substr(0, cut) + "...";
    }
    return {
        fmt::format("BEGIN NOT ATOMIC IF NOT COALESCE({}, 0) THEN SIGNAL SQLSTATE '45000' SET "
                    "MESSAGE_TEXT = {}; END IF; END",
                    condition, dialect(DialectKind::mariadb).quote_string(told))};
  }
};

}  // namespace

const SqlForms& sql_forms() {
  static const MariadbForms forms;
  return forms;
}

}  // namespace dbmig::dialect::mariadb
