#include "support/property.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <vector>

#include "base/error.hpp"
#include "schema/validate.hpp"
#include "support/random_parts.hpp"
#include "support/random_schema.hpp"

namespace dbmig::test {
namespace {

using schema::Column;
using schema::Schema;
using schema::Table;

std::string outcome(const SchemaProperty& property, const SchemaPair& pair) {
  try {
    return property(pair);
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool is_valid(const Schema& schema) {
  Diagnostics diagnostics;
  schema::validate(schema, {}, diagnostics, DialectKind::sqlite);
  return diagnostics.empty();
}

/// A way to make one schema smaller.
using Cut = std::function<void(Schema&)>;

template <class Items>
void cut_items(std::vector<Cut>& cuts, const std::string& table, Items Table::*items,
               const Table& from) {
  for (const auto& item : from.*items) {
    cuts.push_back([=, name = item.name](Schema& schema) {
      if (Table* found = schema.find_table(table)) {
        erase_if(found->*items, [&](const auto& other) { return other.name == name; });
      }
    });
  }
}

void cut_column(std::vector<Cut>& cuts, const std::string& table, const std::string& column) {
  const auto with = [&](auto change) {
    cuts.push_back([=](Schema& schema) {
      Table* found = schema.find_table(table);
      Column* own = found == nullptr ? nullptr : found->find_column(column);
      if (own != nullptr) change(*found, *own);
    });
  };
  with([column](Table& t, Column&) {
    erase_if(t.columns, [&](const Column& other) { return other.name == column; });
  });
  with([](Table&, Column& c) { c.default_value.reset(); });
  with([](Table&, Column& c) { c.comment.clear(); });
  with([](Table&, Column& c) { c.sqlite = {}; });
  with([](Table&, Column& c) { c.sqlite.type.reset(); });
  with([](Table&, Column& c) { c.generated.reset(); });
  with([](Table& t, Column& c) { c.nullable = !t.in_primary_key(c.name); });
}

std::vector<Cut> cuts_of(const Schema& schema) {
  std::vector<Cut> cuts;
  for (const auto& entry : schema.tables) {
    cuts.push_back([name = entry.first](Schema& s) {
      s.tables.erase(name);
      erase_if(s.triggers, [&](const auto& other) { return other.second.table == name; });
      for (auto& [other, table] : s.tables) {
        erase_if(table.foreign_keys, [&](const auto& key) { return key.referenced_table == name; });
      }
    });
  }
  for (const auto& entry : schema.views) {
    cuts.push_back([name = entry.first](Schema& s) { s.views.erase(name); });
  }
  for (const auto& entry : schema.triggers) {
    cuts.push_back([name = entry.first](Schema& s) { s.triggers.erase(name); });
  }
  for (const auto& [name, table] : schema.tables) {
    cut_items(cuts, name, &Table::foreign_keys, table);
    cut_items(cuts, name, &Table::checks, table);
    cut_items(cuts, name, &Table::indexes, table);
    cut_items(cuts, name, &Table::uniques, table);
    const auto with = [&, own = name](auto change) {
      cuts.push_back([=](Schema& s) {
        if (Table* found = s.find_table(own)) change(*found);
      });
    };
    with([](Table& t) {
      t.primary_key.reset();
      for (Column& column : t.columns) column.autoincrement = false;
    });
    with([](Table& t) { t.comment.clear(); });
    with([](Table& t) { t.sqlite.unnamed.clear(); });
    with([](Table& t) { t.sqlite.implied.clear(); });
    with([](Table& t) {
      if (t.primary_key) t.primary_key->parts.clear();
      for (schema::Unique& unique : t.uniques) unique.parts.clear();
    });
    with([](Table& t) { t.sqlite.strict = false; });
    with([](Table& t) { t.sqlite.without_rowid = false; });
    for (const Column& column : table.columns) cut_column(cuts, name, column.name);
  }
  return cuts;
}

}  // namespace

std::uint64_t property_seeds(std::uint64_t usual) {
  const char* wanted = std::getenv("DBMIG_PROPERTY_SEEDS");
  if (wanted == nullptr || *wanted == '\0') return usual;
  return std::max<std::uint64_t>(1, std::strtoull(wanted, nullptr, 10) * usual / 300);
}

SchemaPair shrink(SchemaPair pair, const SchemaProperty& property) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    std::vector<Cut> cuts = cuts_of(pair.from);
    for (Cut& cut : cuts_of(pair.to)) cuts.push_back(std::move(cut));
    for (const Cut& cut : cuts) {
      // From both, then from either: what differs between the two may be what fails.
      for (const auto& [in_from, in_to] :
           {std::pair(true, true), std::pair(true, false), std::pair(false, true)}) {
        SchemaPair candidate = pair;
        if (in_from) cut(candidate.from);
        if (in_to) cut(candidate.to);
        repair_sqlite_features(candidate.from);
        repair_sqlite_features(candidate.to);
        const bool changed = candidate.from != pair.from || candidate.to != pair.to;
        if (!changed || !is_valid(candidate.from) || !is_valid(candidate.to)) continue;
        // The measure must fall, or the two schemas would be made alike and unlike for ever.
        const auto size = [](const SchemaPair& p) {
          return describe(p.from).size() + describe(p.to).size();
        };
        if (size(candidate) >= size(pair) || outcome(property, candidate).empty()) continue;
        pair = std::move(candidate);
        smaller = true;
        break;
      }
    }
  }
  return pair;
}

std::string try_property(std::uint64_t first, std::uint64_t usual,
                         const std::function<SchemaPair(std::uint64_t)>& make,
                         const SchemaProperty& property) {
  if (const char* start = std::getenv("DBMIG_PROPERTY_FIRST"))
    first = std::strtoull(start, nullptr, 10);
  const std::uint64_t last = first + property_seeds(usual);
  for (std::uint64_t seed = first; seed < last; ++seed) {
    const SchemaPair pair = make(seed);
    const std::string wrong = outcome(property, pair);
    if (wrong.empty()) continue;
    const SchemaPair small = shrink(pair, property);
    return fmt::format("seed {}: {}\nthe smallest that fails:\n{}\nfrom\n{}\nto\n{}", seed, wrong,
                       outcome(property, small), describe(small.from), describe(small.to));
  }
  return {};
}

}  // namespace dbmig::test
