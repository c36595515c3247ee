// What the JSON Schemas say of files is what the readers say, as far as a schema can see: every
// case file, every example, every text in the tests of the readers, and those with one thing made
// wrong.
#include "yaml/json_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "support/source_path.hpp"
#include "support/temp_dir.hpp"
#include "yaml/model.hpp"
#include "yaml/read_config.hpp"
#include "yaml/revision.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_below(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What the reader says of a text.
std::vector<Diagnostic> mistakes(const std::string& schema, const std::string& text) {
  try {
    if (schema == "model") parse_model({{"model.yaml", text}});
    if (schema == "revision") parse_revision(text, "revision.yaml");
    if (schema == "project") {
      Project project;
      read_config(text, "dbmig.yaml", project);
    }
    return {};
  } catch (const Error& error) {
    return error.diagnostics();
  }
}

/// Whether a schema can see it.
bool is_of_form(const Diagnostic& mistake) {
  static const std::regex form(
      "unknown key '|unknown operation '|must be a (mapping|list), not|must be true or false|"
      "must be a whole number|must be text, not (a mapping|a list)|has no '(table|name|to|type|sql|"
      "references|revision|parents)'$");
  return std::regex_search(mistake.message, form);
}

/// Texts with what the readers say of them; those that only the readers can judge are left out.
class Cases {
 public:
  void add(const std::string& schema, const std::string& text) {
    if (text::find_invalid_utf8(text)) return;
    const std::vector<Diagnostic> said = mistakes(schema, text);
    const bool is_broken = std::any_of(said.begin(), said.end(), is_of_form);
    if (!said.empty() && !is_broken) return;
    lines_ +=
        nlohmann::json{{"schema", schema}, {"text", text}, {"valid", said.empty()}}.dump() + "\n";
    texts_.push_back(schema +
                     (said.empty() ? ", valid:\n" : ", broken (" + said.front().message + "):\n") +
                     text);
    ++(said.empty() ? valid_ : broken_);
  }
  std::size_t valid() const { return valid_; }
  std::size_t broken() const { return broken_; }

  /// Those of which the schema says otherwise.
  std::vector<std::string> disputed() const {
    const test::TempDir folder;
    for (const std::string& name : schema_names()) {
      std::ofstream(folder / (name + ".json")) << json_schema(name);
    }
    std::ofstream(folder / "lines") << lines_;
    const std::string command = "/usr/bin/python3 " +
                                test::source_path("tests/support/check_yaml_files.py") + " " +
                                folder.path().string() + " < " + (folder / "lines").string() +
                                " > " + (folder / "said").string() + " 2>&1";
    const int code = std::system(command.c_str());
    std::istringstream said(read_file(folder / "said"));
    std::vector<std::string> list;
    if (code != 0) list.push_back(said.str());
    for (std::string line; code == 0 && std::getline(said, line);) {
      list.push_back(line + "\n" + texts_.at(std::stoul(line)));
    }
    return list;
  }

 private:
  std::string lines_;
  std::vector<std::string> texts_;
  std::size_t valid_ = 0;
  std::size_t broken_ = 0;
};

/// `text` less the two blanks that everything below a key of a case begins with.
std::string unindented(const std::string& text) {
  std::string out;
  for (const std::string& line : text::split(text, '\n')) {
    out += (line.starts_with("  ") ? line.substr(2) : line) + "\n";
  }
  return out;
}

/// The models and revisions of the case files.
std::vector<std::pair<std::string, std::string>> case_texts() {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const fs::path& file : files_below(test::source_path("tests/cases"), ".yaml")) {
    std::string key;
    std::string part;
    const auto flush = [&] {
      if (key == "from" || key == "to") texts.emplace_back("model", unindented(part));
      if (key == "operations") {
        texts.emplace_back("revision", "revision: a\nparents: []\nupgrade:\n" + part);
      }
      key.clear();
      part.clear();
    };
    for (const std::string& line : text::split(read_file(file), '\n')) {
      if (line.empty() || line.starts_with(' ')) {
        part += line + "\n";
        continue;
      }
      flush();
      if (line.ends_with(':')) key = line.substr(0, line.size() - 1);
    }
    flush();
  }
  for (const fs::path& file : files_below(test::source_path("tests/fault/histories"), ".yaml")) {
    texts.emplace_back("revision", read_file(file));
  }
  for (const char* name : {"schemas", "migrations"}) {
    for (const fs::path& file : files_below(test::source_path(name), ".yaml")) {
      texts.emplace_back(std::string(name) == "schemas" ? "model" : "revision", read_file(file));
    }
  }
  return texts;
}

/// Every raw string of the readers' tests: most of them are files with a mistake.
std::vector<std::string> texts_of_tests() {
  std::vector<std::string> texts;
  for (const fs::path& file : files_below(test::source_path("tests"), ".cpp")) {
    const std::string source = read_file(file);
    for (const auto& [open, close] : {std::pair("R\"(", ")\""), std::pair("R\"yaml(", ")yaml\"")}) {
      for (auto at = source.find(open); at != std::string::npos; at = source.find(open, at + 1)) {
        const auto begin = at + std::string_view(open).size();
        texts.push_back(source.substr(begin, source.find(close, begin) - begin));
      }
    }
    // "tables:\n  a: …": pieces in quotes that follow each other are one text.
    static const std::regex literal(
        "\"((?:tables|revision|views|triggers|database|lint|dialects):"
        "(?:[^\"\\\\]|\\\\.)*\"(?:\\s*\"(?:[^\"\\\\]|\\\\.)*\")*)");
    for (std::sregex_iterator found(source.begin(), source.end(), literal), end; found != end;
         ++found) {
      std::string text = (*found)[1].str();
      text = std::regex_replace(text, std::regex("\"\\s*\""), "");
      text.pop_back();
      text = text::replace_all(text, "\\n", "\n");
      text = text::replace_all(text, "\\\"", "\"");
      if (text.find('\\') == std::string::npos) texts.push_back(text);
    }
  }
  return texts;
}

TEST(JsonSchema, EveryCaseFileIsValidAndEveryBrokenTextOfTheTestsIsNot) {
  Cases cases;
  for (const auto& [schema, text] : case_texts()) cases.add(schema, text);
  const std::size_t of_cases = cases.valid();
  for (const std::string& text : texts_of_tests()) {
    const bool is_revision = text.find("revision:") != std::string::npos;
    const bool is_project =
        std::regex_search(text, std::regex("(^|\n)(database|lint|dialects)s?:"));
    cases.add(is_project ? "project" : is_revision ? "revision" : "model", text);
  }
  RecordProperty("valid", static_cast<int>(cases.valid()));
  RecordProperty("broken", static_cast<int>(cases.broken()));
  EXPECT_GT(of_cases, 300U);
  EXPECT_GT(cases.broken(), 40U);
  EXPECT_THAT(cases.disputed(), testing::IsEmpty());
}

/// `text` with one thing changed: a key misspelled, a value of another kind, a line gone.
std::string broken(const std::string& text, test::RandomSource& source) {
  std::vector<std::string> lines = text::split(text, '\n');
  std::string& line = lines[source.below(lines.size())];
  static const std::regex key("[a-z_]+(?=:)");
  static const std::regex value(": *[a-z0-9]+");
  switch (source.below(4)) {
    case 0:
      line = std::regex_replace(line, key, "$&x", std::regex_constants::format_first_only);
      break;
    case 1:
      line = std::regex_replace(line, value, ": {a: {}}", std::regex_constants::format_first_only);
      break;
    case 2:
      line = std::regex_replace(line, value, ": [[]]", std::regex_constants::format_first_only);
      break;
    default:
      line = std::regex_replace(line, std::regex("[a-z_]+: [a-z0-9]+,? *"), "",
                                std::regex_constants::format_first_only);
  }
  return text::join(lines, "\n");
}

TEST(JsonSchema, SaysWhatTheReaderSaysOfFilesWithOneThingWrong) {
  const std::vector<std::pair<std::string, std::string>> texts = case_texts();
  Cases cases;
  for (std::uint64_t seed = 0; seed < test::property_seeds(300); ++seed) {
    test::RandomSource source(seed);
    const auto& [schema, text] = source.pick(texts);
    cases.add(schema, broken(text, source));
  }
  EXPECT_GT(cases.valid(), 0U);
  EXPECT_GT(cases.broken(), 0U);
  EXPECT_THAT(cases.disputed(), testing::IsEmpty());
}

TEST(JsonSchema, EveryKeyIsDescribed) {
  EXPECT_THAT(undescribed_keys(), testing::IsEmpty());
}

TEST(JsonSchema, HasEveryMappingOfTheReaders) {
  for (const std::string& name : schema_names()) {
    const auto schema = nlohmann::json::parse(json_schema(name));
    EXPECT_EQ(schema.at("$schema"), "http://json-schema.org/draft-07/schema#");
    EXPECT_FALSE(schema.at("properties").empty());
    for (const auto& [definition, content] : schema.at("definitions").items()) {
      if (!content.contains("properties")) continue;
      EXPECT_FALSE(content.at("properties").empty()) << definition;
    }
    // Every reference leads somewhere.
    const std::string text = schema.dump();
    static const std::regex reference("#/definitions/([a-z_]+)");
    for (std::sregex_iterator at(text.begin(), text.end(), reference), end; at != end; ++at) {
      EXPECT_TRUE(schema.at("definitions").contains((*at)[1].str())) << (*at)[1];
    }
  }
  EXPECT_THROW(json_schema("modle"), Error);
}

}  // namespace
}  // namespace dbmig::yaml
