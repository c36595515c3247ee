#include "yaml/read_operation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "schema/validate.hpp"
#include "yaml/parts.hpp"
#include "yaml/read_column.hpp"
#include "yaml/read_constraint.hpp"
#include "yaml/read_constraint_operation.hpp"
#include "yaml/read_execute.hpp"
#include "yaml/read_rows.hpp"
#include "yaml/read_suppressions.hpp"
#include "yaml/read_table.hpp"

namespace dbmig::yaml {
namespace {

using Read = std::optional<ops::Operation>;

// Each function reads one operation's body; mistakes are reported, and the caller drops the value.

Read create_table(Reader& reader, const Node& key, const Node& body) {
  if (!reader.is_mapping(body, "'create_table'",
                         "create_table: {customer: {columns: {id: integer}}}")) {
    return {};
  }
  if (body.entries() != 1) {
    reader.error(key, fmt::format("'create_table' creates one table, not {}", body.entries()),
                 "write an operation for each");
    return {};
  }
  Positions positions;
  TableDraft draft =
      read_table(reader, body.key(0), body.value(0), TablePlace::revision, positions);
  return ops::CreateTable{schema::normalized(std::move(draft.table))};
}

/// `drop_table: customer`, also `{name: customer}`.
std::string read_name(Reader& reader, const Node& key, const Node& body) {
  if (body.is_scalar() && !body.text.empty()) return body.text;
  if (!body.is_mapping()) {
    reader.error(body, fmt::format("'{}' needs a name", key.text),
                 fmt::format("as in {}: name", key.text));
    return {};
  }
  Fields fields(reader, body, key.text, {"name"});
  return fields.required_text("name").value_or("");
}

Read drop_table(Reader& reader, const Node& key, const Node& body) {
  return ops::DropTable{read_name(reader, key, body)};
}
Read drop_view(Reader& reader, const Node& key, const Node& body) {
  return ops::DropView{read_name(reader, key, body)};
}
Read drop_trigger(Reader& reader, const Node& key, const Node& body) {
  return ops::DropTrigger{read_name(reader, key, body)};
}

template <schema::RoutineKind kind>
Read drop_routine(Reader& reader, const Node& key, const Node& body) {
  return ops::DropRoutine{kind, read_name(reader, key, body)};
}

template <schema::RoutineKind kind>
Read create_routine(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"name"}, routine_keys()));
  const auto name = fields.required_text("name");
  return ops::CreateRoutine{read_routine(fields, kind, name.value_or(""))};
}

Read rename_table(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, {"name", "to"});
  return ops::RenameTable{fields.required_text("name").value_or(""),
                          fields.required_text("to").value_or("")};
}

std::optional<ops::Position> read_position(Fields& fields) {
  const bool first = fields.flag("first");
  const auto after = fields.has("after") ? fields.required_text("after") : std::nullopt;
  if (first && after)
    fields.reader().error(fields.node(), "'first' and 'after' exclude each other");
  if (after) return ops::Position{*after};
  if (first) return ops::Position{};
  return std::nullopt;
}

Read add_column(Reader& reader, const Node& key, const Node& body) {
  std::vector<std::string> keys = with_keys({"table", "name"}, column_keys());
  keys = with_keys(std::move(keys), {"after", "first"});
  Fields fields(reader, body, key.text, with_keys(keys, column_shorthand_keys()));
  using Pair = std::pair<const char*, const char*>;
  for (const auto& [shorthand, operation] :
       {Pair{"primary_key", "create_primary_key"}, Pair{"unique", "create_unique_constraint"},
        Pair{"index", "create_index"}, Pair{"references", "create_foreign_key"},
        Pair{"on_delete", "create_foreign_key"}, Pair{"on_update", "create_foreign_key"}}) {
    if (const Node* node = fields.find(shorthand)) {
      reader.error(*node, fmt::format("'{}' is not allowed in add_column", shorthand),
                   fmt::format("add the operation {}", operation));
    }
  }
  ops::AddColumn add;
  add.table = fields.required_text("table").value_or("");
  const std::string name = fields.required_text("name").value_or("");
  add.column = read_column_fields(fields, name).column;
  if (add.column.default_value) {
    // As in a model, 5 on a text column is '5'; what does not fit is for the fold to say.
    const auto coerced = schema::coerce(*add.column.default_value, add.column.type);
    if (coerced) add.column.default_value = coerced;
  }
  add.position = read_position(fields);
  return add;
}

Read drop_column(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, {"table", "name"});
  return ops::DropColumn{fields.required_text("table").value_or(""),
                         fields.required_text("name").value_or("")};
}

Read alter_column(Reader& reader, const Node& key, const Node& body) {
  const std::size_t before = reader.errors();
  std::vector<std::string> keys = with_keys({"table", "name", "rename"}, column_keys());
  Fields fields(reader, body, key.text, with_keys(std::move(keys), {"after", "first"}));
  ops::AlterColumn alter;
  alter.table = fields.required_text("table").value_or("");
  alter.name = fields.required_text("name").value_or("");
  if (fields.has("rename")) alter.rename = fields.required_text("rename");
  if (const Node* type = fields.find("type")) alter.type = reader.type(*type, "'type'");
  alter.nullable = fields.boolean("nullable");
  alter.autoincrement = fields.boolean("autoincrement");
  if (const Node* value = fields.find("default")) {
    alter.default_value = read_default(reader, *value);
    if (alter.type && alter.default_value && *alter.default_value) {
      const auto coerced = schema::coerce(**alter.default_value, *alter.type);
      if (coerced) alter.default_value = coerced;
    }
  }
  if (const Node* value = fields.find("generated")) {
    alter.generated = read_generated(reader, *value);
  }
  if (fields.has("comment")) alter.comment = fields.text_or_empty("comment");
  if (const Node* block = fields.find("mariadb")) {
    alter.mariadb = read_mariadb_column(reader, *block);
  }
  if (const Node* block = fields.find("sqlite")) alter.sqlite = read_sqlite_column(reader, *block);
  alter.position = read_position(fields);
  if (reader.errors() == before && ops::is_empty(alter)) {
    reader.error(key, "this alter_column changes nothing",
                 "say what changes: rename, type, nullable, default…");
  }
  return alter;
}

Read create_index(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"table", "name"}, index_keys()));
  const auto table = fields.required_text("table");
  const auto name = fields.required_text("name");
  auto index = read_index(fields);
  if (!table || !name || !index) return {};
  index->name = *name;
  return ops::CreateIndex{*table, std::move(*index)};
}

Read drop_index(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, {"table", "name"});
  return ops::DropIndex{fields.required_text("table").value_or(""),
                        fields.required_text("name").value_or("")};
}

Read rename_index(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, {"table", "name", "to"});
  return ops::RenameIndex{fields.required_text("table").value_or(""),
                          fields.required_text("name").value_or(""),
                          fields.required_text("to").value_or("")};
}

Read alter_table(Reader& reader, const Node& key, const Node& body) {
  const std::size_t before = reader.errors();
  Fields fields(reader, body, key.text, {"table", "comment", "mariadb", "sqlite"});
  ops::AlterTable alter;
  alter.table = fields.required_text("table").value_or("");
  if (fields.has("comment")) alter.comment = fields.text_or_empty("comment");
  if (const Node* block = fields.find("mariadb")) {
    alter.mariadb = read_mariadb_table(reader, *block);
  }
  if (const Node* block = fields.find("sqlite")) alter.sqlite = read_sqlite_table(reader, *block);
  if (reader.errors() == before && !alter.comment && !alter.mariadb && !alter.sqlite) {
    reader.error(key, "this alter_table changes nothing",
                 "say what changes: comment, mariadb or sqlite");
  }
  return alter;
}

Read create_view(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"name"}, view_keys()));
  const auto name = fields.required_text("name");
  return ops::CreateView{read_view(fields, name.value_or(""))};
}

Read create_trigger(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, with_keys({"name"}, trigger_keys()));
  const auto name = fields.required_text("name");
  return ops::CreateTrigger{read_trigger(fields, name.value_or(""))};
}

Read bulk_insert(Reader& reader, const Node& key, const Node& body) {
  return read_rows(reader, key, body);
}

Read bulk_delete(Reader& reader, const Node& key, const Node& body) {
  auto rows = read_rows(reader, key, body);
  if (!rows) return {};
  return ops::BulkDelete{std::move(rows->table), std::move(rows->columns), std::move(rows->rows)};
}

struct Entry {
  std::string_view name;
  Read (*read)(Reader&, const Node& key, const Node& body);
};

// In the order of ops::Operation.
constexpr std::array kOperations{
    Entry{"create_table", create_table},
    Entry{"drop_table", drop_table},
    Entry{"rename_table", rename_table},
    Entry{"add_column", add_column},
    Entry{"drop_column", drop_column},
    Entry{"alter_column", alter_column},
    Entry{"create_index", create_index},
    Entry{"drop_index", drop_index},
    Entry{"rename_index", rename_index},
    Entry{"create_primary_key", read_create_primary_key},
    Entry{"create_unique_constraint", read_create_unique_constraint},
    Entry{"create_foreign_key", read_create_foreign_key},
    Entry{"create_check_constraint", read_create_check_constraint},
    Entry{"drop_constraint", read_drop_constraint},
    Entry{"alter_table", alter_table},
    Entry{"create_view", create_view},
    Entry{"drop_view", drop_view},
    Entry{"create_trigger", create_trigger},
    Entry{"drop_trigger", drop_trigger},
    Entry{"create_sequence", create_routine<schema::RoutineKind::sequence>},
    Entry{"drop_sequence", drop_routine<schema::RoutineKind::sequence>},
    Entry{"create_function", create_routine<schema::RoutineKind::function>},
    Entry{"drop_function", drop_routine<schema::RoutineKind::function>},
    Entry{"create_procedure", create_routine<schema::RoutineKind::procedure>},
    Entry{"drop_procedure", drop_routine<schema::RoutineKind::procedure>},
    Entry{"create_event", create_routine<schema::RoutineKind::event>},
    Entry{"drop_event", drop_routine<schema::RoutineKind::event>},
    Entry{"bulk_insert", bulk_insert},
    Entry{"bulk_delete", bulk_delete},
    Entry{"execute", read_execute},
};
// CreateRoutine and DropRoutine have a name for each kind.
static_assert(kOperations.size() ==
              std::variant_size_v<ops::Operation> + 2 * (kRoutineSections.size() - 1));

}  // namespace

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kOperations) names.emplace_back(entry.name);
  return names;
}

namespace {

std::string unknown_operation_hint(const std::string& name) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array kOthers{
      Pair{"rename_column", "use alter_column with rename"},
      Pair{"change_column", "use alter_column"},
      Pair{"modify_column", "use alter_column"},
      Pair{"batch_alter_table", "write its operations one by one: SQLite needs no batches here"},
      Pair{"create_table_comment", "use alter_table with comment"},
      Pair{"drop_table_comment", "use alter_table with comment: \"\""},
      Pair{"drop_primary_key", "use drop_constraint with kind: primary_key"},
      Pair{"drop_foreign_key", "use drop_constraint with kind: foreign_key"},
      Pair{"drop_unique_constraint", "use drop_constraint with kind: unique"},
      Pair{"drop_check_constraint", "use drop_constraint with kind: check"},
      Pair{"create_unique", "use create_unique_constraint"},
      Pair{"create_check", "use create_check_constraint"},
      Pair{"sql", "use execute"},
      Pair{"run", "use execute"},
      Pair{"insert", "use bulk_insert"},
      Pair{"delete", "use bulk_delete or execute"},
  };
  for (const auto& [theirs, hint] : kOthers) {
    if (name == theirs) return std::string(hint);
  }
  return text::suggest(name, operation_names());
}

Read read_operation(Reader& reader, const Node& key, const Node& body) {
  const auto* const entry = std::find_if(kOperations.begin(), kOperations.end(),
                                         [&](const Entry& e) { return e.name == key.text; });
  if (entry == kOperations.end()) {
    reader.error(key, fmt::format("unknown operation '{}'", key.text),
                 unknown_operation_hint(key.text));
    return {};
  }
  if (body.is_null()) {
    reader.error(key, fmt::format("'{}' is empty", key.text),
                 "say what it does, as in - drop_table: customer");
    return {};
  }
  const std::size_t before = reader.errors();
  Read operation = entry->read(reader, key, body);
  return reader.errors() == before ? std::move(operation) : std::nullopt;
}

/// The place in `item` of the operation's own key; nothing, after a diagnostic, when there is none
/// or more than one.
std::optional<std::size_t> operation_key(Reader& reader, const Node& item) {
  std::vector<std::size_t> names;
  for (std::size_t i = 0; i < item.entries(); ++i) {
    if (item.key(i).text != kIgnore) names.push_back(i);
  }
  if (names.size() == 1) return names.front();
  const std::string hint =
      names.empty() ? "as in - drop_table: customer"
                    : fmt::format("indent what belongs to '{0}' below it, or write - {0}: {{…}}",
                                  item.key(names.front()).text);
  reader.error(item, "an operation has one name", hint);
  return std::nullopt;
}

}  // namespace

std::vector<ops::Operation> read_operations(Reader& reader, const Node& list,
                                            const std::string& what,
                                            std::vector<SourcePosition>& at,
                                            std::vector<history::Suppression>* suppressions) {
  std::vector<ops::Operation> operations;
  if (list.is_null() || !reader.is_sequence(list, what, "- drop_table: customer"))
    return operations;
  for (const Node& item : list.children) {
    if (!item.is_mapping()) {
      reader.error(item, fmt::format("an operation must be a mapping, not {}", kind_name(item)),
                   "as in - drop_table: customer");
      continue;
    }
    const auto name = operation_key(reader, item);
    if (!name) continue;
    const Node& key = item.key(*name);
    const Node* ignore = item.find(kIgnore);
    if (ignore != nullptr && suppressions == nullptr) {
      reader.error(*ignore, fmt::format("'lint_ignore' has no meaning in {}", what),
                   "write it next to an operation of 'upgrade'");
    } else if (ignore != nullptr) {
      read_suppressions(reader, *ignore, operations.size(), *suppressions);
    }
    auto operation = read_operation(reader, key, item.value(*name));
    if (!operation) continue;
    operations.push_back(std::move(*operation));
    at.push_back(reader.at(key));
  }
  return operations;
}

}  // namespace dbmig::yaml
