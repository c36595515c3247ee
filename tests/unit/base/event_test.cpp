#include "base/event.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dbmig {
namespace {

class Recorder final : public EventSink {
 public:
  void on(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

TEST(EventSink, TurnsWordsIntoEvents) {
  Recorder recorder;
  recorder.debug("dbmig.run", "a");
  recorder.info("dbmig.diff", "b");
  recorder.warning("dbmig.run", "c");
  ASSERT_EQ(recorder.events.size(), 3U);
  const auto& first = std::get<event::Log>(recorder.events[0]);
  const auto& second = std::get<event::Log>(recorder.events[1]);
  const auto& third = std::get<event::Log>(recorder.events[2]);
  EXPECT_EQ(first.level, event::Log::Level::debug);
  EXPECT_EQ(second.level, event::Log::Level::info);
  EXPECT_EQ(second.logger, "dbmig.diff");
  EXPECT_EQ(second.message, "b");
  EXPECT_EQ(third.level, event::Log::Level::warning);
}

}  // namespace
}  // namespace dbmig
