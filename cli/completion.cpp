#include "cli/completion.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "yaml/model.hpp"

namespace dbmig::cli {
namespace {

struct Candidate {
  std::string value;
  std::string description;
};
using Candidates = std::vector<Candidate>;

/// What stands for a value in the help: its first word, as in `TABLE...` or `REV…`.
std::string placeholder(const CLI::Option& option) {
  const std::string text = option.get_option_text();
  const auto end = std::find_if(text.begin(), text.end(), [](char c) {
    return (c < 'A' || c > 'Z') && c != ':' && c != '|';
  });
  return {text.begin(), end};
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

/// The words of `{a,b}` in what CLI11 says of the option's check.
std::vector<std::string> choices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto begin = type.find('{');
  const auto end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return text::split(type.substr(begin + 1, end - begin - 1), ',');
}

const CLI::Option* find_option(const CLI::App& app, const std::string& name) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional() && option->check_name(name)) return option;
  }
  return nullptr;
}

/// The command line up to the word at the cursor.
struct Line {
  const CLI::App* app = nullptr;              ///< the command, or the program
  const CLI::Option* value_of = nullptr;      ///< the option whose value is next
  std::size_t arguments = 0;                  ///< of the command, so far
  bool only_arguments = false;                ///< after `--`
  std::map<std::string, std::string> values;  ///< of options, by the name they were given
  std::set<const CLI::Option*> given;
};

void take_option(Line& line, const std::string& word) {
  const auto equals = word.starts_with("--") ? word.find('=') : std::string::npos;
  const std::string name = word.substr(0, equals);
  const CLI::Option* option = find_option(*line.app, name);
  if (option == nullptr) return;
  line.given.insert(option);
  if (equals != std::string::npos) {
    line.values[name] = word.substr(equals + 1);
  } else if (takes_value(*option)) {
    line.value_of = option;
  }
}

Line read(const CLI::App& program, const std::vector<std::string>& words) {
  Line line;
  line.app = &program;
  std::string last_option;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (line.value_of != nullptr) {
      line.values[last_option] = word;
      line.value_of = nullptr;
    } else if (!line.only_arguments && word == "--") {
      line.only_arguments = true;
    } else if (!line.only_arguments && word.size() > 1 && word.front() == '-') {
      take_option(line, word);
      last_option = word;
    } else if (line.app == &program) {
      const auto commands =
          program.get_subcommands([&](const CLI::App* one) { return one->check_name(word); });
      if (commands.empty()) break;
      line.app = commands.front();
    } else {
      ++line.arguments;
    }
  }
  return line;
}

/// The argument that the word at the cursor is, or nullptr.
const CLI::Option* next_argument(const Line& line) {
  std::size_t before = line.arguments;
  for (const CLI::Option* option : line.app->get_options()) {
    if (!option->get_positional() || option->nonpositional()) continue;
    const auto most = static_cast<std::size_t>(std::max(option->get_items_expected_max(), 1));
    if (before < most) return option;
    before -= most;
  }
  return nullptr;
}

Candidates command_names(const CLI::App& program) {
  Candidates list;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    list.push_back({command->get_name(), command->get_description()});
  }
  return list;
}

Candidates option_names(const Line& line) {
  Candidates list;
  for (const CLI::Option* option : line.app->get_options()) {
    if (!option->nonpositional()) continue;
    if (line.given.count(option) != 0 && option->get_items_expected_max() <= 1) continue;
    for (const std::string& name : option->get_lnames()) {
      list.push_back({"--" + name, option->get_description()});
    }
    for (const std::string& name : option->get_snames()) {
      list.push_back({"-" + name, option->get_description()});
    }
  }
  return list;
}

Candidates revisions(Context& context) {
  const history::Graph& graph = context.graph();
  Candidates list;
  for (const std::string& id : graph.topological()) {
    const history::Header& header = graph.header(id);
    list.push_back({id, header.message});
    for (const std::string& label : header.labels) {
      list.push_back({label, "label of " + id});
      list.push_back({label + "@head", "the branch's last"});
    }
  }
  std::reverse(list.begin(), list.end());  // the last ones are meant most often
  list.push_back({"head", "the last revision"});
  list.push_back({"heads", "the last revisions of all branches"});
  list.push_back({"base", "before the first revision"});
  list.push_back({"current", "where the database is"});
  return list;
}

/// `a:b` names two: the second is completed, and the first stays.
Candidates revision_range(Context& context, const std::string& word) {
  Candidates list = revisions(context);
  const auto colon = word.rfind(':');
  if (colon == std::string::npos) return list;
  for (Candidate& one : list) one.value.insert(0, word, 0, colon + 1);
  return list;
}

Candidates labels(Context& context) {
  Candidates list;
  for (const std::string& id : context.graph().topological()) {
    for (const std::string& label : context.graph().header(id).labels) {
      list.push_back({label, "of " + id});
    }
  }
  return list;
}

Candidates tables(Context& context) {
  std::set<std::string> names;
  try {
    for (const auto& [name, table] : context.graph().fold().tables) names.insert(name);
  } catch (const std::exception&) {
    // The model is enough.
  }
  try {
    // Without its SQL files, which a database reads.
    const yaml::Project& project = context.project();
    for (const auto& [name, table] :
         yaml::load_model(project.schemas, project.root, {}).schema.tables) {
      names.insert(name);
    }
  } catch (const std::exception&) {
    // The revisions are enough.
  }
  Candidates list;
  for (const std::string& name : names) list.push_back({name, {}});
  return list;
}

Candidates databases(Context& context) {
  Candidates list;
  for (const auto& [name, url] : context.project().databases) list.push_back({name, {}});
  return list;
}

constexpr std::string_view kFiles = ":files";
constexpr std::string_view kFolders = ":folders";

/// The values of an option or argument; `:files` or `:folders` where they are paths.
Candidates values(const CLI::App& program, Context& context, const CLI::Option& option,
                  const std::string& word) {
  if (const auto words = choices(option); !words.empty()) {
    Candidates list;
    for (const std::string& one : words) list.push_back({one, {}});
    return list;
  }
  const std::string kind = placeholder(option);
  if (option.check_lname("database")) return databases(context);
  if (option.check_lname("table") || kind == "TABLE") return tables(context);
  if (kind == "SOURCE" || kind == "TARGET") return databases(context);
  if (option.check_lname("pending-against")) return {};  // git's
  if (kind == "REV" || kind == "A:B") return revision_range(context, word);
  if (kind == "LABEL") return labels(context);
  if (kind == "COMMAND") return command_names(program);
  if (kind.starts_with("FILE")) return {{std::string(kFiles), {}}};
  if (kind == "DIR") return {{std::string(kFolders), {}}};
  return {};
}

/// In one line, without what a terminal or the scripts would take for something else.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

std::string printed(const Candidates& candidates, const std::string& word,
                    const std::string& prefix) {
  std::string out;
  std::set<std::string> seen;
  for (const Candidate& one : candidates) {
    if (one.value == kFiles || one.value == kFolders) return one.value + "\n";
    const bool has_controls = one_line(one.value) != one.value;
    if (has_controls || !one.value.starts_with(word) || !seen.insert(one.value).second) continue;
    out += prefix + one.value;
    if (!one.description.empty()) out += "\t" + one_line(one.description);
    out += '\n';
  }
  return out;
}

std::string completed(const CLI::App& program, Context& context,
                      const std::vector<std::string>& words) {
  const std::string word = words.empty() ? std::string() : words.back();
  const Line line = read(program, words);
  const auto said = [&](const char* name, std::string& into) {
    if (const auto found = line.values.find(name); found != line.values.end()) into = found->second;
  };
  said("-C", context.globals.directory);
  said("--config", context.location.config);
  context.globals.quiet = true;
  context.prepare();

  if (line.value_of != nullptr) {
    return printed(values(program, context, *line.value_of, word), word, {});
  }
  const auto equals = word.find('=');
  if (!line.only_arguments && word.starts_with("--") && equals != std::string::npos) {
    const std::string name = word.substr(0, equals);
    const std::string value = word.substr(equals + 1);
    const CLI::Option* option = find_option(*line.app, name);
    if (option == nullptr || !takes_value(*option)) return {};
    return printed(values(program, context, *option, value), value, name + "=");
  }
  if (!line.only_arguments && word.starts_with('-')) return printed(option_names(line), word, {});
  if (line.app == &program) return printed(command_names(program), word, {});
  const CLI::Option* argument = next_argument(line);
  if (argument == nullptr) return {};
  return printed(values(program, context, *argument, word), word, {});
}

}  // namespace

std::string complete(const CLI::App& program, Context& context,
                     const std::vector<std::string>& words) noexcept {
  try {
    return completed(program, context, words);
  } catch (...) {
    return {};
  }
}

}  // namespace dbmig::cli
