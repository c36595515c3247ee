#include "yaml/read_table.hpp"

#include <fmt/core.h>

#include <set>
#include <utility>

#include "schema/names.hpp"
#include "yaml/read_column.hpp"
#include "yaml/read_constraint.hpp"

namespace dbmig::yaml {

const std::vector<std::string>& view_keys() {
  static const std::vector<std::string> kKeys{"sql",       "mariadb",  "sqlite",
                                              "columns",   "only",     "definer",
                                              "algorithm", "security", "check_option"};
  return kKeys;
}

const std::vector<std::string>& trigger_keys() {
  static const std::vector<std::string> kKeys{"table", "sql",     "mariadb", "sqlite",
                                              "only",  "definer", "sql_mode"};
  return kKeys;
}

const std::vector<std::string>& routine_keys() {
  static const std::vector<std::string> kKeys{"sql", "definer", "sql_mode"};
  return kKeys;
}

schema::MariadbTable read_mariadb_table(Reader& reader, const Node& node) {
  Fields fields(reader, node, "'mariadb'",
                {"engine", "charset", "collation", "row_format", "options", "partition",
                 "system_versioned", "auto_increment", "period"});
  schema::MariadbTable block;
  block.engine = fields.text_or_empty("engine");
  block.charset = fields.text_or_empty("charset");
  block.collation = fields.text_or_empty("collation");
  block.row_format = fields.text_or_empty("row_format");
  block.partition = fields.text_or_empty("partition");
  block.system_versioned = fields.flag("system_versioned");
  block.auto_increment = fields.count("auto_increment");
  if (const Node* period = fields.find("period")) {
    Fields own(reader, *period, "'period'", {"name", "start", "end"});
    block.period.emplace();
    block.period->name = own.required_text("name").value_or("");
    block.period->start = own.required_text("start").value_or("");
    block.period->end = own.required_text("end").value_or("");
  }
  const Node* options = fields.find("options");
  if (options == nullptr || options->is_null()) return block;
  if (!reader.is_mapping(*options, "'options'", "{KEY_BLOCK_SIZE: 8}")) return block;
  for (std::size_t i = 0; i < options->entries(); ++i) {
    const std::string& name = options->key(i).text;
    const auto value = reader.text(options->value(i), fmt::format("option '{}'", name));
    if (value) block.options[name] = *value;
  }
  return block;
}

namespace {

std::set<std::string> read_name_set(Fields& fields, const char* key) {
  const Node* list = fields.find(key);
  if (list == nullptr) return {};
  const auto names = fields.reader().names(*list, fmt::format("'{}'", key));
  return {names.begin(), names.end()};
}

}  // namespace

schema::SqliteTable read_sqlite_table(Reader& reader, const Node& node) {
  Fields fields(reader, node, "'sqlite'",
                {"strict", "without_rowid", "unnamed", "implied", "module"});
  schema::SqliteTable block;
  block.strict = fields.flag("strict");
  block.without_rowid = fields.flag("without_rowid");
  block.unnamed = read_name_set(fields, "unnamed");
  block.implied = read_name_set(fields, "implied");
  block.module = fields.text_or_empty("module");
  return block;
}

std::optional<DialectKind> read_only(Fields& fields) {
  return dialect_kind(fields.word_or_empty("only", {"sqlite", "mariadb"}));
}

namespace {

schema::MariadbProgram read_program(Fields& fields) {
  schema::MariadbProgram program;
  program.definer = fields.text_or_empty("definer");
  if (fields.has("sql_mode")) program.sql_mode = fields.text_or_empty("sql_mode");
  return program;
}

}  // namespace

schema::View read_view(Fields& fields, const std::string& name) {
  schema::View view;
  view.name = name;
  view.sql = fields.sql();
  if (const Node* columns = fields.find("columns")) {
    view.columns = fields.reader().names(*columns, "'columns'");
  }
  view.only = read_only(fields);
  view.mariadb.definer = fields.text_or_empty("definer");
  view.mariadb.algorithm = fields.word_or_empty("algorithm", {"merge", "temptable"});
  view.mariadb.security = fields.word_or_empty("security", {"invoker"});
  view.mariadb.check_option = fields.word_or_empty("check_option", {"local", "cascaded"});
  return view;
}

schema::Trigger read_trigger(Fields& fields, const std::string& name) {
  schema::Trigger trigger;
  trigger.name = name;
  trigger.table = fields.required_text("table").value_or("");
  trigger.sql = fields.sql();
  trigger.only = read_only(fields);
  trigger.mariadb = read_program(fields);
  return trigger;
}

/// The SQL of what only MariaDB has: a text, or `{mariadb: …}` as elsewhere.
std::string read_mariadb_sql(Reader& reader, const Node& node, schema::RoutineKind kind) {
  const std::string what = fmt::format("'sql' of a {}", to_string(kind));
  if (!node.is_mapping()) return reader.text(node, what).value_or("");
  const auto sql = reader.sql(node, what);
  if (sql && !sql->sqlite.empty()) {
    reader.error(node, fmt::format("SQLite has no {}s", to_string(kind)),
                 "leave sqlite: out; there is nothing to do for it");
  }
  return sql ? sql->for_dialect(DialectKind::mariadb) : std::string();
}

schema::Routine read_routine(Fields& fields, schema::RoutineKind kind, const std::string& name) {
  schema::Routine routine;
  routine.kind = kind;
  routine.name = name;
  if (const Node* sql = fields.find("sql")) {
    routine.sql = read_mariadb_sql(fields.reader(), *sql, kind);
  }
  routine.mariadb = read_program(fields);
  return routine;
}

std::optional<schema::Routine> read_routine(Reader& reader, schema::RoutineKind kind,
                                            const Node& body, const std::string& what,
                                            const std::string& name) {
  if (body.is_scalar() && !body.is_null()) {
    const auto sql = reader.text(body, what);
    if (!sql) return std::nullopt;
    return schema::Routine{kind, name, *sql, {}};
  }
  const std::size_t before = reader.errors();
  Fields fields(reader, body, what, routine_keys());
  schema::Routine routine = read_routine(fields, kind, name);
  if (routine.sql.empty() && kind != schema::RoutineKind::sequence) fields.require("sql");
  if (reader.errors() != before) return std::nullopt;
  return routine;
}

namespace {

/// Reads one table; holds what the steps share.
class TableReader {
 public:
  TableReader(Reader& reader, const Node& key, TablePlace place, Positions& positions)
      : reader_(reader), key_(key), place_(place), positions_(positions) {}

  TableDraft read(const Node& body) {
    table().name = key_.text;
    positions_.add({"tables", key_.text}, reader_.at(key_));
    const std::size_t before = reader_.errors();
    std::vector<std::string> keys{"comment", "columns",      "primary_key", "unique",
                                  "indexes", "foreign_keys", "checks",      "mariadb",
                                  "sqlite",  "only",         "renamed_from"};
    Fields fields(reader_, body, fmt::format("table '{}'", key_.text), keys);
    if (!fields.valid()) {
      draft_.doubtful_keys = true;
      if (body.is_null()) {
        reader_.error(key_, fmt::format("table '{}' is empty", key_.text),
                      "it needs columns: {name: type}");
      }
      return std::move(draft_);
    }
    table().comment = fields.text_or_empty("comment");
    if (const Node* block = fields.find("sqlite")) {
      table().sqlite = read_sqlite_table(reader_, *block);
    }
    read_columns(fields);
    read_primary_key(fields);
    read_lists(fields);
    draft_.doubtful_keys = reader_.errors() != before;
    if (const Node* block = fields.find("mariadb")) {
      table().mariadb = read_mariadb_table(reader_, *block);
    }
    table().only = read_only(fields);
    if (place_ == TablePlace::model) {
      draft_.renamed_from = fields.text_or_empty("renamed_from");
      check_rename(key_, draft_.renamed_from, fields.find("renamed_from"));
    } else {
      require_explicit(fields);
    }
    name_constraints();
    return std::move(draft_);
  }

 private:
  schema::Table& table() { return draft_.table; }

  void check_rename(const Node& name, const std::string& old, const Node* at) {
    if (old.empty() || old != name.text) return;
    reader_.error(*at, fmt::format("'renamed_from' of '{}' is its own name", old),
                  "write the name it had before, or leave renamed_from out");
  }

  void read_columns(Fields& fields) {
    // A virtual table has no columns of its own making.
    if (!table().sqlite.module.empty() && !fields.has("columns")) return;
    const Node* columns = fields.require("columns", "as in columns: {id: integer}");
    if (columns == nullptr) return;
    if (!reader_.is_mapping(*columns, "'columns'", "{id: integer, name: varchar(64)}")) return;
    positions_.add_mapping({"tables", key_.text, "columns"}, reader_.at(*columns).file, *columns);
    std::map<std::string, std::string> old_names;
    for (std::size_t i = 0; i < columns->entries(); ++i) {
      const Node& key = columns->key(i);
      if (key.text.empty()) {
        reader_.error(key, fmt::format("a column of table '{}' has an empty name", key_.text));
        continue;
      }
      ColumnDraft column =
          read_column(reader_, key, columns->value(i), place_ == TablePlace::model);
      if (!column.renamed_from.empty()) {
        const Node* at = columns->value(i).find("renamed_from");
        check_rename(key, column.renamed_from, at);
        const auto [other, is_new] = old_names.try_emplace(column.renamed_from, key.text);
        if (!is_new) {
          reader_.error(*at,
                        fmt::format("columns '{0}' and '{2}' are both renamed from '{1}'", key.text,
                                    column.renamed_from, other->second),
                        "keep 'renamed_from' at one of them");
        }
      }
      take_column(std::move(column), key);
    }
  }

  /// The column into the table, its shorthand into constraints.
  void take_column(ColumnDraft column, const Node& key) {
    const std::string name = column.column.name;
    if (!column.type_known) draft_.doubtful_columns.insert(name);
    if (column.nullable) said_nullable_.insert(name);
    if (!column.renamed_from.empty()) draft_.columns_renamed_from[name] = column.renamed_from;
    if (column.primary_key) shorthand_key_.push_back(name);
    if (column.index) {
      // As SQLAlchemy has it: `index` and `unique` together are one unique index.
      schema::Index index;
      index.parts.push_back({name, {}, false, 0, {}});
      index.unique = column.unique;
      table().indexes.push_back(std::move(index));
      indexes_at_.push_back(reader_.at(key));
    } else if (column.unique) {
      table().uniques.push_back({{}, {name}, {}});
      uniques_at_.push_back(reader_.at(key));
    }
    if (column.foreign_key) {
      table().foreign_keys.push_back(std::move(*column.foreign_key));
      foreign_keys_at_.push_back(reader_.at(key));
    }
    table().columns.push_back(std::move(column.column));
  }

  void read_primary_key(Fields& fields) {
    const Node* node = fields.find("primary_key");
    if (node != nullptr) {
      positions_.add({"tables", key_.text, "primary_key"}, reader_.at(*node));
      table().primary_key = read_primary_key_value(reader_, *node);
      if (!shorthand_key_.empty()) {
        reader_.error(
            *node,
            fmt::format("the primary key of table '{}' is given both here and at column '{}'",
                        key_.text, shorthand_key_.front()),
            "keep one of the two");
      }
    } else if (!shorthand_key_.empty()) {
      table().primary_key = schema::PrimaryKey{{}, shorthand_key_, {}};
      const schema::Column& first = *table().find_column(shorthand_key_.front());
      positions_.add({"tables", key_.text, "primary_key"},
                     positions_.locate({"tables", key_.text, "columns", first.name}));
    }
    if (!table().primary_key) return;
    for (const std::string& name : table().primary_key->columns) {
      schema::Column* column = table().find_column(name);
      if (column != nullptr && !said_nullable_.contains(name)) column->nullable = false;
    }
  }

  template <class T>
  static void append(schema::SharedList<T>& all, std::vector<T> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  }

  void read_lists(Fields& fields) {
    if (const Node* node = fields.find("unique")) {
      append(table().uniques, read_uniques(reader_, *node, uniques_at_));
    }
    if (const Node* node = fields.find("indexes")) {
      append(table().indexes, read_indexes(reader_, *node, indexes_at_));
    }
    if (const Node* node = fields.find("foreign_keys")) {
      append(table().foreign_keys, read_foreign_keys(reader_, *node, foreign_keys_at_));
    }
    if (const Node* node = fields.find("checks")) {
      append(table().checks, read_checks(reader_, *node, checks_at_));
    }
  }

  /// A revision says what it does by itself: no hints, no looking up of other tables.
  void require_explicit(Fields& fields) {
    if (const Node* node = fields.find("renamed_from")) {
      reader_.error(*node, "'renamed_from' has no meaning in a revision", "use rename_table");
    }
    for (std::size_t i = 0; i < table().foreign_keys.size(); ++i) {
      const schema::ForeignKey& key = table().foreign_keys[i];
      if (!key.referenced_columns.empty() || key.external) continue;
      Node at;
      at.line = foreign_keys_at_[i].line;
      at.column = foreign_keys_at_[i].column;
      reader_.error(at,
                    fmt::format("the foreign key to '{}' does not name the columns there",
                                key.referenced_table),
                    fmt::format("write them out, as in {}(id)", key.referenced_table));
    }
  }

  void name_constraints() {
    draft_.table = schema::with_names(std::move(draft_.table));
    locate("unique", table().uniques, uniques_at_);
    locate("indexes", table().indexes, indexes_at_);
    locate("foreign_keys", table().foreign_keys, foreign_keys_at_);
    locate("checks", table().checks, checks_at_);
  }

  template <class Constraint>
  void locate(const std::string& list, const schema::SharedList<Constraint>& constraints,
              const std::vector<SourcePosition>& at) {
    for (std::size_t i = 0; i < constraints.size(); ++i) {
      positions_.add({"tables", key_.text, list, constraints[i].name}, at[i]);
    }
  }

  Reader& reader_;
  const Node& key_;
  TablePlace place_;
  Positions& positions_;
  TableDraft draft_;
  std::vector<std::string> shorthand_key_;
  std::set<std::string> said_nullable_;
  std::vector<SourcePosition> uniques_at_;
  std::vector<SourcePosition> indexes_at_;
  std::vector<SourcePosition> foreign_keys_at_;
  std::vector<SourcePosition> checks_at_;
};

}  // namespace

TableDraft read_table(Reader& reader, const Node& key, const Node& body, TablePlace place,
                      Positions& positions) {
  return TableReader(reader, key, place, positions).read(body);
}

}  // namespace dbmig::yaml
