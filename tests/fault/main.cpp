#include <gtest/gtest.h>

#include <csignal>

#include "fault/table.hpp"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  const int result = RUN_ALL_TESTS();
  dbmig::fault::Table::print();
  return result;
}
