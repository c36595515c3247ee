#include "transfer/row_writer.hpp"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "import/csv_format.hpp"
#include "import/named_format.hpp"
#include "schema/geometry_text.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;

/// Like value_text(), with bytes as hexadecimal digits.
std::string field_text(const Cell& cell) {
  if (cell.kind != Cell::Kind::blob) return value_text(cell);
  return cell.bytes.empty() ? "" : "0x" + to_hex(cell.bytes, kUpperHexDigits);
}

class SeparatedWriter final : public RowWriter {
 public:
  SeparatedWriter(import::CsvFormat format, std::string null, std::vector<std::string> columns)
      : format_(std::move(format)), null_(std::move(null)), columns_(std::move(columns)) {}

  void begin(std::string& out) override {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i != 0) out.push_back(format_.delimiter);
      put(columns_[i], out);
    }
    out.push_back('\n');
  }

  void add(std::span<const Cell> row, std::string& out) override {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) out.push_back(format_.delimiter);
      if (row[i].kind == Cell::Kind::null) {
        out += null_;
      } else {
        put(field_text(row[i]), out);
      }
    }
    out.push_back('\n');
  }

 private:
  void put(std::string_view text, std::string& out) const {
    // A line that begins with these bytes, or another delimiter in a header, could be misread.
    static constexpr std::string_view kSpecial = "\r\n\"',;|\t\xEF";
    const bool plain = format_.quote && !text.empty() &&
                       text.find(format_.delimiter) == std::string_view::npos &&
                       text.find_first_of(kSpecial) == std::string_view::npos;
    if (plain) {
      out += text;
    } else {
      out += import::write_field(text, format_);
    }
  }

  import::CsvFormat format_;
  std::string null_;
  std::vector<std::string> columns_;
};

class JsonWriter final : public RowWriter {
 public:
  explicit JsonWriter(const std::vector<std::string>& columns) {
    for (const std::string& column : columns) names_.push_back(quoted(column) + ":");
  }

  void add(std::span<const Cell> row, std::string& out) override {
    out.push_back('{');
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) out.push_back(',');
      out += names_[i];
      const Cell& cell = row[i];
      if (cell.kind == Cell::Kind::null) {
        out += "null";
      } else if (cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::blob) {
        out += quoted(field_text(cell));
      } else if (cell.kind == Cell::Kind::real && !std::isfinite(cell.real)) {
        throw Error(ErrorCode::invalid, "JSON has no number for infinity").hint("use --format sql");
      } else {
        out += field_text(cell);
      }
    }
    out += "}\n";
  }

 private:
  static std::string quoted(std::string_view text) {
    if (text::find_invalid_utf8(text)) {
      throw Error(ErrorCode::invalid, "a text that is not UTF-8 cannot be written as JSON")
          .hint("--format csv and --format sql write the bytes unchanged");
    }
    return nlohmann::json(text).dump();
  }

  std::vector<std::string> names_;
};

class SqlWriter final : public RowWriter {
 public:
  SqlWriter(const RowShape& shape, const dialect::Dialect& dialect)
      : is_mariadb_(dialect.kind() == DialectKind::mariadb), geometries_(shape.geometries) {
    std::vector<std::string> names;
    for (const std::string& column : shape.columns) {
      names.push_back(dialect.quote_identifier(column));
    }
    start_ = fmt::format("INSERT INTO {} ({}) VALUES\n", dialect.quote_identifier(shape.table),
                         text::join(names, ", "));
  }

  void begin(std::string& out) override {
    // Sets how text literals are read, that 0 is a value for AUTO_INCREMENT columns, and UTC.
    if (!is_mariadb_) return;
    out += "SET NAMES utf8mb4;\nSET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\n";
    out += "SET time_zone = '+00:00';\n";
  }

  void add(std::span<const Cell> row, std::string& out) override {
    constexpr std::size_t kRows = 100;
    constexpr std::size_t kBytes = std::size_t{256} << 10U;
    const std::size_t before = out.size();
    out += rows_ == 0 ? start_ : ",\n";
    out.push_back('(');
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) out += ", ";
      if (i < geometries_.size() && geometries_[i] && row[i].kind == Cell::Kind::text) {
        put_geometry(row[i].bytes, out);
      } else {
        put(row[i], out);
      }
    }
    out.push_back(')');
    bytes_ += out.size() - before;
    if (++rows_ == kRows || bytes_ > kBytes) end(out);
  }

  void end(std::string& out) override {
    if (rows_ != 0) out += ";\n";
    rows_ = 0;
    bytes_ = 0;
  }

 private:
  void put(const Cell& cell, std::string& out) const {
    switch (cell.kind) {
      case Cell::Kind::null:
        out += "NULL";
        return;
      case Cell::Kind::real:
        // SQLite writes infinity as a number that is too large.
        out += std::isfinite(cell.real) ? shortest(cell.real) : cell.real > 0 ? "9e999" : "-9e999";
        return;
      case Cell::Kind::blob:
        out += "X'" + to_hex(cell.bytes, kUpperHexDigits) + "'";
        return;
      case Cell::Kind::text:
        put_text(cell.bytes, out);
        return;
      case Cell::Kind::integer:
      case Cell::Kind::unsigned_integer:
        out += field_text(cell);
        return;
    }
  }

  void put_geometry(std::string_view text, std::string& out) const {
    const auto parts = schema::split_srid(text);
    out += "ST_GeomFromText(";
    put_text(parts ? parts->shape : text, out);
    if (parts && parts->srid != 0) out += fmt::format(", {}", parts->srid);
    out.push_back(')');
  }

  /// Escapes text so that it does not depend on the sql_mode in which the script is read; SQLite's
  /// client ends a statement at a zero byte.
  void put_text(std::string_view text, std::string& out) const {
    const bool needs_digits = text.find('\0') != std::string_view::npos ||
                              (is_mariadb_ && text.find('\\') != std::string_view::npos);
    if (needs_digits) {
      const std::string digits = to_hex(text, kUpperHexDigits);
      out += is_mariadb_ ? "_utf8mb4 X'" + digits + "'" : "CAST(X'" + digits + "' AS TEXT)";
      return;
    }
    out.push_back('\'');
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    out.push_back('\'');
  }

  bool is_mariadb_;
  std::vector<bool> geometries_;
  std::string start_;
  std::size_t rows_ = 0;   ///< in the current statement
  std::size_t bytes_ = 0;  ///< in the current statement
};

}  // namespace

const std::vector<std::string>& output_formats() {
  static const std::vector<std::string> kNames = {"csv", "tsv", "jsonl", "sql"};
  return kNames;
}

std::unique_ptr<RowWriter> row_writer(const std::string& format, const RowShape& shape,
                                      const dialect::Dialect& dialect) {
  if (format == "csv" || format == "tsv") {
    import::FormatRequest request;
    request.name = format;
    import::FileFormat file = import::file_format(request);
    if (format == "csv") file.csv.delimiter = shape.delimiter;
    return std::make_unique<SeparatedWriter>(file.csv, file.nulls.texts.front(), shape.columns);
  }
  if (format == "jsonl") return std::make_unique<JsonWriter>(shape.columns);
  if (format == "sql") return std::make_unique<SqlWriter>(shape, dialect);
  throw Error(ErrorCode::usage, fmt::format("--format '{}' is not known", format))
      .hint(text::suggest(format, output_formats()));
}

}  // namespace dbmig::transfer
