#include "schema/shared_map.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::schema {
namespace {

using Map = SharedMap<std::string, std::string>;
using Plain = std::map<std::string, std::string>;

Plain plain(const Map& map) {
  Plain copy;
  for (const auto& [key, value] : map) copy.emplace(key, value);
  EXPECT_EQ(copy.size(), map.size());
  EXPECT_TRUE(std::is_sorted(map.begin(), map.end()));
  return copy;
}

/// Several maps that are changed and copied at random, beside std::maps that are treated likewise.
TEST(SharedMap, IsAMapWhoseCopiesAreItsOwn) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same each time
  const auto below = [&](unsigned n) { return static_cast<std::size_t>(random() % n); };
  std::vector<Map> maps(4);
  std::vector<Plain> wanted(4);
  for (int step = 0; step < 10'000; ++step) {
    const std::size_t i = below(4);
    const std::size_t j = below(4);
    const std::string key = std::to_string(below(300));
    const std::string value = std::to_string(step);
    switch (below(14)) {
      case 0:
        maps[i] = std::as_const(maps[j]);
        wanted[i] = std::as_const(wanted[j]);
        break;
      case 1:
        maps[i].insert_or_assign(key, value);
        wanted[i].insert_or_assign(key, value);
        break;
      case 2:
        EXPECT_EQ(maps[i].erase(key), wanted[i].erase(key));
        break;
      case 3:
        if (const auto found = maps[i].find(key); found != maps[i].end()) {
          found->second += "x";
          wanted[i].at(key) += "x";
        }
        break;
      case 4:
        if (const auto found = maps[i].find(key); found != maps[i].end()) {
          const auto next = maps[i].erase(found);
          const auto other = wanted[i].erase(wanted[i].find(key));
          ASSERT_EQ(next == maps[i].end(), other == wanted[i].end());
          if (other != wanted[i].end()) {
            EXPECT_EQ(next->first, other->first);
          }
        }
        break;
      case 5:
        if (below(200) == 0) {
          maps[i].clear();
          wanted[i].clear();
        }
        break;
      case 6:
        if (below(50) == 0) {
          erase_if(maps[i], [](const auto& entry) { return entry.first.ends_with('3'); });
          std::erase_if(wanted[i], [](const auto& entry) { return entry.first.ends_with('3'); });
        }
        break;
      case 7:
        if (i != j && below(50) == 0) {
          maps[i].merge(maps[j]);
          wanted[i].merge(wanted[j]);
        }
        break;
      case 8:
        if (i != j && below(20) == 0) {
          maps[i] = std::move(maps[j]);
          wanted[i] = std::move(wanted[j]);
          maps[j] = Map();
          wanted[j] = Plain();
        }
        break;
      case 9:
        if (below(50) == 0) {
          for (auto& [name, text] : maps[i]) text += name;
          for (auto& [name, text] : wanted[i]) text += name;
        }
        break;
      default:
        EXPECT_EQ(maps[i].emplace(key, value).second, wanted[i].emplace(key, value).second);
        maps[i][key];
        EXPECT_EQ(maps[i].at(key), wanted[i].at(key));
        EXPECT_EQ(maps[i].contains(value), wanted[i].contains(value));
    }
    if (step % 100 != 0) continue;
    for (std::size_t n = 0; n < maps.size(); ++n) {
      ASSERT_EQ(plain(maps[n]), wanted[n]) << "step " << step;
      EXPECT_EQ(maps[n] == maps[i], wanted[n] == wanted[i]);
      EXPECT_TRUE(
          std::equal(maps[n].rbegin(), maps[n].rend(), wanted[n].rbegin(), wanted[n].rend()));
    }
  }
}

TEST(SharedMap, AChangeOfACopyLeavesTheOthersEntriesWhereTheyAre) {
  Map map;
  for (int i = 0; i < 1'000; ++i) map.emplace(std::to_string(i), "as it was");
  const Map copy = map;
  map.at("500") = "changed";
  EXPECT_EQ(copy.at("500"), "as it was");
  EXPECT_EQ(&std::as_const(map).at("501"), &copy.at("501"));
  EXPECT_NE(&std::as_const(map).at("500"), &copy.at("500"));
}

TEST(SharedMap, ATableThatIsReachedByNameIsTheSchemasOwn) {
  Schema one;
  one.tables.emplace("t", Table{});
  Schema two = one;
  two.table("t").name = "changed";
  EXPECT_EQ(std::as_const(one).table("t").name, "");
  two = one;
  two.find_table("t")->name = "changed";
  EXPECT_EQ(std::as_const(one).table("t").name, "");
  EXPECT_FALSE(one == two);
}

}  // namespace
}  // namespace dbmig::schema
