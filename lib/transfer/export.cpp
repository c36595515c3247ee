#include "transfer/export.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "backend/row_source.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "import/converter.hpp"
#include "transfer/companion_file.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/row_writer.hpp"
#include "transfer/table_order.hpp"
#include "transfer/virtual_rows.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using schema::TypeKind;

/// Why text cannot represent a value so that an import into `type` restores it; empty if it can.
/// Only SQLite holds values of another class than their column's.
std::string unrepresentable(const Cell& cell, const schema::Type& type) {
  const bool is_bytes = schema::is_binary(type.kind);
  if (cell.kind == Cell::Kind::null) return {};
  if (cell.kind == Cell::Kind::blob) return is_bytes ? "" : "bytes";
  if (is_bytes) return cell.kind == Cell::Kind::text ? "text" : "a number";
  const bool keeps_class =
      type.kind == TypeKind::native && !import::has_numeric_affinity(type.native);
  return keeps_class && cell.kind != Cell::Kind::text ? "a number" : "";
}

class Export {
 public:
  Export(backend::Connection& connection, const ExportOptions& options,
         const std::atomic<bool>& stop)
      : connection_(connection), options_(options), stop_(stop) {}

  ExportSummary run() {
    // A query may depend on the session's time zone: its rows are exported as they are.
    std::optional<TimestampsInUtc> in_utc;
    if (options_.query.empty()) in_utc.emplace(connection_);
    connection_.begin_snapshot();
    try {
      if (!options_.query.empty()) {
        write_query();
      } else {
        write_tables();
      }
    } catch (...) {
      connection_.rollback();
      throw;
    }
    connection_.rollback();
    return std::move(summary_);
  }

 private:
  void write_query() {
    OutputFile file(options_.output, options_.compression, options_.force);
    const auto rows = connection_.read_rows(options_.query);
    write({}, {}, *rows, file);
    file.finish();
    summary_.reader_left = file.is_closed();
  }

  void write_tables() {
    const schema::Schema all = connection_.inspect({}).schema;
    std::vector<std::string> tables =
        choose_tables(all, options_.all ? std::vector<std::string>{} : options_.tables);
    leave_out_virtual(all, tables);
    if (tables.empty()) throw Error(ErrorCode::not_found, "the database has no tables");
    if (!writes_to_folder(tables.size())) {
      OutputFile file(options_.output, options_.compression, options_.force);
      for (const std::string& name : tables) write_table(all.table(name), file);
      file.finish();
      summary_.reader_left = file.is_closed();
      return;
    }
    if (options_.output.empty()) {
      throw Error(ErrorCode::usage, "several tables need a folder")
          .hint("-o FOLDER, or --format sql for one file");
    }
    std::error_code failure;
    std::filesystem::create_directories(std::filesystem::path(options_.output) / "", failure);
    if (failure) {
      throw Error(ErrorCode::io, fmt::format("cannot create the folder {}: {}", options_.output,
                                             failure.message()));
    }
    for (const std::string& name : tables) {
      OutputFile file(path_of(name), options_.compression, options_.force);
      write_table(all.table(name), file);
      file.finish();
    }
  }

  /// Indexes of other tables' rows, and what a module does not give back.
  void leave_out_virtual(const schema::Schema& all, std::vector<std::string>& tables) {
    std::erase_if(tables, [&](const std::string& name) {
      const schema::Table& table = all.table(name);
      if (table.sqlite.module.empty() || virtual_rows(table) == VirtualRows::stored) return false;
      if (options_.all) {
        summary_.left_out.push_back(virtual_name(table));
        return true;
      }
      throw Error(ErrorCode::refused,
                  fmt::format("the rows of {} are not its own, or its module does not give them "
                              "back as they were written",
                              virtual_name(table)))
          .hint("--query SQL exports what a query finds");
    });
  }

  bool writes_to_folder(std::size_t tables) const {
    const std::string& output = options_.output;
    std::error_code none;
    if (output.ends_with('/') || std::filesystem::is_directory(output, none)) return true;
    if (options_.format == "sql") return false;
    // With --all, a path without an extension is a folder, however many tables there are.
    const bool is_named_like_folder = options_.all && !output.empty() &&
                                      !std::filesystem::exists(output, none) &&
                                      !std::filesystem::path(output).has_extension();
    return tables > 1 || is_named_like_folder;
  }

  std::string path_of(const std::string& table) const {
    if (table.find('/') != std::string::npos || table.front() == '.') {
      throw Error(ErrorCode::invalid,
                  fmt::format("the name of table '{}' cannot be that of a file", table))
          .hint(fmt::format("export it by itself: dbmig export '{}' -o FILE", table));
    }
    std::string ending = "." + options_.format;
    if (options_.compression == OutputCompression::gzip) ending += ".gz";
    if (options_.compression == OutputCompression::zstd) ending += ".zst";
    return (std::filesystem::path(options_.output) / (table + ending)).string();
  }

  void write_table(const schema::Table& declared, OutputFile& file) {
    const schema::Table table = with_virtual_columns(connection_, declared).value_or(declared);
    const std::vector<schema::Column> columns = stored_columns(table);
    std::vector<schema::Type> types;
    for (const schema::Column& column : columns) {
      types.push_back(column.type_on(connection_.dialect().kind()));
    }
    const auto rows = connection_.read_rows(select_rows(table, columns, connection_.dialect()));
    write(table.name, types, *rows, file);
  }

  /// `types` is empty for a query, whose columns belong to no table.
  void write(const std::string& table, const std::vector<schema::Type>& types,
             backend::RowSource& rows, OutputFile& file) {
    const bool is_text = options_.format != "sql";
    check_names(rows.columns());
    std::vector<bool> geometries;
    for (const schema::Type& type : types) {
      geometries.push_back(dialect::type_ranges(connection_.dialect().kind()).geometry &&
                           schema::is_geometry(type.kind));
    }
    const auto writer = row_writer(options_.format,
                                   {.table = table.empty() ? "query" : table,
                                    .columns = rows.columns(),
                                    .delimiter = options_.delimiter,
                                    .geometries = std::move(geometries)},
                                   connection_.dialect());
    ExportSummary::File done{.table = table,
                             .path = file.path(),
                             .rows = 0,
                             .import_options = {},
                             .companion = {},
                             .is_stream = file.is_stream()};
    std::string out;
    writer->begin(out);
    std::vector<Cell> row;
    bool has_bytes = false;
    const bool is_in_utc = dialect::type_ranges(connection_.dialect().kind()).zoned_timestamps &&
                           std::any_of(types.begin(), types.end(), [](const schema::Type& type) {
                             return type.kind == TypeKind::timestamp;
                           });
    while (!file.is_closed() && rows.next(row)) {
      if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
      ++done.rows;
      for (std::size_t i = 0; i < row.size(); ++i) {
        has_bytes = has_bytes || row[i].kind == Cell::Kind::blob;
        if (is_text && !types.empty()) check(table, rows.columns()[i], types[i], row[i], done.rows);
      }
      writer->add(row, out);
      file.write(std::exchange(out, {}));
    }
    writer->end(out);
    file.write(out);
    if (options_.delimiter != ',' && options_.format == "csv") {
      done.import_options = fmt::format(" --delimiter '{}'", options_.delimiter);
    }
    if (options_.format == "tsv" || options_.format == "jsonl") {
      done.import_options = " --format " + options_.format;
    }
    if (has_bytes) done.import_options += " --binary hex";
    if (is_in_utc) done.import_options += " --time-zone UTC";
    if (!is_text) done.import_options.clear();
    if (!file.is_stream())
      done.companion = write_companion(done, rows.columns(), has_bytes, is_in_utc);
    summary_.files.push_back(std::move(done));
  }

  /// To be called before the file gets its final name; returns the companion's path, or empty if
  /// none is needed.
  std::string write_companion(const ExportSummary::File& done,
                              const std::vector<std::string>& columns, bool has_bytes,
                              bool is_in_utc) {
    if (options_.format == "sql") return {};
    const std::string path = done.path + ".yaml";
    const bool is_needed =
        has_bytes || is_in_utc || options_.format == "tsv" ||
        (options_.format == "csv" && options_.delimiter != ',') ||
        (options_.format == "jsonl" && (done.rows == 0 || !is_called_jsonl(done.path)));
    if (!is_companion(path)) {
      if (!is_needed) return {};
      if (!options_.force) {
        throw Error(ErrorCode::refused, fmt::format("{} already exists", path))
            .hint("use --force to replace it");
      }
    } else if (!is_needed) {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);  // from an earlier export
      return {};
    }
    CompanionText what;
    what.file = std::filesystem::path(done.path).filename().string();
    what.table = done.table;
    what.format = options_.format;
    if (options_.format == "jsonl" && done.rows == 0) what.columns = columns;
    what.delimiter = options_.delimiter;
    what.has_bytes = has_bytes;
    what.is_in_utc = is_in_utc;
    what.has_nulls_mark = options_.format != "jsonl";
    what.null = options_.format == "tsv" ? "\\N" : "";
    OutputFile companion(path, OutputCompression::none, true);
    companion.write(companion_text(what));
    companion.finish();
    return path;
  }

  static bool is_called_jsonl(const std::string& path) {
    std::filesystem::path name = path;
    if (name.extension() == ".gz" || name.extension() == ".zst") name.replace_extension();
    return name.extension() == ".jsonl" || name.extension() == ".ndjson";
  }

  /// A query may return two columns with the same name, which no import accepts.
  static void check_names(const std::vector<std::string>& columns) {
    std::set<std::string> seen;
    for (const std::string& column : columns) {
      if (seen.insert(text::lower(column)).second) continue;
      throw Error(ErrorCode::invalid, fmt::format("the query has two columns '{}'", column))
          .hint("give one of them another name: SELECT … AS name");
    }
  }

  void check(const std::string& table, const std::string& column, const schema::Type& type,
             const Cell& cell, std::uint64_t row) const {
    const std::string what = unrepresentable(cell, type);
    if (what.empty()) return;
    throw Error(
        ErrorCode::invalid,
        fmt::format(
            "row {} of '{}': column '{}' of type {} holds {}, which this format cannot represent",
            row, table, column, schema::to_string(type), what))
        .hint("--format sql writes every value unchanged");
  }

  backend::Connection& connection_;
  const ExportOptions& options_;
  const std::atomic<bool>& stop_;
  ExportSummary summary_;
};

}  // namespace

ExportSummary export_rows(backend::Connection& connection, const ExportOptions& options,
                          const std::atomic<bool>& stop) {
  return Export(connection, options, stop).run();
}

}  // namespace dbmig::transfer
