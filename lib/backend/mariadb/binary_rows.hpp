#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/bulk.hpp"
#include "schema/type.hpp"

namespace dbmig::backend::mariadb {

/// How the values of a column are sent.
enum class ValueForm : char {
  plain = 'p',     ///< as the cell is
  date = 'd',      ///< text as a DATE
  datetime = 't',  ///< text as a DATETIME
  decimal = 'n',   ///< text as a DECIMAL
  utf8mb4 = 'u',   ///< text as the bytes that the column stores
  geometry = 'g',  ///< text as two parameters: the shape, and the number of its reference system
};

/// The same of a column, with what is needed to write its values as text again.
struct ColumnForm {
  ValueForm value = ValueForm::plain;
  int fraction_digits = 0;  ///< of a datetime
  friend bool operator==(const ColumnForm&, const ColumnForm&) = default;
};
ColumnForm form_of(const schema::Type& type);

/// How the cells of a row become the parameters of an INSERT.
struct BinaryLayout {
  std::vector<ColumnForm> columns;
  friend bool operator==(const BinaryLayout&, const BinaryLayout&) = default;

  std::size_t parameters() const;
  /// The first parameter of a column.
  std::size_t parameter_of(std::size_t column) const;
  /// The name of the encoding: "mariadb-rows" and the columns.
  std::string name() const;
  /// The layout of an encoding's name; nothing when it is another encoding's.
  static std::optional<BinaryLayout> of_name(std::string_view name);
};

/// Two bytes for the type of each parameter, and what marks an unsigned number in them.
inline constexpr std::size_t kTypeBytes = 2;
inline constexpr std::uint16_t kUnsignedType = 0x8000;
/// ValueForm::utf8mb4: MYSQL_TYPE_LONG_BLOB. To the server it is the same as MYSQL_TYPE_BLOB, by
/// which a blob is told from it here.
inline constexpr std::uint16_t kUtf8mb4Type = 251;

/// Bytes that the length of a text takes in front of it.
/// Source: https://mariadb.com/kb/en/protocol-data-types/#length-encoded-integers
std::size_t length_bytes(std::size_t length);

/// Makes rows as COM_STMT_BULK_EXECUTE sends them, so that the connection's thread only has to pass
/// them on.
///
/// The server parses text for columns of dates and decimals, row by row, in the one thread that
/// also stores the rows. So dates, times and decimals are sent in the protocol's own types. From
/// the first text of a column on that is not written in the usual way, the column's other values of
/// the batch are sent as text, and what the server says to it is the same as ever.
///
/// Of a text, the server counts the characters and looks whether all are ASCII before it stores it.
/// Of a blob it does not; what a column of utf8mb4 checks when it is stored is the same. So text
/// for such a column is sent as a blob.
///
/// Layout of a batch: u32 number of rows; the rows; u32 size of each row; then for each run of rows
/// whose parameters have the same types, u32 number of rows and the types; u32 number of runs. Rows
/// and types are as the protocol has them, the other numbers in the machine's byte order.
/// Source: https://mariadb.com/kb/en/com_stmt_bulk_execute/
std::unique_ptr<RowEncoder> binary_row_encoder(BinaryLayout layout);

}  // namespace dbmig::backend::mariadb
