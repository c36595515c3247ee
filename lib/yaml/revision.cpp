#include "yaml/revision.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/ascii.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "yaml/read_operation.hpp"
#include "yaml/reader.hpp"
#include "yaml/slug.hpp"
#include "yaml/write_operation.hpp"

namespace dbmig::yaml {
namespace {

using ascii::is_digit;

bool is_id_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/// Checks a revision's id or a label: `what` names it.
void check_id(Reader& reader, const Node& node, std::string_view what, std::string_view id) {
  static constexpr std::array<std::string_view, 4> kReserved{"head", "heads", "base", "current"};
  constexpr std::size_t kMaxLength = 64;
  if (std::find(kReserved.begin(), kReserved.end(), id) != kReserved.end()) {
    reader.error(node, fmt::format("{} cannot be '{}', which is a reserved word", what, id));
  } else if (id.empty() || id.size() > kMaxLength) {
    reader.error(node, fmt::format("{} must have 1 to {} characters", what, kMaxLength));
  } else if (!std::all_of(id.begin(), id.end(), is_id_character)) {
    reader.error(node, fmt::format("{} '{}' may hold only A-Z, a-z, 0-9, '_' and '-'", what, id));
  } else if (id.front() == '-') {
    reader.error(node, fmt::format("{} '{}' begins with '-'", what, id),
                 "on a command line it would be an option");
  }
}

/// "2026-11-22T05:10:22Z" and shorter or with an offset; `d` stands for a digit.
bool is_time(std::string_view text) {
  const auto fits = [&](std::string_view pattern) {
    return text.size() == pattern.size() &&
           std::equal(text.begin(), text.end(), pattern.begin(), [](char c, char p) {
             return p == 'd' ? is_digit(c) : p == 'T' ? c == 'T' || c == ' ' : c == p;
           });
  };
  return fits("dddd-dd-dd") || fits("dddd-dd-ddTdd:dd") || fits("dddd-dd-ddTdd:ddZ") ||
         fits("dddd-dd-ddTdd:dd:dd") || fits("dddd-dd-ddTdd:dd:ddZ");
}

void read_parents(Fields& fields, history::Revision& revision) {
  Reader& reader = fields.reader();
  const Node* parents = fields.require(
      "parents", "write parents: [] for the first revision, else the id of the one before");
  if (parents == nullptr || parents->is_null()) return;
  if (parents->is_sequence() && parents->children.empty()) return;
  revision.parents = reader.names(*parents, "'parents'");
  std::set<std::string> seen;
  for (const std::string& parent : revision.parents) {
    check_id(reader, *parents, "a parent", parent);
    if (parent == revision.id) reader.error(*parents, "a revision cannot be its own parent");
    if (!seen.insert(parent).second) {
      reader.error(*parents, fmt::format("parent '{}' is named twice", parent));
    }
  }
}

/// A name, or a list of them.
std::vector<std::string> read_names(Fields& fields, std::string_view key, std::string_view what) {
  Reader& reader = fields.reader();
  const Node* node = fields.find(key);
  if (node == nullptr || node->is_null()) return {};
  if (node->is_sequence() && node->children.empty()) return {};
  std::vector<std::string> names;
  if (node->is_scalar()) {
    names.push_back(reader.text(*node, fmt::format("'{}'", key)).value_or(""));
    if (names.back().empty()) return {};
  } else {
    names = reader.names(*node, fmt::format("'{}'", key));
  }
  std::set<std::string> seen;
  for (const std::string& name : names) {
    check_id(reader, *node, what, name);
    if (!seen.insert(name).second) {
      reader.error(*node, fmt::format("{} '{}' is named twice", what, name));
    }
  }
  return names;
}

void read_head(Fields& fields, history::Revision& revision) {
  Reader& reader = fields.reader();
  if (const Node* id = fields.require("revision", "as in revision: 2fa6cb75c75d")) {
    revision.id = reader.text(*id, "'revision'").value_or("");
    if (id->is_scalar()) check_id(reader, *id, "a revision's id", revision.id);
  }
  read_parents(fields, revision);
  revision.message = fields.text_or_empty("message");
  revision.created = fields.text_or_empty("created");
  if (!revision.created.empty() && !is_time(revision.created)) {
    reader.error(*fields.find("created"), fmt::format("'{}' is not a time", revision.created),
                 "as in 2026-11-22T05:10:22Z");
  }
  revision.depends_on = read_names(fields, "depends_on", "a dependency");
  revision.labels = read_names(fields, "label", "a label");
}

/// What a revision's mapping may have.
const std::vector<std::string>& revision_keys() {
  static const std::vector<std::string> keys{"revision", "parents", "depends_on", "message",
                                             "created",  "label",   "adopts",     "replaces",
                                             "require",  "upgrade", "downgrade"};
  return keys;
}

void read_adopts(Fields& fields, history::Revision& revision) {
  Reader& reader = fields.reader();
  const Node* node = fields.find("adopts");
  if (node == nullptr) return;
  static const std::vector<std::string> kTools{"alembic", "flyway", "golang-migrate", "dbmate",
                                               "goose"};
  if (!reader.is_mapping(*node, "'adopts'", "alembic: 1975ea83b712")) return;
  const Fields tools(reader, *node, "'adopts'", kTools);
  for (std::size_t i = 0; i < node->entries(); ++i) {
    revision.adopts[node->key(i).text] = reader.names(node->value(i), "a version");
  }
}

void read_replaces(Fields& fields, history::Revision& revision);

/// `require:` is one query or a list of them, each a text or a mapping with its message.
void read_requirements(Fields& fields, history::Revision& revision) {
  const Node* node = fields.find("require");
  if (node == nullptr || node->is_null()) return;
  Reader& reader = fields.reader();
  const std::vector<Node> alone{*node};
  for (const Node& one : node->is_sequence() ? node->children : alone) {
    history::Requirement requirement;
    requirement.where = reader.at(one);
    if (one.is_mapping()) {
      Fields parts(reader, one, "'require'", {"sql", "mariadb", "sqlite", "message"});
      requirement.sql = parts.sql();
      requirement.message = parts.text_or_empty("message");
    } else if (const auto sql = reader.sql(one, "'require'")) {
      requirement.sql = *sql;
    }
    revision.requirements.push_back(std::move(requirement));
  }
}

void read_body(Fields& fields, history::Revision& revision) {
  read_requirements(fields, revision);
  if (const Node* upgrade = fields.find("upgrade")) {
    revision.upgrade = read_operations(fields.reader(), *upgrade, "'upgrade'",
                                       revision.upgrade_positions, &revision.suppressions);
  }
  const Node* downgrade = fields.find("downgrade");
  if (downgrade == nullptr) return;
  if (downgrade->is_null()) {
    fields.reader().error(*downgrade, "'downgrade' is empty",
                          "leave it out for the exact inverse, or write [] to do nothing");
    return;
  }
  revision.downgrade = read_operations(fields.reader(), *downgrade, "'downgrade'",
                                       revision.downgrade_positions, nullptr);
}

/// What of a revision its checksum is about.
history::Revision meaning_of(const history::Revision& revision);

/// The revision of one mapping, but for its text.
history::Revision read_mapping(Reader& reader, const Node& node, const std::string& what) {
  history::Revision revision;
  Fields fields(reader, node, what, revision_keys());
  if (!fields.valid()) return revision;
  read_head(fields, revision);
  read_adopts(fields, revision);
  read_replaces(fields, revision);
  read_body(fields, revision);
  revision.changes_rows = history::changes_rows(revision.upgrade);
  // Who only reads the history does without.
  revision.checksum =
      Lazy<std::string>([meaning = meaning_of(revision)] { return checksum(meaning); });
  return revision;
}

void read_replaces(Fields& fields, history::Revision& revision) {
  Reader& reader = fields.reader();
  const Node* list = fields.find("replaces");
  if (list == nullptr) return;
  if (!reader.is_sequence(*list, "'replaces'", "- revision: 2fa6cb75c75d")) return;
  if (list->children.empty()) {
    reader.error(*list, "'replaces' is empty", "leave it out: `dbmig squash` writes it");
  }
  for (const Node& child : list->children) {
    const std::size_t errors = reader.errors();
    history::Revision one = read_mapping(reader, child, "a replaced revision");
    if (reader.errors() != errors) continue;
    if (one.id == revision.id) {
      reader.error(child, "a revision cannot replace itself");
      continue;
    }
    one.path = reader.at(child).file;
    one.text = print_revision(one);
    revision.replaces.push_back({one.id, one.checksum.get(), one.replaces});
    revision.replaced.push_back(std::move(one));
  }
}

/// What of a revision its checksum is about.
history::Revision meaning_of(const history::Revision& revision) {
  history::Revision meaning;
  meaning.id = revision.id;
  meaning.parents = revision.parents;
  meaning.depends_on = revision.depends_on;
  meaning.replaces = revision.replaces;
  meaning.upgrade = revision.upgrade;
  meaning.downgrade = revision.downgrade;
  return meaning;
}

Out ids_out(const std::vector<std::string>& ids) {
  return Out::list(ids);
}

/// The upgrade as a person wrote it: with what stands beside the operations.
Out upgrade_out(const history::Revision& revision) {
  if (revision.suppressions.empty()) return operations_out(revision.upgrade);
  Out list = Out::list(Out::Style::block);
  for (std::size_t i = 0; i < revision.upgrade.size(); ++i) {
    Out item = operation_out(revision.upgrade[i]);
    Out reasons = Out::map();
    for (const history::Suppression& suppression : revision.suppressions) {
      if (suppression.operation != i) continue;
      reasons.add(suppression.code, Out::text(suppression.reason));
    }
    if (!reasons.empty()) item.add("lint_ignore", std::move(reasons));
    list.add(std::move(item));
  }
  return list;
}

Out revision_out(const history::Revision& revision);

void add_requirements(Out& out, const history::Revision& revision) {
  if (revision.requirements.empty()) return;
  Out list = Out::list(Out::Style::block);
  for (const history::Requirement& requirement : revision.requirements) {
    Out one = Out::map(Out::Style::block);
    const auto add = [&](std::string_view key, const std::string& text) {
      if (!text.empty()) one.add(key, Out::text(text));
    };
    add("sql", requirement.sql.any);
    add("mariadb", requirement.sql.mariadb);
    add("sqlite", requirement.sql.sqlite);
    add("message", requirement.message);
    list.add(std::move(one));
  }
  out.add("require", std::move(list));
}

void add_downgrade(Out& out, const history::Revision& revision) {
  if (revision.downgrade) out.add("downgrade", operations_out(*revision.downgrade));
}

Out revision_out(const history::Revision& revision) {
  Out out = Out::map(Out::Style::block);
  out.add("revision", Out::text(revision.id));
  out.add("parents", ids_out(revision.parents));
  if (!revision.depends_on.empty()) out.add("depends_on", ids_out(revision.depends_on));
  out.add("message", Out::text(revision.message));
  if (!revision.created.empty()) {
    // Plain: no reader of ours takes it for anything but text.
    out.add("created", is_time(revision.created) ? Out::literal(revision.created)
                                                 : Out::text(revision.created));
  }
  if (revision.labels.size() == 1) out.add("label", Out::text(revision.labels.front()));
  if (revision.labels.size() > 1) out.add("label", ids_out(revision.labels));
  if (!revision.adopts.empty()) {
    Out tools = Out::map();
    for (const auto& [tool, versions] : revision.adopts) {
      tools.add(tool, versions.size() == 1 ? Out::text(versions.front()) : Out::list(versions));
    }
    out.add("adopts", std::move(tools));
  }
  add_requirements(out, revision);
  out.add("upgrade", upgrade_out(revision));
  add_downgrade(out, revision);
  if (revision.replaced.empty()) return out;
  Out list = Out::list(Out::Style::block);
  for (const history::Revision& one : revision.replaced) list.add(revision_out(one));
  out.add("replaces", std::move(list));
  return out;
}

}  // namespace

history::Revision read_revision(std::string_view content, const std::string& name,
                                Diagnostics& diagnostics) {
  history::Revision revision;
  const auto root = parse_yaml(content, name, diagnostics);
  if (!root) return revision;
  Reader reader(name, diagnostics);
  if (root->is_null()) {
    reader.error({}, "the revision file is empty",
                 "it needs revision, parents and upgrade; `dbmig revision` writes one");
    return revision;
  }
  revision = read_mapping(reader, *root, "the revision");
  revision.text = content;
  return revision;
}

history::Revision parse_revision(std::string_view content, const std::string& name) {
  Diagnostics diagnostics;
  history::Revision revision = read_revision(content, name, diagnostics);
  diagnostics.throw_if_any();
  return revision;
}

std::string print_revision(const history::Revision& revision) {
  return emit(revision_out(revision));
}

std::string print_operations(const std::vector<ops::Operation>& operations) {
  return emit(operations_out(operations));
}

std::string checksum(const history::Revision& revision) {
  Out out = Out::map();
  out.add("revision", Out::text(revision.id));
  std::vector<std::string> parents = revision.parents;
  std::sort(parents.begin(), parents.end());
  out.add("parents", ids_out(parents));
  if (!revision.depends_on.empty()) {
    std::vector<std::string> depends_on = revision.depends_on;
    std::sort(depends_on.begin(), depends_on.end());
    out.add("depends_on", ids_out(depends_on));
  }
  if (!revision.replaces.empty()) {
    std::vector<std::string> replaced;
    for (const history::Replaced& one : revision.replaces) {
      replaced.push_back(one.id + ' ' + one.checksum);
    }
    out.add("replaces", ids_out(replaced));
  }
  out.add("upgrade", operations_out(revision.upgrade));
  add_downgrade(out, revision);
  return "v1:" + sha256_hex(canonical(out));
}

std::string file_name(const history::Revision& revision) {
  constexpr std::size_t kSlugCharacters = 40;
  constexpr std::size_t kDate = 10;
  std::vector<std::string> parts;
  if (revision.created.size() >= kDate) parts.push_back(revision.created.substr(0, kDate));
  parts.push_back(revision.id);
  const std::string words = slug(revision.message, kSlugCharacters);
  if (!words.empty()) parts.push_back(words);
  return text::join(parts, "_") + ".yaml";
}

}  // namespace dbmig::yaml
