#include "project/changes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "diff/comparison.hpp"
#include "schema/names.hpp"
#include "yaml/emit.hpp"
#include "yaml/write_schema.hpp"

namespace dbmig::project {
namespace {

using yaml::Out;

/// The sections of the model, in the order of the report, and the noun for an entry of each.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSections = {{
    {"tables", "table"},
    {"views", "view"},
    {"triggers", "trigger"},
    {"sequences", "sequence"},
    {"functions", "function"},
    {"procedures", "procedure"},
    {"events", "event"},
}};

/// The sections of a table; the attribute that a bare value (not a mapping) in a section stands
/// for.
struct Section {
  std::string_view key;
  std::string_view noun;
  std::string_view short_for;
};
constexpr std::array<Section, 5> kParts = {{
    {"columns", "column", "type"},
    {"unique", "unique", "columns"},
    {"indexes", "index", "columns"},
    {"foreign_keys", "foreign key", "columns"},
    {"checks", "check", "sql"},
}};

const Out* find(const Out& map, std::string_view key) {
  for (std::size_t i = 0; i < map.keys().size(); ++i) {
    if (map.keys()[i] == key) return &map.items()[i];
  }
  return nullptr;
}

/// A value on one line.
std::string flow(const Out& value) {
  if (value.kind() == Out::Kind::text || value.kind() == Out::Kind::literal) return value.scalar();
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    const std::string item = flow(value.items()[i]);
    parts.push_back(value.kind() == Out::Kind::map ? value.keys()[i] + ": " + item : item);
  }
  const std::string all = text::join(parts, ", ");
  return value.kind() == Out::Kind::map ? "{" + all + "}" : "[" + all + "]";
}

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// All attributes of an object, with blocks for one database flattened: `sqlite.collation`.
Attributes attributes_of(const Out& object, std::string_view short_for) {
  Attributes attributes;
  if (object.kind() != Out::Kind::map || find(object, "native") != nullptr) {
    return {{std::string(short_for), flow(object)}};
  }
  for (std::size_t i = 0; i < object.keys().size(); ++i) {
    const std::string& key = object.keys()[i];
    const Out& value = object.items()[i];
    const bool is_block = value.kind() == Out::Kind::map && (key == "mariadb" || key == "sqlite");
    if (!is_block) {
      attributes.emplace_back(key, flow(value));
      continue;
    }
    for (auto& [name, text] : attributes_of(value, key)) {
      attributes.emplace_back(fmt::format("{}.{}", key, name), std::move(text));
    }
  }
  return attributes;
}

std::vector<ChangedAttribute> compare(const Attributes& before, const Attributes& after) {
  std::vector<ChangedAttribute> list;
  const auto find_in = [](const Attributes& all, const std::string& name) {
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == name; });
    return at == all.end() ? std::string() : at->second;
  };
  const auto has = [](const Attributes& all, const std::string& name) {
    return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.first == name; });
  };
  for (const auto& [name, text] : before) {
    const std::string now = find_in(after, name);
    if (!has(after, name) || now != text) list.push_back({name, text, now});
  }
  for (const auto& [name, text] : after) {
    if (!has(before, name)) list.push_back({name, "", text});
  }
  return list;
}

/// A whole object, or part of one, that was added or removed.
Change whole(ChangeKind kind, std::string_view noun, const std::string& name, const Out& object,
             std::string_view short_for) {
  Change change{kind, std::string(noun), name, {}, {}, {}};
  const Attributes none;
  const Attributes all = attributes_of(object, short_for);
  change.attributes = kind == ChangeKind::added ? compare(none, all) : compare(all, none);
  return change;
}

/// The entries of a section by name, in order; none if there is no such section.
const Out& entries(const Out& table, std::string_view key) {
  static const Out none = Out::map();
  const Out* found = find(table, key);
  return found == nullptr ? none : *found;
}

bool is_part(std::string_view key) {
  return std::any_of(kParts.begin(), kParts.end(), [&](const Section& s) { return s.key == key; });
}

/// The attributes of the table itself, without its parts.
Out own_attributes(const Out& table) {
  Out own = Out::map();
  for (std::size_t i = 0; i < table.keys().size(); ++i) {
    if (!is_part(table.keys()[i])) own.add(table.keys()[i], table.items()[i]);
  }
  return own;
}

void compare_section(const Section& section, const Out& before, const Out& after,
                     const std::map<std::string, std::string>& renamed,
                     std::vector<Change>& changes) {
  for (std::size_t i = 0; i < before.keys().size(); ++i) {
    if (find(after, before.keys()[i]) != nullptr) continue;
    changes.push_back(whole(ChangeKind::removed, section.noun, before.keys()[i], before.items()[i],
                            section.short_for));
  }
  for (std::size_t i = 0; i < after.keys().size(); ++i) {
    const std::string& name = after.keys()[i];
    const Out* old = find(before, name);
    if (old == nullptr) {
      changes.push_back(
          whole(ChangeKind::added, section.noun, name, after.items()[i], section.short_for));
      continue;
    }
    Change change{ChangeKind::changed, std::string(section.noun), name, {}, {}, {}};
    change.attributes = compare(attributes_of(*old, section.short_for),
                                attributes_of(after.items()[i], section.short_for));
    if (const auto from = renamed.find(name); from != renamed.end()) {
      change.renamed_from = from->second;
    }
    if (!change.attributes.empty() || !change.renamed_from.empty()) {
      changes.push_back(std::move(change));
    }
  }
}

Out out_of(schema::Table table) {
  return yaml::table_out(schema::with_names(std::move(table)));
}

Change whole_table(ChangeKind kind, const schema::Table& table) {
  const Out out = out_of(table);
  Change change = whole(kind, "table", table.name, own_attributes(out), "");
  const Out none = Out::map();
  for (const Section& section : kParts) {
    const Out& all = entries(out, section.key);
    compare_section(section, kind == ChangeKind::added ? none : all,
                    kind == ChangeKind::added ? all : none, {}, change.parts);
  }
  return change;
}

Change changed_table(const diff::TableChange& table) {
  Change change{ChangeKind::changed, "table", table.to, {}, {}, {}};
  if (table.from != table.to) change.renamed_from = table.from;
  const Out before = out_of(*table.before);
  const Out after = out_of(*table.after);
  change.attributes =
      compare(attributes_of(own_attributes(before), ""), attributes_of(own_attributes(after), ""));
  if (table.reordered) {
    change.attributes.push_back({"order of columns", text::join(table.before->column_names(), ", "),
                                 text::join(table.after->column_names(), ", ")});
  }
  std::map<std::string, std::string> renamed;
  for (const diff::Rename& rename : diff::whole_renames(table.renamed_columns)) {
    renamed[rename.to] = rename.from;
  }
  for (const Section& section : kParts) {
    compare_section(section, entries(before, section.key), entries(after, section.key),
                    section.key == "columns" ? renamed : std::map<std::string, std::string>{},
                    change.parts);
  }
  return change;
}

}  // namespace

std::vector<Change> changes(const schema::Schema& from, const schema::Schema& to,
                            const schema::RenameHints& renames) {
  const diff::Comparison comparison(from, to, renames);
  std::map<std::string, Change> tables;
  std::vector<Change> list;
  for (const diff::TableChange& table : comparison.changes) {
    const bool is_same =
        table.from == table.to && table.renamed_columns.empty() && *table.before == *table.after;
    if (is_same) continue;
    Change change = changed_table(table);
    const bool differs =
        !change.attributes.empty() || !change.parts.empty() || !change.renamed_from.empty();
    if (differs) tables.emplace(table.to, std::move(change));
  }
  for (const std::string& name : comparison.dropped) {
    list.push_back(whole_table(ChangeKind::removed, from.tables.at(name)));
  }
  for (const std::string& name : comparison.added) {
    // A table that moves to the other database is shown as removed and added.
    tables.insert_or_assign(name, whole_table(ChangeKind::added, to.tables.at(name)));
  }
  for (auto& [name, change] : tables) list.push_back(std::move(change));
  std::stable_sort(list.begin(), list.end(),
                   [](const Change& a, const Change& b) { return a.name < b.name; });
  schema::Schema before = comparison.renamed;
  schema::Schema after = to;
  before.tables.clear();
  after.tables.clear();
  const Out before_out = yaml::schema_out(before);
  const Out after_out = yaml::schema_out(after);
  for (const auto& [section, noun] : kSections) {
    if (section == "tables") continue;
    compare_section({section, noun, "sql"}, entries(before_out, section),
                    entries(after_out, section), {}, list);
  }
  return list;
}

}  // namespace dbmig::project
