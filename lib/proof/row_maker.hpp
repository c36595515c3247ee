#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "proof/filler.hpp"
#include "schema/table.hpp"

namespace dbmig::proof {

/// Small, fast and the same everywhere (xorshift64*, Marsaglia 2003 and Vigna 2016).
class Random {
 public:
  explicit Random(std::string_view seed) {
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

/// SQL literals, as many as RowMaker::columns() names columns.
using Row = std::vector<std::string>;

/// Has ideas of what the rows of one table may be. Which of them the table takes, the database
/// says.
class RowMaker {
 public:
  /// How many ideas it has of each row, before they repeat.
  static constexpr std::size_t kAttempts = 80;

  enum class Fields {
    all,              ///< every column that an INSERT may name
    without_default,  ///< those that an INSERT must name: NOT NULL, and the database has no value
  };

  /// Reads rows of the table's parents. `connection` and `table` must outlive it.
  RowMaker(backend::Connection& connection, const schema::Table& table, RowValues values,
           Fields fields = Fields::all);

  bool has_fields() const { return !fields_.empty(); }
  /// The columns that an INSERT names, quoted, with commas.
  std::string columns() const;
  /// The `attempt`-th idea of what row `n` may be.
  Row make(std::size_t n, std::size_t attempt);

 private:
  /// A column that an INSERT names.
  struct Field {
    const schema::Column* column = nullptr;
    std::vector<std::string> values;
    bool takes_null = false;
    bool is_unique = false;  ///< a key of its own, or part of one
  };
  /// A foreign key with rows of its parent to refer to.
  struct Reference {
    std::vector<std::size_t> fields;
    std::vector<Row> parents;       ///< as wide as `fields`
    std::vector<std::size_t> self;  ///< refers to its own table: the fields of the parent's columns
    bool takes_null = false;
  };

  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }
  void add_field(const schema::Column& column);
  bool in_unique(const std::string& column) const;
  std::optional<std::size_t> field_of(const std::string& column) const;
  void add_reference(const schema::ForeignKey& key);
  /// The parent's values as literals that give the same value again.
  std::string as_literal(const std::string& column, const schema::Column* type) const;
  void read_parents(const schema::ForeignKey& key, Reference& reference);
  std::string value(const Field& field, std::size_t n, std::size_t attempt);
  void refer(const Reference& reference, Row& row, std::size_t n, std::size_t attempt);

  backend::Connection& connection_;
  const dialect::Dialect& dialect_;
  const schema::Table& table_;
  RowValues values_;
  Random random_;
  std::vector<Field> fields_;
  std::vector<Reference> references_;
};

}  // namespace dbmig::proof
