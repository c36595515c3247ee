#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <utility>

namespace dbmig::cli {

Option* Option::option_text(const std::string& text) {
  parsed_->option_text(text);
  return this;
}

Option* Option::group(const std::string& name) {
  parsed_->group(name);
  return this;
}

Option* Option::required() {
  parsed_->required();
  return this;
}

Option* Option::expected(int count) {
  parsed_->expected(count);
  return this;
}

Option* Option::expected(int least, int most) {
  parsed_->expected(least, most);
  return this;
}

Option* Option::repeatable() {
  parsed_->type_size(1)->expected(1)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
  return this;
}

Option* Option::allow_extra_args(bool allow) {
  parsed_->allow_extra_args(allow);
  return this;
}

Option* Option::delimiter(char between_values) {
  parsed_->delimiter(between_values);
  return this;
}

Option* Option::one_of(const std::vector<std::string>& values) {
  parsed_->check(CLI::IsMember(values));
  return this;
}

Option* Option::range(long long lowest, long long highest) {
  parsed_->check(CLI::Range(lowest, highest));
  return this;
}

Option* Option::positive() {
  parsed_->check(CLI::PositiveNumber);
  return this;
}

Option* Option::existing_file() {
  parsed_->check(CLI::ExistingFile);
  return this;
}

Option* Option::excludes(const std::string& name) {
  parsed_->excludes(name);
  return this;
}

Option* Option::excludes(Option* other) {
  parsed_->excludes(other->parsed_);
  return this;
}

Option* Option::each(std::function<void(const std::string&)> take) {
  parsed_->each(std::move(take));
  return this;
}

std::vector<std::string> Option::given() const {
  const std::string name = "--" + parsed_->get_lnames().front();
  const bool is_flag = parsed_->get_items_expected_max() == 0;
  std::vector<std::string> words;
  if (parsed_->count() == 0) return words;
  if (is_flag) return {name};
  for (const std::string& value : parsed_->results()) {
    words.push_back(name);
    words.push_back(value);
  }
  return words;
}

Command::Command(CLI::App& parser) : parser_(&parser) {}

Option* Command::owned(CLI::Option* parsed) {
  return &options_.emplace_back(parsed);
}

template <class T>
Option* Command::add_option(const std::string& names, T& value, const std::string& help) {
  return owned(parser_->add_option(names, value, help));
}

template Option* Command::add_option(const std::string&, bool&, const std::string&);
template Option* Command::add_option(const std::string&, int&, const std::string&);
template Option* Command::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option* Command::add_option(const std::string&, std::string&, const std::string&);
template Option* Command::add_option(const std::string&, std::optional<std::string>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::string>&,
                                     const std::string&);

Option* Command::add_flag(const std::string& names, bool& value, const std::string& help) {
  return owned(parser_->add_flag(names, value, help));
}

Option* Command::get_option(const std::string& name) {
  return owned(parser_->get_option(name));
}

Command& Command::add_subcommand(const std::string& name, const std::string& summary) {
  return commands_.emplace_back(*parser_->add_subcommand(name, summary));
}

void Command::callback(std::function<void()> action) {
  parser_->callback(std::move(action));
}

}  // namespace dbmig::cli
