#include "transfer/equal_keys.hpp"

#include <fmt/core.h>

#include <unordered_set>

#include "backend/row_source.hpp"
#include "base/text.hpp"
#include "dialect/loose_text.hpp"
#include "import/shown.hpp"
#include "schema/unique_keys.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/row_hash.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

/// A value that equals that of another row in MariaDB's comparison; empty if there is none.
std::string find_equal(backend::Connection& source, const std::string& table,
                       const std::vector<std::string>& columns, const std::atomic<bool>& stop) {
  const dialect::Dialect& dialect = source.dialect();
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(dialect.quote_identifier(column));
  const auto rows = source.read_rows(
      fmt::format("SELECT {} FROM {}", text::join(names, ", "), dialect.quote_identifier(table)));
  std::unordered_set<std::uint64_t> seen;
  std::vector<backend::Cell> row;
  while (rows->next(row)) {
    throw_if_interrupted(stop);
    std::string folded;
    std::string shown;
    bool has_null = false;
    for (const backend::Cell& cell : row) {
      has_null = has_null || cell.kind == backend::Cell::Kind::null;
      const std::string text = value_text(cell);
      if (cell.kind == backend::Cell::Kind::text) shown = import::shown(text);
      folded += dialect::loose_text(text) + std::string(1, '\0');
    }
    if (has_null) continue;
    if (!seen.insert(static_cast<std::uint64_t>(RowHash::of(folded))).second) return shown;
  }
  return "";
}

}  // namespace

std::vector<EqualKey> find_equal_keys(backend::Connection& source, const schema::Schema& schema,
                                      const std::vector<std::string>& tables,
                                      const std::atomic<bool>& stop) {
  std::vector<EqualKey> found;
  for (const std::string& name : tables) {
    const schema::Table& table = schema.table(name);
    for (const std::vector<std::string>& key : schema::unique_columns(table)) {
      EqualKey one{name, {}, ""};
      for (const std::string& column : key) {
        const schema::Column* known = table.find_column(column);
        if (known != nullptr && schema::is_text(known->type.kind) &&
            known->sqlite.collation.empty() && known->mariadb.collation.empty()) {
          one.columns.push_back(column);
        }
      }
      if (one.columns.empty()) continue;
      one.example = find_equal(source, name, key, stop);
      if (!one.example.empty()) found.push_back(std::move(one));
    }
  }
  return found;
}

}  // namespace dbmig::transfer
