// Dates without a year, month or day, and days in several formats.
#include <gmock/gmock.h>

#include "import/converter.hpp"
#include "schema/type.hpp"

namespace dbmig::import {
namespace {

using backend::Cell;
using ::testing::HasSubstr;

std::string read_as(Converter converter, std::string_view text) {
  Cell cell;
  std::string reason;
  if (!converter.convert(text, cell, reason)) return "! " + reason;
  return std::string(cell.bytes);
}

std::string zero(const std::string& type, ZeroDates zero_dates, std::string_view text) {
  return read_as(
      Converter({"c", schema::parse_type(type)}, DialectKind::mariadb, {.zero_dates = zero_dates}),
      text);
}

TEST(ZeroDates, AreTakenWhereTheServerTakesThem) {
  const auto taken = [](const char* type, std::string_view text) {
    return zero(type, ZeroDates::taken, text);
  };
  EXPECT_EQ(taken("date", "0000-00-00"), "0000-00-00");
  EXPECT_EQ(taken("date", "0000-00-00 00:00:00"), "0000-00-00");
  EXPECT_EQ(taken("date", "2024-00-00"), "2024-00-00");
  EXPECT_EQ(taken("date", "2024-05-00"), "2024-05-00");
  EXPECT_EQ(taken("datetime", "0000-00-00 00:00:00"), "0000-00-00 00:00:00");
  EXPECT_EQ(taken("datetime(3)", "0000-00-00 00:00:00"), "0000-00-00 00:00:00.000");
  EXPECT_EQ(taken("datetime", "2024-00-00 10:00:00"), "2024-00-00 10:00:00");
  EXPECT_EQ(taken("timestamp", "0000-00-00 00:00:00"), "0000-00-00 00:00:00");
  EXPECT_THAT(taken("timestamp", "2024-00-00 00:00:00"), HasSubstr("there is no month 0"));
  EXPECT_THAT(taken("date", "2024-13-00"), HasSubstr("there is no month 13"));
  EXPECT_THAT(taken("date", "2024-02-32"), HasSubstr("has 29 days"));
  EXPECT_THAT(taken("date", "0000-01-01"), HasSubstr("out of range"));
}

TEST(ZeroDates, ThatTheServerRefusesAreRefusedWithTheReason) {
  for (const char* text : {"0000-00-00", "2024-00-00"}) {
    EXPECT_THAT(zero("date", ZeroDates::refused_by_server, text), HasSubstr("NO_ZERO_DATE"))
        << text;
    EXPECT_THAT(zero("date", ZeroDates::refused, text), HasSubstr("! is ")) << text;
  }
}

TEST(DateFormats, TheFirstOneInWhichTheDayExistsIsUsed) {
  const auto by = [](const std::string& type, std::string_view text) {
    TargetColumn column{"c", schema::parse_type(type)};
    column.date_formats = {"%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%Y%m%d"};
    return read_as(Converter(column, DialectKind::sqlite), text);
  };
  EXPECT_EQ(by("date", "01/02/2024"), "2024-02-01");
  EXPECT_EQ(by("date", "12/31/2024"), "2024-12-31");
  EXPECT_EQ(by("datetime", "12/31/2024"), "2024-12-31 00:00:00");
  EXPECT_EQ(by("date", "20241231"), "2024-12-31");
  EXPECT_THAT(by("date", "31/31/2024"), HasSubstr("there is no month 31"));
  EXPECT_THAT(by("date", "31.12.2024"), HasSubstr("is not a date written as '%d/%m/%Y' or"));
}

}  // namespace
}  // namespace dbmig::import
