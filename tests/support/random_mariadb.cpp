#include "support/random_mariadb.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "schema/validate.hpp"
#include "support/random_parts.hpp"
#include "support/random_source.hpp"

namespace dbmig::test {
namespace {

using schema::Schema;
using schema::Table;

class Features {
 public:
  Features(Schema& schema, std::uint64_t seed) : schema_(schema), random_(seed ^ 0x6d617269) {}

  void add() {
    for (auto& [name, table] : schema_.tables) add_to(table);
    for (auto& [name, view] : schema_.views) add_to(view);
    for (auto& [name, trigger] : schema_.triggers) trigger.mariadb = program();
    sequences();
    programs();
    events();
  }

 private:
  bool has_foreign_key(const Table& table) const {
    if (!table.foreign_keys.empty()) return true;
    for (const auto& [name, other] : schema_.tables) {
      for (const schema::ForeignKey& key : other.foreign_keys) {
        if (key.referenced_table == table.name) return true;
      }
    }
    return false;
  }

  bool in_key(const Table& table, const std::string& column) const {
    const auto has = [&](const auto& columns) {
      return std::find(columns.begin(), columns.end(), column) != columns.end();
    };
    bool used = table.in_primary_key(column) || in_foreign_key(table, column) ||
                is_referenced(schema_, table.name, column);
    for (const auto& unique : table.uniques) used = used || has(unique.columns);
    for (const auto& index : table.indexes) {
      for (const auto& part : index.parts) used = used || part.column == column;
    }
    return used;
  }

  void add_to(Table& table) {
    if (random_.chance(20)) table.mariadb.row_format = "COMPACT";
    if (random_.chance(20)) table.mariadb.options["STATS_PERSISTENT"] = "1";
    if (random_.chance(20)) table.mariadb.options["page_compressed"] = "1";
    if (table.mariadb.options.count("page_compressed") > 0) table.mariadb.row_format.clear();
    for (schema::Column& column : table.columns) add_to(table, column);
    for (schema::Index& index : table.indexes) {
      if (random_.chance(20)) index.ignored = !index.unique && !has_foreign_key(table);
      if (random_.chance(20)) index.comment = "an 'index'";
    }
    if (random_.chance(30)) special_index(table);
    if (random_.chance(25)) period(table);
    // The server has neither partitions nor much of versioning together with foreign keys.
    if (has_foreign_key(table)) return;
    const bool has_unique =
        !table.uniques.empty() || std::any_of(table.indexes.begin(), table.indexes.end(),
                                              [](const auto& index) { return index.unique; });
    if (random_.chance(25)) {
      table.mariadb.system_versioned = true;
    } else if (table.primary_key && !has_unique && random_.chance(40) && !has_fulltext(table)) {
      table.mariadb.partition = random_.chance(50) ? "PARTITION BY KEY () PARTITIONS 3"
                                                   : "PARTITION BY LINEAR KEY () PARTITIONS 2";
    }
  }

  /// Two columns that rows can be given, and a key over them now and then.
  void period(Table& table) {
    const std::string begins = random_.chance(50) ? "valid_from" : "valid `from`";
    if (table.find_column(begins) != nullptr || table.find_column("valid_to") != nullptr) return;
    const std::vector<std::string> types = {"date", "datetime(3)", "timestamp", "datetime"};
    const schema::Type type = schema::parse_type(random_.pick(types));
    const auto add = [&](const std::string& name, const char* value) {
      schema::Column column;
      column.name = name;
      column.type = type;
      column.nullable = false;
      column.default_value = schema::Default{schema::Default::Kind::string, value, {}};
      table.columns.push_back(std::move(column));
    };
    add(begins, "2020-01-01");
    add("valid_to", "2030-01-01");
    table.mariadb.period =
        schema::ApplicationPeriod{random_.chance(50) ? "valid" : "a `time`", begins, "valid_to"};
    const bool has_key = random_.chance(60);
    for (const schema::Column& column : table.columns) {
      // No foreign key may change what such a key is over (error 4171).
      const bool fits = schema::is_integer(column.type.kind) && !column.generated &&
                        !in_foreign_key(table, column.name);
      if (!has_key || !fits) continue;
      schema::Unique unique;
      unique.name = fmt::format("uq_period_{}", ++count_);
      unique.columns = {column.name};
      unique.without_overlaps = true;
      table.uniques.push_back(std::move(unique));
      return;
    }
  }

  static bool has_fulltext(const Table& table) {
    return std::any_of(table.indexes.begin(), table.indexes.end(),
                       [](const auto& index) { return index.kind == schema::IndexKind::fulltext; });
  }

  void add_to(Table& table, schema::Column& column) {
    if (column.generated || in_key(table, column.name) || in_expression(table, column.name)) return;
    const bool text = schema::is_text(column.type.kind);
    const int visible =
        static_cast<int>(std::count_if(table.columns.begin(), table.columns.end(),
                                       [](const auto& c) { return !c.mariadb.invisible; }));
    if (visible > 1 && random_.chance(10) && (column.nullable || column.default_value)) {
      column.mariadb.invisible = true;
    }
    if (text && random_.chance(20)) column.mariadb.collation = "utf8mb4_bin";
    if (text && !column.default_value && random_.chance(20)) {
      column.mariadb.charset = "latin1";
      column.mariadb.collation = random_.chance(50) ? "latin1_german1_ci" : "";
    }
    const bool can_compress =
        column.type.kind == schema::TypeKind::text || column.type.kind == schema::TypeKind::blob;
    if (can_compress && random_.chance(20)) column.mariadb.compressed = true;
    const bool has_check = table.find_check(column.name) != nullptr;
    if (schema::is_integer(column.type.kind) && !has_check && random_.chance(20)) {
      schema::Check check;
      check.name = column.name;
      check.sql.any = quoted(column.name) + (random_.chance(50) ? " > -1000000" : " <> 77");
      const bool other_has_it = std::any_of(
          schema_.tables.begin(), schema_.tables.end(),
          [&](const auto& entry) { return entry.second.find_check(check.name) != nullptr; });
      if (!other_has_it) table.checks.push_back(std::move(check));
    }
  }

  void special_index(Table& table) {
    for (const schema::Column& column : table.columns) {
      const bool text = column.type.kind == schema::TypeKind::text && !column.generated;
      if (!text || column.mariadb.compressed) continue;
      schema::Index index;
      index.name = "ix_special_" + std::to_string(++count_);
      schema::IndexPart part;
      part.column = column.name;
      if (random_.chance(60)) {
        part.length = random_.between(1, 50);
        part.descending = random_.chance(50);
      } else {
        index.kind = schema::IndexKind::fulltext;
      }
      index.parts.push_back(std::move(part));
      table.indexes.push_back(std::move(index));
      return;
    }
  }

  void add_to(schema::View& view) {
    view.mariadb.algorithm = random_.pick(std::vector<std::string>{"", "merge", "temptable"});
    if (random_.chance(30)) view.mariadb.security = "invoker";
    if (random_.chance(30)) view.mariadb.definer = "some one@%";
    if (view.mariadb.algorithm != "temptable" && random_.chance(20)) {
      view.mariadb.check_option = random_.chance(50) ? "local" : "cascaded";
    }
  }

  schema::MariadbProgram program() {
    schema::MariadbProgram out;
    if (random_.chance(30)) out.definer = "other@localhost";
    if (random_.chance(30)) {
      out.sql_mode = random_.pick(std::vector<std::string>{"", "PIPES_AS_CONCAT,ANSI_QUOTES"});
    }
    return out;
  }

  void routine(schema::RoutineKind kind, std::string name, std::string sql) {
    schema::Routine out;
    out.kind = kind;
    out.name = std::move(name);
    out.sql = std::move(sql);
    if (kind != schema::RoutineKind::sequence) out.mariadb = program();
    schema_.routines[{kind, out.name}] = out;
  }

  void sequences() {
    for (const char* name : {"a sequence", "seq_b"}) {
      if (!random_.chance(40)) continue;
      routine(schema::RoutineKind::sequence, name,
              fmt::format("start with {} increment {}{}", random_.between(1, 50),
                          random_.between(1, 3), random_.chance(50) ? " nocache" : " cycle"));
    }
  }

  void programs() {
    if (random_.chance(40)) {
      routine(schema::RoutineKind::function, "double of",
              fmt::format("(n int) returns bigint {} return n * {}",
                          random_.chance(50) ? "deterministic" : "no sql", random_.between(2, 4)));
    }
    if (random_.chance(40)) {
      routine(schema::RoutineKind::procedure, "do_it",
              fmt::format("(in a int, out b varchar(10))\nbegin\n  -- step {}\n  set b = a; end",
                          random_.between(1, 9)));
    }
  }

  void events() {
    if (!random_.chance(40)) return;
    routine(schema::RoutineKind::event, "nightly",
            fmt::format("on schedule every {} day disable comment 'it''s' do set @a = 1",
                        random_.between(1, 3)));
  }

  Schema& schema_;
  RandomSource random_;
  int count_ = 0;
};

}  // namespace

Schema with_mariadb_features(Schema schema, std::uint64_t seed) {
  Features(schema, seed).add();
  return schema;
}

}  // namespace dbmig::test
