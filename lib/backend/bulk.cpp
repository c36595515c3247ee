#include "backend/bulk.hpp"

#include <fmt/core.h>

#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "backend/backend.hpp"
#include "backend/batch_buffer.hpp"
#include "backend/mariadb/binary_batch.hpp"
#include "backend/mariadb/binary_rows.hpp"
#include "backend/sqlite/record.hpp"

namespace dbmig::backend {
namespace {

using Kind = Cell::Kind;

class CellEncoder final : public RowEncoder {
 public:
  void add(std::span<const Cell> row) override {
    for (const Cell& cell : row) append(cell);
    batch_.count_row();
  }
  std::span<const char> batch() override { return batch_.bytes(); }
  void clear() override { batch_.clear(); }

 private:
  void append(const Cell& cell) {
    char* at = batch_.room(1 + sizeof(std::uint64_t) + cell.bytes.size());
    *at++ = static_cast<char>(cell.kind);
    switch (cell.kind) {
      case Kind::null:
        break;
      case Kind::integer:
      case Kind::unsigned_integer:
        std::memcpy(at, &cell.integer, sizeof cell.integer);
        at += sizeof cell.integer;
        break;
      case Kind::real:
        std::memcpy(at, &cell.real, sizeof cell.real);
        at += sizeof cell.real;
        break;
      case Kind::text:
      case Kind::blob: {
        const auto length = static_cast<std::uint32_t>(cell.bytes.size());
        std::memcpy(at, &length, sizeof length);
        at += sizeof length;
        if (length != 0) std::memcpy(at, cell.bytes.data(), length);
        at += length;
        break;
      }
    }
    batch_.put_up_to(at);
  }

  BatchBuffer batch_;
};

template <class Value>
Value take(std::span<const char>& rest) {
  if (rest.size() < sizeof(Value)) batch_cut_short();
  Value value;
  std::memcpy(&value, rest.data(), sizeof value);
  rest = rest.subspan(sizeof value);
  return value;
}

class CellRowReader final : public RowReader {
 public:
  CellRowReader(std::size_t columns, std::span<const char> batch)
      : reader_(batch), cells_(columns) {}
  std::size_t rows() const override { return reader_.rows(); }
  std::span<const Cell> next() override {
    for (Cell& cell : cells_) cell = reader_.next();
    return cells_;
  }

 private:
  CellReader reader_;
  std::vector<Cell> cells_;
};

std::optional<mariadb::BinaryLayout> binary_layout(std::string_view encoding, std::size_t columns) {
  auto layout = mariadb::BinaryLayout::of_name(encoding);
  if (layout && layout->columns.size() != columns) layout.reset();
  return layout;
}

[[noreturn]] void unknown_encoding(std::string_view encoding) {
  throw Error(ErrorCode::failed, fmt::format("unknown row encoding '{}'", encoding))
      .hint("use the same version of dbmig on every host");
}

}  // namespace

void batch_cut_short() {
  throw Error(ErrorCode::failed, "a batch of rows arrived incomplete from another rank");
}

std::unique_ptr<RowEncoder> row_encoder(std::string_view encoding, std::size_t columns) {
  if (encoding == kCellEncoding) return std::make_unique<CellEncoder>();
  if (auto layout = sqlite::RecordLayout::of_name(encoding)) {
    return sqlite::record_encoder(std::move(*layout));
  }
  if (auto layout = binary_layout(encoding, columns)) {
    return mariadb::binary_row_encoder(std::move(*layout));
  }
  unknown_encoding(encoding);
}

std::unique_ptr<RowReader> row_reader(std::string_view encoding, std::size_t columns,
                                      std::span<const char> batch) {
  if (encoding == kCellEncoding) return std::make_unique<CellRowReader>(columns, batch);
  if (auto layout = sqlite::RecordLayout::of_name(encoding)) {
    return sqlite::record_row_reader(std::move(*layout), batch);
  }
  if (auto layout = binary_layout(encoding, columns)) {
    return mariadb::binary_row_reader(std::move(*layout), batch);
  }
  unknown_encoding(encoding);
}

void write_cells(BulkSink& sink, std::size_t columns, std::span<const char> rows,
                 const RefusedRow& refused) {
  const std::string encoding = sink.encoding();
  if (encoding == kCellEncoding) {
    sink.write(rows, refused);
    return;
  }
  const auto encoder = row_encoder(encoding, columns);
  CellRowReader reader(columns, rows);
  for (std::size_t row = 0; row < reader.rows(); ++row) encoder->add(reader.next());
  sink.write(encoder->batch(), refused);
}

CellReader::CellReader(std::span<const char> batch) : rest_(batch) {
  rows_ = take<std::uint32_t>(rest_);
}

Cell CellReader::next() {
  Cell cell;
  cell.kind = static_cast<Kind>(take<std::uint8_t>(rest_));
  switch (cell.kind) {
    case Kind::null:
      return cell;
    case Kind::integer:
    case Kind::unsigned_integer:
      cell.integer = take<std::int64_t>(rest_);
      return cell;
    case Kind::real:
      cell.real = take<double>(rest_);
      return cell;
    case Kind::text:
    case Kind::blob: {
      const auto length = take<std::uint32_t>(rest_);
      if (rest_.size() < length) batch_cut_short();
      cell.bytes = {rest_.data(), length};
      rest_ = rest_.subspan(length);
      return cell;
    }
  }
  batch_cut_short();
}

std::unique_ptr<BulkSink> Connection::bulk_sink(const schema::Table& table,
                                                const std::vector<std::string>& columns) {
  return bulk_sink(table, columns, OnDuplicate::abort);
}

}  // namespace dbmig::backend
