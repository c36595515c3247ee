#include "scenario/suite.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"

namespace dbmig::scenario {
namespace {

bool is_wanted(const yaml::Scenario& test, const std::vector<std::string>& names) {
  if (names.empty()) return true;
  const std::string file = std::filesystem::path(test.where.file).stem().string();
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return text::matches_glob(test.name, name) || text::matches_glob(file, name) ||
           test.where.file == name;
  });
}

}  // namespace

std::vector<yaml::Scenario> wanted_tests(const std::filesystem::path& folder,
                                         const std::filesystem::path& base,
                                         const std::vector<std::string>& names) {
  std::vector<yaml::Scenario> all = yaml::load_scenarios(folder, base);
  if (all.empty()) {
    const std::filesystem::path below = folder.lexically_relative(base);
    const bool is_below = !below.empty() && *below.begin() != "..";
    throw Error(ErrorCode::not_found,
                fmt::format("there are no tests in {}", (is_below ? below : folder).string()))
        .hint("a test is a file there, with `steps:`; lib/docs/testing-migrations.md shows one");
  }
  std::vector<yaml::Scenario> wanted;
  std::copy_if(all.begin(), all.end(), std::back_inserter(wanted),
               [&](const yaml::Scenario& one) { return is_wanted(one, names); });
  if (wanted.empty()) {
    std::vector<std::string> known;
    for (const yaml::Scenario& one : all) known.push_back(one.name);
    throw Error(ErrorCode::usage, fmt::format("no test is called '{}'", names.front()))
        .hint(text::suggest(names.front(), known));
  }
  return wanted;
}

std::vector<DialectKind> databases_of(const yaml::Scenario& test,
                                      const std::vector<DialectKind>& of_project) {
  if (!test.dialects.empty()) return test.dialects;
  if (!of_project.empty()) return of_project;
  return {DialectKind::sqlite, DialectKind::mariadb};
}

}  // namespace dbmig::scenario
