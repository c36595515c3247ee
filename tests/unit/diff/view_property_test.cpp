// Views while the columns of their tables change: at every moment they are there and can be read.
#include <gtest/gtest.h>

#include <algorithm>

#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "ops/sql_references.hpp"
#include "ops/sql_tokens.hpp"
#include "support/random_views.hpp"

namespace dbmig::diff {
namespace {

using schema::Schema;

std::string describe(const test::ViewPair& pair, const Difference& difference) {
  std::string text;
  const auto add = [&](const Schema& schema) {
    for (const auto& [name, table] : schema.tables) {
      text += name + ":";
      for (const std::string& column : table.column_names()) text += " " + column;
      text += "\n";
    }
    for (const auto& [name, view] : schema.views) text += name + ": " + view.sql.any + "\n";
  };
  add(pair.schemas.from);
  text += "becomes\n";
  add(pair.schemas.to);
  for (const ops::Operation& operation : difference.operations) {
    text += "  " + ops::describe(operation) + "\n";
  }
  return text;
}

/// Whether the tables and columns are there that the view names. Columns of views are not looked
/// at: a view over others is as good as those are.
bool can_be_read(const Schema& schema, const schema::View& view) {
  for (const std::string& name : ops::tables_in(view.sql)) {
    if (schema.tables.count(name) == 0 && schema.views.count(name) == 0) return false;
  }
  const std::vector<ops::Token> tokens = ops::tokenize(view.sql.any, std::nullopt);
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i + 1].text != "." || tokens[i + 2].text == "*") continue;
    for (const auto& [name, table] : schema.tables) {
      if (ops::qualifiers_of(view.sql, name).count(std::string(tokens[i].text)) == 0) continue;
      if (ops::tables_in(view.sql).count(name) == 0) continue;
      if (table.find_column(std::string(tokens[i + 2].text)) == nullptr) return false;
    }
  }
  return true;
}

TEST(ViewProperty, ViewsCanBeReadAtEveryMoment) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(1000); ++seed) {
    const test::ViewPair pair = test::random_views(seed, false);
    const Difference difference = diff(pair.schemas.from, pair.schemas.to);
    Schema now = pair.schemas.from;
    const auto& operations = difference.operations;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      now = ops::apply(std::move(now), operations[i]);
      // MariaDB replaces what goes and comes back within one run of operations on views.
      const auto is_about_view = [](const ops::Operation& operation) {
        return std::holds_alternative<ops::DropView>(operation) ||
               std::holds_alternative<ops::CreateView>(operation);
      };
      if (i + 1 < operations.size() && is_about_view(operations[i]) &&
          is_about_view(operations[i + 1])) {
        continue;
      }
      for (const std::string& name : pair.watched) {
        const auto view = now.views.find(name);
        ASSERT_TRUE(view != now.views.end() && can_be_read(now, view->second))
            << "seed " << seed << ": " << name << " after " << ops::describe(operations[i]) << "\n"
            << describe(pair, difference);
      }
    }
  }
}

TEST(ViewProperty, TheDifferenceLeadsToTheNewViewsWhateverIsRenamed) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(1000); ++seed) {
    const test::ViewPair pair = test::random_views(seed, true);
    const auto& [from, to] = pair.schemas;
    const Difference difference = diff(from, to, pair.hints);
    Schema reached = from;
    ASSERT_NO_THROW(reached = ops::apply(std::move(reached), difference.operations))
        << "seed " << seed << "\n"
        << describe(pair, difference);
    ASSERT_EQ(schema::sorted(reached), schema::sorted(to)) << "seed " << seed << "\n"
                                                           << describe(pair, difference);
  }
}

}  // namespace
}  // namespace dbmig::diff
