#include "proof/filler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "proof/hints.hpp"
#include "proof/values.hpp"

namespace dbmig::proof {
namespace {

using schema::Column;
using schema::ForeignKey;
using schema::Table;

constexpr std::size_t kRows = 5;
/// How often a row may be refused before the next one is tried.
constexpr std::size_t kAttempts = 80;
constexpr std::size_t kParents = 8;
constexpr const char* kSavepoint = "dbmig_row";

/// Small, fast and the same everywhere (xorshift64*, Marsaglia 2003 and Vigna 2016).
class Dice {
 public:
  explicit Dice(std::string_view seed) {
    for (const char c : seed) state_ = (state_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
    state_ |= 1U;
  }
  std::size_t below(std::size_t n) {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return static_cast<std::size_t>((state_ * 2685821657736338717U) >> 33U) % n;
  }

 private:
  std::uint64_t state_ = 1469598103934665603U;
};

/// A column that an INSERT names.
struct Field {
  const Column* column = nullptr;
  std::vector<std::string> values;
  bool takes_null = false;
  bool is_unique = false;  ///< a key of its own, or part of one
};

/// A foreign key with rows of its parent to refer to.
struct Reference {
  std::vector<std::size_t> fields;
  std::vector<std::vector<std::string>> parents;  ///< SQL literals, as many as `fields`
  std::vector<std::size_t> self;  ///< refers to its own table: the fields of the parent's columns
  bool takes_null = false;
};

using Row = std::vector<std::string>;

/// Makes rows for one table.
class RowMaker {
 public:
  RowMaker(backend::Connection& connection, const Table& table, RowValues values)
      : connection_(connection),
        dialect_(connection.dialect()),
        table_(table),
        values_(values),
        dice_(table.name) {
    for (const Column& column : table.columns) add_field(column);
    for (const ForeignKey& key : table.foreign_keys) add_reference(key);
  }

  bool has_fields() const { return !fields_.empty(); }
  std::string columns() const {
    std::vector<std::string> names;
    for (const Field& field : fields_) names.push_back(quoted(field.column->name));
    return text::join(names, ", ");
  }

  /// The `attempt`-th idea of what row `n` may be.
  Row make(std::size_t n, std::size_t attempt) {
    Row row;
    for (const Field& field : fields_) row.push_back(value(field, n, attempt));
    for (const Reference& reference : references_) refer(reference, row, n, attempt);
    return row;
  }

 private:
  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }

  void add_field(const Column& column) {
    if (column.generated || column.mariadb.period != schema::RowPeriod::none) return;
    Field field;
    field.column = &column;
    field.values = edge_values(dialect_, column);
    if (values_ == RowValues::plain) field.values.resize(1);
    const std::vector<std::string> hints = hinted_values(dialect_, table_, column);
    field.values.insert(field.values.end(), hints.begin(), hints.end());
    if (column.default_value && column.default_value->kind != schema::Default::Kind::sql &&
        dialect_.kind() == DialectKind::mariadb) {
      field.values.emplace_back("DEFAULT");
    }
    const bool in_key = table_.in_primary_key(column.name);
    field.takes_null = column.nullable && !in_key && !column.autoincrement;
    field.is_unique = in_key || in_unique(column.name);
    fields_.push_back(std::move(field));
  }

  bool in_unique(const std::string& column) const {
    const bool constrained =
        std::any_of(table_.uniques.begin(), table_.uniques.end(), [&](const schema::Unique& key) {
          return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
        });
    return constrained ||
           std::any_of(table_.indexes.begin(), table_.indexes.end(),
                       [&](const schema::Index& index) {
                         return index.unique && std::any_of(index.parts.begin(), index.parts.end(),
                                                            [&](const schema::IndexPart& part) {
                                                              return part.column == column;
                                                            });
                       });
  }

  std::optional<std::size_t> field_of(const std::string& column) const {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].column->name == column) return i;
    }
    return std::nullopt;
  }

  void add_reference(const ForeignKey& key) {
    Reference reference;
    reference.takes_null = true;
    for (const std::string& column : key.columns) {
      const auto field = field_of(column);
      if (!field) return;
      reference.fields.push_back(*field);
      reference.takes_null = reference.takes_null && fields_[*field].takes_null;
    }
    if (key.referenced_table == table_.name) {
      for (const std::string& column : key.referenced_columns) {
        const auto field = field_of(column);
        if (field) reference.self.push_back(*field);
      }
    }
    if (reference.self.empty()) read_parents(key, reference);
    references_.push_back(std::move(reference));
  }

  /// The parent's values as literals that give the same value again.
  std::string as_literal(const std::string& column, const Column* type) const {
    if (dialect_.kind() == DialectKind::sqlite) return "quote(" + quoted(column) + ")";
    const bool bytes =
        type != nullptr && (is_binary(type->type.kind) || type->type.kind == schema::TypeKind::bit);
    if (!bytes) return "QUOTE(" + quoted(column) + ")";
    return "CONCAT('x''', HEX(" + quoted(column) + "), '''')";
  }

  void read_parents(const ForeignKey& key, Reference& reference) {
    std::vector<std::string> literals;
    std::vector<std::string> conditions;
    for (std::size_t i = 0; i < key.referenced_columns.size(); ++i) {
      literals.push_back(as_literal(key.referenced_columns[i], table_.find_column(key.columns[i])));
      conditions.push_back(quoted(key.referenced_columns[i]) + " IS NOT NULL");
    }
    const backend::Rows found = connection_.query(
        fmt::format("SELECT {} FROM {} WHERE {} LIMIT {}", text::join(literals, ", "),
                    quoted(key.referenced_table), text::join(conditions, " AND "), kParents));
    for (const auto& row : found.rows) {
      std::vector<std::string> parent;
      for (const backend::Value& value : row) parent.push_back(value.value_or("NULL"));
      reference.parents.push_back(std::move(parent));
    }
  }

  std::string value(const Field& field, std::size_t n, std::size_t attempt) {
    const std::size_t roll = dice_.below(8);
    // Row 0 holds NULL wherever it can, and later ones now and then.
    if (field.takes_null && ((n == 0 && attempt < 2) || (n > 3 && roll == 0))) return "NULL";
    if (values_ == RowValues::plain && attempt == 0) {
      return distinct_value(dialect_, *field.column, n);
    }
    if (field.is_unique && (n == 0 || n > 2 || attempt > 0 || field.column->autoincrement) &&
        roll != 7) {
      return distinct_value(dialect_, *field.column, n * kAttempts + attempt);
    }
    const bool as_planned = attempt == 0 || (attempt < 4 && roll > 3);
    const std::size_t planned = n < 3 ? n : n + 2 - 2 * (n % 2);
    return field
        .values[as_planned ? planned % field.values.size() : dice_.below(field.values.size())];
  }

  void refer(const Reference& reference, Row& row, std::size_t n, std::size_t attempt) {
    if (reference.takes_null && n == 0 && attempt < 2) return;  // NULL already
    if (!reference.self.empty() && reference.self.size() == reference.fields.size()) {
      for (std::size_t i = 0; i < reference.fields.size(); ++i) {
        row[reference.fields[i]] = row[reference.self[i]];
      }
      return;
    }
    if (reference.parents.empty()) {
      for (const std::size_t field : reference.fields) {
        if (fields_[field].takes_null) row[field] = "NULL";
      }
      return;
    }
    const std::size_t pick = attempt == 0 ? n : n + attempt + dice_.below(reference.parents.size());
    const auto& parent = reference.parents[pick % reference.parents.size()];
    for (std::size_t i = 0; i < reference.fields.size(); ++i) {
      row[reference.fields[i]] = parent[i];
    }
  }

  backend::Connection& connection_;
  const dialect::Dialect& dialect_;
  const Table& table_;
  RowValues values_;
  Dice dice_;
  std::vector<Field> fields_;
  std::vector<Reference> references_;
};

/// Puts rows into one table.
class TableFiller {
 public:
  TableFiller(backend::Connection& connection, const Table& table,
              std::vector<const run::Question*> questions, RowValues values)
      : connection_(connection),
        name_(connection.dialect().quote_identifier(table.name)),
        questions_(std::move(questions)),
        has_deferred_keys_(std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                                       [](const ForeignKey& key) { return key.deferrable; })),
        maker_(connection, table, values) {}

  void run(Filled& filled, const Table& table) {
    std::size_t there = count();
    const std::size_t before = there;
    if (there < kRows && maker_.has_fields()) {
      if (takes_any_row() && before == 0 && insert_all()) {
        there = kRows;
      } else {
        for (std::size_t n = before; n < kRows; ++n) there += insert_one(n) ? 1 : 0;
      }
    }
    filled.rows += there - before;
    if (there > 0) {
      ++filled.tables;
    } else {
      filled.empty.push_back(fmt::format("'{}'{}", table.name,
                                         last_refusal_.empty() ? "" : " (" + last_refusal_ + ")"));
    }
  }

 private:
  std::size_t count() {
    const backend::Rows rows = connection_.query("SELECT COUNT(*) FROM " + name_);
    return std::stoul(rows.rows.at(0).at(0).value_or("0"));
  }

  void insert(const std::vector<Row>& rows) {
    std::vector<std::string> tuples;
    for (const Row& row : rows) tuples.push_back('(' + text::join(row, ", ") + ')');
    // ON CONFLICT of a SQLite constraint could replace rows, or end the transaction.
    const bool sqlite = connection_.dialect().kind() == DialectKind::sqlite;
    connection_.execute(fmt::format("INSERT {}INTO {} ({}) VALUES {}", sqlite ? "OR ABORT " : "",
                                    name_, maker_.columns(), text::join(tuples, ", ")));
  }

  /// In one statement, as most tables take them.
  bool insert_all() {
    std::vector<Row> rows;
    for (std::size_t n = 0; n < kRows; ++n) rows.push_back(maker_.make(n, 0));
    try {
      insert(rows);
      return true;
    } catch (const Error& error) {
      note(error);
      // An engine without transactions keeps the rows before the one that it refused.
      return count() == kRows;
    }
  }

  bool insert_one(std::size_t n) {
    for (std::size_t attempt = 0; attempt < kAttempts; ++attempt) {
      try {
        if (insert_if_welcome(maker_.make(n, attempt))) return true;
      } catch (const Error& error) {
        note(error);
      }
    }
    return false;
  }

  /// A refused row leaves nothing behind; one that is in the way is taken back.
  bool insert_if_welcome(const Row& row) {
    if (takes_any_row()) {
      insert({row});
      return true;
    }
    connection_.savepoint(kSavepoint);
    bool is_welcome = false;
    try {
      insert({row});
      is_welcome = !is_in_the_way();
    } catch (const Error& error) {
      note(error);
    }
    if (!is_welcome) connection_.rollback_to_savepoint(kSavepoint);
    connection_.release_savepoint(kSavepoint);
    return is_welcome;
  }

  /// Any that the database does not refuse at once.
  bool takes_any_row() const { return questions_.empty() && !has_deferred_keys_; }

  bool is_in_the_way() {
    if (has_deferred_keys_ && !connection_.foreign_key_violations(1).empty()) {
      last_refusal_ = "there is no row that its foreign keys could refer to";
      return true;
    }
    for (const run::Question* question : questions_) {
      try {
        if (connection_.query(question->count).rows.at(0).at(0).value_or("0") != "0") {
          last_refusal_ = question->obstacle;
          return true;
        }
      } catch (const Error& error) {
        rethrow_if_gone(error);
      }
    }
    return false;
  }

  static void rethrow_if_gone(const Error& error) {
    if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted ||
        error.code() == ErrorCode::io) {
      throw error;
    }
  }
  void note(const Error& error) {
    rethrow_if_gone(error);
    last_refusal_ = error.message();
  }

  backend::Connection& connection_;
  std::string name_;
  std::vector<const run::Question*> questions_;
  bool has_deferred_keys_;  ///< which are looked at by the commit alone
  RowMaker maker_;
  std::string last_refusal_;
};

/// The tables of `schema`, parents before children; of a circle, some table first.
std::vector<const Table*> parents_first(const schema::Schema& schema) {
  std::vector<const Table*> ordered;
  std::set<std::string> seen;
  const auto visit = [&](const auto& self, const Table& table) -> void {
    if (!seen.insert(table.name).second) return;
    for (const ForeignKey& key : table.foreign_keys) {
      const Table* parent = schema.find_table(key.referenced_table);
      if (parent != nullptr) self(self, *parent);
    }
    ordered.push_back(&table);
  };
  for (const auto& [name, table] : schema.tables) visit(visit, table);
  return ordered;
}

}  // namespace

Filled fill(backend::Connection& connection, const schema::Schema& schema,
            std::span<const run::Question> questions, RowValues values) {
  std::map<std::string, std::vector<const run::Question*>> by_table;
  for (const run::Question& question : questions) {
    if (!question.any_row) by_table[question.table].push_back(&question);
  }
  Filled filled;
  connection.begin();
  try {
    for (const Table* table : parents_first(schema)) {
      if (!table->sqlite.module.empty()) {
        filled.empty.push_back(fmt::format("'{}' (a virtual table)", table->name));
        continue;
      }
      TableFiller(connection, *table, by_table[table->name], values).run(filled, *table);
    }
    connection.commit();
  } catch (const Error&) {
    connection.rollback();
    throw;
  }
  return filled;
}

}  // namespace dbmig::proof
