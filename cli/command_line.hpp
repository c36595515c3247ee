#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dbmig::cli {

/// An option or argument of a command, which owns it. Each call changes it and returns it.
/// CLI11 does the work; commands see this much of it, and it is compiled in one place: a file that
/// includes it compiles its whole parser.
class Option {
 public:
  explicit Option(CLI::Option* parsed) : parsed_(parsed) {}

  /// What stands for the value in the help.
  Option* option_text(const std::string& text);
  Option* group(const std::string& name);  ///< "": not in the help
  Option* required();
  /// So many values each time it is given.
  Option* expected(int count);
  Option* expected(int least, int most);
  /// One value each time it is given, however often.
  Option* repeatable();
  /// `--name a b` is one value and an argument.
  Option* allow_extra_args(bool allow);
  Option* delimiter(char between_values);
  Option* one_of(const std::vector<std::string>& values);
  Option* range(long long lowest, long long highest);
  Option* positive();
  Option* existing_file();
  Option* excludes(const std::string& name);
  Option* excludes(Option* other);
  /// Called with each value when it is read.
  Option* each(std::function<void(const std::string&)> take);
  /// As it was given, in the words of a command line: "--null", "-"; empty if it was not.
  std::vector<std::string> given() const;

 private:
  CLI::Option* parsed_;
};

/// A command, or the program itself, whose commands it owns.
class Command {
 public:
  explicit Command(CLI::App& parser);

  /// `value` gets what the command line says and must live as long as the command. T is bool for
  /// "true" and "false", a string, a whole number, or a vector of strings; command_line.cpp lists
  /// them.
  template <class T>
  Option* add_option(const std::string& names, T& value, const std::string& help = {});
  Option* add_flag(const std::string& names, bool& value, const std::string& help = {});
  /// The option that has this name. Throws what CLI11 throws when there is none.
  Option* get_option(const std::string& name);

  Command& add_subcommand(const std::string& name, const std::string& summary);
  void callback(std::function<void()> action);

  /// The parser behind it, for what makes the program, its help and its completions.
  CLI::App& parser() const { return *parser_; }

 private:
  Option* owned(CLI::Option* parsed);

  CLI::App* parser_;
  std::deque<Option> options_;
  std::deque<Command> commands_;
};

}  // namespace dbmig::cli
