#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/bulk.hpp"

namespace dbmig::backend::sqlite {

/// What SQLite makes of a value that goes into a column, by the column's declared type.
/// Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
enum class Affinity : char { blob = 'A', text = 'B', numeric = 'C', integer = 'D', real = 'E' };

Affinity affinity_of(std::string_view declared_type);

/// How the cells of a batch become records of a table.
struct RecordLayout {
  struct Column {
    std::optional<std::size_t> cell;  ///< of the row; nothing: NULL
    Affinity affinity = Affinity::blob;
    bool nullable = true;
    bool is_rowid = false;  ///< INTEGER PRIMARY KEY: kept beside the record, NULL in it
    friend bool operator==(const Column&, const Column&) = default;
  };
  std::vector<Column> columns;  ///< of the table, in its order
  friend bool operator==(const RecordLayout&, const RecordLayout&) = default;

  /// The name of the encoding: "sqlite-records" and the columns.
  std::string name() const;
  /// The layout of an encoding's name; nothing when it is another encoding's.
  static std::optional<RecordLayout> of_name(std::string_view name);
};

/// Makes records in SQLite's file format of rows: what INSERT does in the database otherwise. A row
/// whose values SQLite would have to convert or refuse goes into the batch as cells, for an INSERT.
///
/// Layout of a batch: u32 number of rows; then for each u8 kind (RecordReader::Kind), u32 size, i64
/// rowid when it has one, and the record or a batch of one row of the encoding "cells".
/// Source: https://www.sqlite.org/fileformat2.html#record_format
std::unique_ptr<RowEncoder> record_encoder(RecordLayout layout);

/// Reads such a batch. Throws Error{failed} when it is cut short.
class RecordReader {
 public:
  enum class Kind : std::uint8_t { numbered, rowid, cells };
  struct Row {
    Kind kind = Kind::cells;
    std::int64_t rowid = 0;       ///< Kind::rowid
    std::span<const char> bytes;  ///< the record, or a batch of "cells"
  };
  explicit RecordReader(std::span<const char> batch);
  std::size_t rows() const { return rows_; }
  Row next();

 private:
  std::span<const char> rest_;
  std::size_t rows_ = 0;
};

/// The same as rows of cells, as cells_of() makes them.
std::unique_ptr<RowReader> record_row_reader(RecordLayout layout, std::span<const char> batch);

/// The row of cells that `row` was made of, up to the conversions by affinity. They point into it.
std::vector<Cell> cells_of(const RecordReader::Row& row, const RecordLayout& layout);

}  // namespace dbmig::backend::sqlite
