#include "transfer/copy_source.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "transfer/table_order.hpp"
#include "transfer/virtual_rows.hpp"

namespace dbmig::transfer {

void throw_if_interrupted(const std::atomic<bool>& stop) {
  if (stop) throw Error(ErrorCode::interrupted, "interrupted; nothing was copied");
}

schema::Schema canonical_schema(backend::Connection& connection) {
  return connection.canonical(connection.inspect({}).schema);
}

const schema::Table* find_table_in(const schema::Schema& schema, const std::string& name) {
  if (const schema::Table* table = schema.find_table(name)) return table;
  for (const auto& [other, table] : schema.tables) {
    if (text::equals_ignoring_case(other, name)) return &table;
  }
  return nullptr;
}

std::vector<std::string> chosen_tables(const schema::Schema& schema, const CopyOptions& options) {
  std::vector<std::string> names = choose_tables(schema, options.tables);
  std::erase_if(names, [&](const std::string& name) {
    return std::any_of(options.exclude.begin(), options.exclude.end(), [&](const std::string& one) {
      return text::equals_ignoring_case(one, name);
    });
  });
  return names;
}

std::vector<TablePair> pair_tables(backend::Connection& source, const schema::Schema& target,
                                   DialectKind kind, const CopyOptions& options) {
  const schema::Schema given = canonical_schema(source);
  std::vector<TablePair> pairs;
  for (const std::string& name : chosen_tables(given, options)) {
    const schema::Table* other = find_table_in(target, name);
    if (other == nullptr) {
      throw Error(ErrorCode::not_found, fmt::format("the target has no table '{}'", name))
          .hint(fmt::format("bring it to the source's schema first, or leave the table out: "
                            "--exclude {}",
                            name));
    }
    const auto from = with_virtual_columns(source, given.table(name));
    if (!from) continue;
    schema::Table into = *other;
    if (!into.sqlite.module.empty()) {
      into.columns = from->columns;
      into.primary_key = from->primary_key;
    }
    pairs.emplace_back(*from, source.dialect().kind(), into, kind);
  }
  return pairs;
}

}  // namespace dbmig::transfer
