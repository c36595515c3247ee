#include "runner/case.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "yaml/files.hpp"
#include "yaml/model.hpp"
#include "yaml/scalar.hpp"

namespace dbmig::cases {
namespace {

using yaml::Node;

constexpr DialectKind kBoth[] = {DialectKind::sqlite, DialectKind::mariadb};

/// A document of a file, with empty lines in front so that its line numbers are the file's.
struct Document {
  std::string text;
  std::size_t first_line = 0;
};

std::vector<Document> documents(const std::string& content) {
  std::vector<Document> all;
  Document current;
  std::size_t number = 0;
  for (const std::string& line : text::split(content, '\n')) {
    ++number;
    if (line == "---") {
      all.push_back(std::move(current));
      current = {std::string(number, '\n'), number};
      continue;
    }
    current.text += line + '\n';
  }
  all.push_back(std::move(current));
  std::erase_if(all, [](const Document& d) { return text::trim(d.text).empty(); });
  return all;
}

std::string slug(const std::string& title) {
  std::string result;
  for (const char c : title) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      result += c;
    } else if (!result.empty() && result.back() != '_') {
      result += '_';
    }
  }
  while (!result.empty() && result.back() == '_') result.pop_back();
  return text::lower(result);
}

/// Reads one document; its mistakes are those of whoever wrote the case, so the first one ends it.
class CaseReader {
 public:
  CaseReader(const Document& document, std::string file)
      : lines_(text::split(document.text, '\n')), file_(std::move(file)) {
    Diagnostics diagnostics;
    const auto root = yaml::parse_yaml(document.text, file_, diagnostics);
    diagnostics.throw_if_any();
    root_ = *root;
    if (!root_.is_mapping()) throw fail(root_, "a case is a mapping");
  }

  Case read() {
    Case result;
    for (std::size_t i = 0; i < root_.entries(); ++i) {
      const Node& key = root_.key(i);
      const Node& value = root_.value(i);
      if (key.text == "title") {
        result.title = value.text;
        result.where = fmt::format("{}:{}", file_, key.line);
      } else if (key.text == "only") {
        result.only = dialect_kind(value.text);
        if (!result.only) throw fail(value, "'only' is sqlite or mariadb");
      } else if (key.text == "from") {
        result.from = side(i);
      } else if (key.text == "to") {
        result.to = side(i);
      } else if (key.text == "operations") {
        result.operations = source_of(i);
      } else if (key.text == "downgrade") {
        result.downgrade = source_of(i);
      } else if (key.text == "rows") {
        read_rows(value, result);
      } else if (key.text == "same") {
        result.same = value.text == "live" ? Same::live : Same::models;
      } else if (key.text == "destructive") {
        result.destructive = value.text == "true";
      } else if (key.text == "refused") {
        result.refused = per_dialect(value);
      } else if (key.text == "after") {
        result.after = contents(value);
      } else if (key.text == "back") {
        result.back = contents(value);
      } else {
        throw fail(key, fmt::format("unknown key '{}' of a case", key.text));
      }
    }
    if (result.title.empty()) throw fail(root_, "a case needs a title");
    return result;
  }

 private:
  Error fail(const Node& node, std::string message) const {
    return Error(ErrorCode::invalid, std::move(message)).at({file_, node.line, node.column});
  }

  static bool is_per_dialect(const Node& node) {
    if (!node.is_mapping() || node.entries() == 0) return false;
    for (std::size_t i = 0; i < node.entries(); ++i) {
      if (!dialect_kind(node.key(i).text)) return false;
    }
    return true;
  }

  PerDialect per_dialect(const Node& node) const {
    if (node.is_scalar()) {
      return {{DialectKind::sqlite, node.text}, {DialectKind::mariadb, node.text}};
    }
    if (!is_per_dialect(node)) throw fail(node, "a text is expected, or one for each database");
    PerDialect result;
    for (std::size_t i = 0; i < node.entries(); ++i) {
      result[*dialect_kind(node.key(i).text)] = node.value(i).text;
    }
    return result;
  }

  /// What stands below the i-th key, as it is written and at its line.
  std::string source_of(std::size_t i) const {
    const auto begin = static_cast<std::size_t>(root_.key(i).line);
    const auto end = i + 1 < root_.entries() ? static_cast<std::size_t>(root_.key(i + 1).line) - 1
                                             : lines_.size();
    std::string result(begin, '\n');
    for (std::size_t line = begin; line < end; ++line) result += lines_[line] + '\n';
    return result;
  }

  Side side(std::size_t i) const {
    const Node& node = root_.value(i);
    Side result;
    if (node.is_null()) return result;
    if (node.is_scalar() || is_per_dialect(node)) {
      result.sql = per_dialect(node);
    } else if (node.line == root_.key(i).line) {
      throw fail(node, "a model begins on the line below");
    } else {
      result.model = yaml::parse_model({{file_, source_of(i)}});
    }
    return result;
  }

  std::string literal(const Node& node) const {
    if (node.is_null()) return "NULL";
    if (node.is_mapping() && node.entries() == 1 && node.key(0).text == "sql") {
      return node.value(0).text;
    }
    if (!node.is_scalar()) throw fail(node, "a value is text, a number, null or {sql: …}");
    if (!node.quoted) {
      switch (yaml::scalar_kind(node.text)) {
        case yaml::ScalarKind::null:
          return "NULL";
        case yaml::ScalarKind::boolean:
          return text::lower(node.text) == "true" ? "1" : "0";
        case yaml::ScalarKind::number:
          return node.text;
        case yaml::ScalarKind::string:
          break;
      }
    }
    // Without backslashes it means the same to both databases.
    if (node.text.find('\\') != std::string::npos) {
      throw fail(node, "write a value with a backslash as {sql: …}");
    }
    return text::quote(node.text, '\'');
  }

  void read_rows(const Node& node, Case& result) const {
    if (node.is_scalar() || is_per_dialect(node)) {
      result.rows_sql = per_dialect(node);
      return;
    }
    if (!node.is_mapping()) throw fail(node, "'rows' is SQL or a mapping by table");
    for (std::size_t i = 0; i < node.entries(); ++i) {
      RowSet set;
      if (!node.value(i).is_sequence()) throw fail(node.value(i), "the rows of a table are a list");
      for (const Node& row : node.value(i).children) {
        if (row.is_mapping()) {
          // Rows by name may each have columns of their own.
          RowSet one;
          one.rows.emplace_back();
          for (std::size_t k = 0; k < row.entries(); ++k) {
            one.columns.push_back(row.key(k).text);
            one.rows.back().push_back(literal(row.value(k)));
          }
          result.rows.emplace_back(node.key(i).text, std::move(one));
          continue;
        }
        if (!row.is_sequence()) throw fail(row, "a row is a list or a mapping");
        set.rows.emplace_back();
        for (const Node& value : row.children) set.rows.back().push_back(literal(value));
      }
      if (!set.rows.empty()) result.rows.emplace_back(node.key(i).text, std::move(set));
    }
  }

  std::map<std::string, Content> tables(const Node& node) const {
    std::map<std::string, Content> result;
    if (!node.is_mapping()) throw fail(node, "what tables hold is a mapping by table");
    for (std::size_t i = 0; i < node.entries(); ++i) {
      Content& content = result[node.key(i).text];
      for (const Node& row : node.value(i).children) {
        content.emplace_back();
        if (!row.is_sequence()) throw fail(row, "a row is a list of values");
        for (const Node& value : row.children) {
          const bool is_null = value.is_null() || (!value.quoted && value.text == "null");
          content.back().push_back(is_null ? std::nullopt : std::optional(value.text));
        }
      }
    }
    return result;
  }

  std::map<DialectKind, std::map<std::string, Content>> contents(const Node& node) const {
    std::map<DialectKind, std::map<std::string, Content>> result;
    for (const DialectKind kind : kBoth) {
      if (!is_per_dialect(node)) {
        result[kind] = tables(node);
      } else if (const Node* own = node.find(to_string(kind))) {
        result[kind] = tables(*own);
      }
    }
    return result;
  }

  std::vector<std::string> lines_;
  std::string file_;
  Node root_;
};

}  // namespace

std::vector<Case> load_cases(const std::filesystem::path& folder) {
  std::vector<Case> cases;
  std::set<std::string> names;
  for (const std::filesystem::path& path : yaml::yaml_files(folder, yaml::Subfolders::yes)) {
    const std::string file = yaml::display_name(path, folder);
    for (const Document& document : documents(read_file(path))) {
      Case one = CaseReader(document, file).read();
      one.name = fmt::format("{}.{}", std::filesystem::path(file).replace_extension().string(),
                             slug(one.title));
      if (!names.insert(one.name).second) {
        throw Error(ErrorCode::invalid, fmt::format("a second case '{}'", one.name))
            .at({file, static_cast<int>(document.first_line), 0});
      }
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

}  // namespace dbmig::cases
