#include "fault/histories.hpp"

#include <algorithm>
#include <ostream>

namespace dbmig::fault {

std::vector<History> histories() {
  const std::filesystem::path folder = DBMIG_FAULT_HISTORIES;
  std::vector<History> all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    History history{entry.path().filename().string(), {}};
    for (const auto& file : std::filesystem::directory_iterator(entry.path())) {
      history.files.push_back(file.path());
    }
    std::sort(history.files.begin(), history.files.end());
    history.files.insert(history.files.begin(), folder / "base.yaml");
    all.push_back(std::move(history));
  }
  std::sort(all.begin(), all.end(),
            [](const History& a, const History& b) { return a.name < b.name; });
  return all;
}

void PrintTo(const History& history, std::ostream* out) {
  *out << history.name;
}

}  // namespace dbmig::fault
