#include "schema/shared_list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace dbmig::schema {
namespace {

using List = SharedList<std::string>;

const std::string* first_of(const List& list) {
  return list.data();
}

TEST(SharedList, CopiesShareUntilOneChanges) {
  List a{"x", "y"};
  List b = a;
  EXPECT_EQ(first_of(a), first_of(b));
  EXPECT_EQ(a, b);
  b[0] = "z";
  EXPECT_NE(first_of(a), first_of(b));
  EXPECT_EQ(a, (List{"x", "y"}));
  EXPECT_EQ(b, (List{"z", "y"}));
}

TEST(SharedList, EveryChangeIsOfOneCopyAlone) {
  const List whole{"a", "b", "c"};
  const auto after = [&](auto change) {
    List copy = whole;
    change(copy);
    EXPECT_EQ(whole, (List{"a", "b", "c"}));
    return copy;
  };
  EXPECT_EQ(after([](List& l) { l.push_back("d"); }), (List{"a", "b", "c", "d"}));
  EXPECT_EQ(after([](List& l) { l.emplace_back(2, 'd'); }), (List{"a", "b", "c", "dd"}));
  EXPECT_EQ(after([](List& l) { l.pop_back(); }), (List{"a", "b"}));
  EXPECT_EQ(after([](List& l) { l.clear(); }), List{});
  EXPECT_EQ(after([](List& l) { l.back() = "d"; }), (List{"a", "b", "d"}));
  EXPECT_EQ(after([](List& l) { l.at(1) = "d"; }), (List{"a", "d", "c"}));
  EXPECT_EQ(after([](List& l) {
              for (std::string& item : l) item += "!";
            }),
            (List{"a!", "b!", "c!"}));
  // Places are taken before the items become the list's own.
  EXPECT_EQ(after([](List& l) { l.insert(std::as_const(l).begin() + 1, "d"); }),
            (List{"a", "d", "b", "c"}));
  EXPECT_EQ(after([](List& l) { l.erase(std::as_const(l).begin() + 1); }), (List{"a", "c"}));
  EXPECT_EQ(after([](List& l) { l.erase(l.begin(), l.end() - 1); }), (List{"c"}));
  EXPECT_EQ(after([](List& l) { erase_if(l, [](const std::string& s) { return s != "b"; }); }),
            (List{"b"}));
}

TEST(SharedList, EraseAsksOnceForEachItem) {
  List list{"a", "b", "c", "d"};
  const List copy = list;
  std::string asked;
  EXPECT_EQ(erase_if(list,
                     [&](const std::string& s) {
                       asked += s;
                       return s == "b" || s == "d";
                     }),
            2U);
  EXPECT_EQ(asked, "abcd");
  EXPECT_EQ(list, (List{"a", "c"}));
  EXPECT_EQ(copy.size(), 4U);
}

TEST(SharedList, NothingToEraseLeavesTheItemsShared) {
  const List a{"x"};
  List b = a;
  EXPECT_EQ(erase_if(b, [](const std::string& s) { return s == "y"; }), 0U);
  EXPECT_EQ(first_of(a), first_of(b));
}

TEST(SharedList, IsAVectorToThoseWhoAskForOne) {
  const List list = std::vector<std::string>{"x"};
  const std::vector<std::string>& items = list;
  EXPECT_EQ(items, std::vector<std::string>{"x"});
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(List().begin(), List().end());
}

TEST(SharedList, CopiesChangeInThreadsOfTheirOwn) {
  const List whole(std::vector<std::string>(100, "x"));
  std::vector<std::thread> threads;
  std::vector<List> copies(8, whole);
  for (List& copy : copies) {
    threads.emplace_back([&copy] {
      for (std::string& item : copy) item += "y";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(whole, List(std::vector<std::string>(100, "x")));
  for (const List& copy : copies) EXPECT_EQ(copy, List(std::vector<std::string>(100, "xy")));
}

// Whichever copy is left alone changes the very items that the others have read: for
// ThreadSanitizer.
TEST(SharedList, TheLastCopyChangesWhatOthersHaveRead) {
  for (int round = 0; round < 50; ++round) {
    std::vector<List> copies(4, List(std::vector<std::string>(20, "x")));
    std::vector<std::thread> threads;
    std::vector<std::size_t> read(copies.size());
    for (std::size_t i = 0; i < copies.size(); ++i) {
      threads.emplace_back([&copy = copies[i], &sum = read[i]] {
        for (const std::string& item : std::as_const(copy)) sum += item.size();
        for (std::string& item : copy) item += "y";
        sum += std::as_const(copy)[0].size();
        copy.clear();
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(read, std::vector<std::size_t>(copies.size(), 22));
  }
}

}  // namespace
}  // namespace dbmig::schema
