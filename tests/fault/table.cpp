#include "fault/table.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <tuple>

namespace dbmig::fault {
namespace {

using Key = std::tuple<std::string, std::string, std::string>;

std::map<Key, Score>& scores() {
  static std::map<Key, Score> all;
  return all;
}

}  // namespace

void Table::add(const std::string& way, DialectKind kind, const std::string& history,
                const Score& score) {
  Score& sum = scores()[{way, std::string(to_string(kind)), history}];
  sum.tried += score.tried;
  sum.survived += score.survived;
}

void Table::print() {
  if (scores().empty()) return;
  std::string text;
  for (const auto& [key, score] : scores()) {
    const auto& [way, database, history] = key;
    text += fmt::format("| {} | {} | {} | {} | {} |\n", way, database, history, score.tried,
                        score.survived);
  }
  fmt::print(
      "| fault | database | history | tested | passed |\n| --- | --- | --- | --- | --- |\n{}",
      text);
  const char* file = std::getenv("DBMIG_FAULT_TABLE");
  if (file != nullptr && *file != '\0') std::ofstream(file, std::ios::app) << text;
}

}  // namespace dbmig::fault
