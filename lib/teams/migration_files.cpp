#include "teams/migration_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace dbmig::teams {
namespace {

namespace fs = std::filesystem;

std::string in_words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  std::replace(name.begin(), name.end(), '-', ' ');
  return name;
}

/// "1_10" and "1.10" come after "1.9".
std::vector<std::string> order_of(const std::string& version) {
  std::vector<std::string> parts;
  std::string digits;
  for (const char c : version + ".") {
    if (c >= '0' && c <= '9') {
      digits += c;
      continue;
    }
    digits.erase(0, digits.find_first_not_of('0'));
    parts.push_back(fmt::format("{:>24}", digits));
    digits.clear();
  }
  while (parts.size() > 1 && parts.back() == std::string(24, ' ')) parts.pop_back();
  return parts;
}

/// Without the zeros in front, as tools keep a number.
std::string as_number(std::string digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return digits;
}

struct Marks {
  std::regex up;
  std::regex down;
  std::regex ignored;
};

const Marks& goose_marks() {
  static const Marks marks{std::regex(R"(^\s*--\s*\+goose\s+up\b.*)", std::regex::icase),
                           std::regex(R"(^\s*--\s*\+goose\s+down\b.*)", std::regex::icase),
                           std::regex(R"(^\s*--\s*\+goose\s+.*)", std::regex::icase)};
  return marks;
}

const Marks& dbmate_marks() {
  static const Marks marks{std::regex(R"(^\s*--\s*migrate:up\b.*)", std::regex::icase),
                           std::regex(R"(^\s*--\s*migrate:down\b.*)", std::regex::icase),
                           std::regex(R"(^\s*--\s*migrate:.*)", std::regex::icase)};
  return marks;
}

bool has_mark(const std::string& text, const std::regex& mark) {
  for (std::string line : text::split(text, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (std::regex_match(line, mark)) return true;
  }
  return false;
}

/// The lines below each mark. A statement that holds `;` stands between marks of goose's own, which
/// dbmig, that knows how SQL is parted, can do without.
void read_parts(MigrationFile& file, const std::string& text, const Marks& marks) {
  std::string* to = nullptr;
  for (const std::string& line : text::split(text, '\n')) {
    std::string bare = line;
    if (bare.ends_with('\r')) bare.pop_back();
    if (std::regex_match(bare, marks.up)) {
      to = &file.up;
    } else if (std::regex_match(bare, marks.down)) {
      to = &file.down;
    } else if (to != nullptr && !std::regex_match(bare, marks.ignored)) {
      *to += line + "\n";
    }
  }
}

struct Found {
  std::string tool;
  std::string version;
  std::string message;
  bool is_down = false;
};

/// What a file's name says; nothing for one that is no step.
std::optional<Found> read_name(const std::string& name) {
  static const std::regex flyway(R"(([VU])([0-9][0-9._]*)__(.*)\.sql)", std::regex::icase);
  static const std::regex migrate(R"(([0-9]+)_(.*)\.(up|down)\.sql)", std::regex::icase);
  static const std::regex numbered(R"(([0-9]+)[-_. ]?(.*)\.sql)", std::regex::icase);
  std::smatch match;
  if (std::regex_match(name, match, flyway)) {
    std::string version = match[2];
    std::replace(version.begin(), version.end(), '_', '.');
    const std::string letter = match[1];
    return Found{"flyway", version, in_words(match[3]), letter == "U" || letter == "u"};
  }
  if (std::regex_match(name, match, migrate)) {
    return Found{"golang-migrate", as_number(match[1]), in_words(match[2]),
                 text::lower(match[3].str()) == "down"};
  }
  if (std::regex_match(name, match, numbered)) {
    return Found{"", match[1].str(), in_words(match[2]), false};
  }
  return std::nullopt;
}

/// A step that is written in another language, as goose and Flyway allow.
bool is_program(const fs::path& path) {
  static const std::set<std::string> kLanguages{".go", ".java", ".kt", ".groovy", ".py",
                                                ".js", ".ts",   ".rb", ".php",    ".sh"};
  return kLanguages.count(text::lower(path.extension().string())) != 0 &&
         read_name(path.stem().string() + ".sql").has_value();
}

std::string mixture(const std::set<std::string>& tools) {
  std::vector<std::string> names;
  for (const std::string& tool : tools) names.push_back(tool.empty() ? "plain numbers" : tool);
  return text::join(names, " and ");
}

}  // namespace

MigrationFiles read_migration_files(const fs::path& folder) {
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) {
    throw Error(ErrorCode::not_found, fmt::format("the folder {} does not exist", folder.string()))
        .hint("name the folder of the old migrations with --from");
  }
  MigrationFiles result;
  std::vector<fs::path> paths;
  std::vector<std::string> programs;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    if (text::lower(entry.path().extension().string()) == ".sql") {
      paths.push_back(entry.path());
    } else if (is_program(entry.path())) {
      programs.push_back(entry.path().filename().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::sort(programs.begin(), programs.end());
  for (const std::string& name : programs) {
    result.notes.push_back(fmt::format(
        "{} was left out: it is a program, not SQL; write what it does as a revision of its own, "
        "between those of the files around it",
        name));
  }
  std::map<std::vector<std::string>, MigrationFile> steps;
  std::map<std::vector<std::string>, std::pair<fs::path, std::string>> downs;
  std::set<std::string> tools;
  for (const fs::path& path : paths) {
    const std::string name = path.filename().string();
    std::optional<Found> found = read_name(name);
    if (!found) {
      result.notes.push_back(
          fmt::format("{} was left out: its name has no version{}", name,
                      name.starts_with("R__") ? ", it is one of Flyway's repeatable ones" : ""));
      continue;
    }
    const std::string text = read_file(path);
    const Marks* marks = nullptr;
    if (found->tool.empty()) {
      if (has_mark(text, goose_marks().up)) {
        found->tool = "goose";
        found->version = as_number(found->version);
        marks = &goose_marks();
      } else if (has_mark(text, dbmate_marks().up)) {
        found->tool = "dbmate";
        marks = &dbmate_marks();
      }
    }
    tools.insert(found->tool);
    const std::vector<std::string> key = order_of(found->version);
    if (found->is_down) {
      downs[key] = {path, text};
      continue;
    }
    const auto [place, inserted] = steps.try_emplace(key);
    if (!inserted) {
      throw Error(ErrorCode::invalid, fmt::format("{} and {} have the same version", name,
                                                  place->second.path.filename().string()))
          .hint("renumber them");
    }
    MigrationFile& step = place->second;
    step.version = found->version;
    step.message = found->message.empty() ? "version " + found->version : found->message;
    step.path = path;
    if (marks == nullptr) {
      step.up = text;
    } else {
      read_parts(step, text, *marks);
    }
  }
  if (steps.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("{} has no migrations in SQL files", folder.string()))
        .hint("their names begin with a version, as in 001_tables.sql or V1__tables.sql");
  }
  if (tools.size() > 1) {
    throw Error(ErrorCode::invalid,
                fmt::format("{} has files of {}", folder.string(), mixture(tools)))
        .hint("name a folder with the files of one tool");
  }
  for (auto& [key, down] : downs) {
    const auto step = steps.find(key);
    if (step == steps.end()) {
      result.notes.push_back(fmt::format("{} was left out: no up migration belongs to it",
                                         down.first.filename().string()));
    } else {
      step->second.down = std::move(down.second);
    }
  }
  result.tool = *tools.begin();
  for (auto& [key, step] : steps) result.files.push_back(std::move(step));
  return result;
}

}  // namespace dbmig::teams
