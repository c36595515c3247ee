#include "import/earlier_row.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "backend/bulk.hpp"
#include "base/text.hpp"
#include "import/find_byte.hpp"
#include "import/open_input.hpp"
#include "import/worker.hpp"
#include "schema/unique_keys.hpp"

namespace dbmig::import {
namespace {

/// The value as the database would write it; nothing for NULL, which equals nothing.
backend::Value key_text(const backend::Cell& cell) {
  using Kind = backend::Cell::Kind;
  switch (cell.kind) {
    case Kind::null:
      return std::nullopt;
    case Kind::integer:
      return std::to_string(cell.integer);
    case Kind::unsigned_integer:
      return std::to_string(static_cast<std::uint64_t>(cell.integer));
    case Kind::real:
      return fmt::format("{}", cell.real);
    case Kind::text:
    case Kind::blob:
      return std::string(cell.bytes);
  }
  return std::nullopt;
}

/// Whether trailing zeros of a value have no meaning.
bool has_idle_zeros(schema::TypeKind kind) {
  using schema::TypeKind;
  return kind == TypeKind::decimal || kind == TypeKind::float_ || kind == TypeKind::double_ ||
         kind == TypeKind::time || kind == TypeKind::datetime || kind == TypeKind::timestamp;
}

std::string_view without_idle_zeros(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return text;
  while (text.ends_with('0')) text.remove_suffix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

/// Whether the database's value equals the file's.
bool is_same_value(const TargetColumn& column, const backend::Value& file,
                   const backend::Value& stored) {
  if (!file || !stored) return false;
  if (*file == *stored) return true;
  return has_idle_zeros(column.type.kind) &&
         without_idle_zeros(*file) == without_idle_zeros(*stored);
}

using RowValues = std::vector<backend::Value>;
/// Called with a row, in the order of the plan's columns, and its line; returns false to stop.
using OnRow = std::function<bool(std::uint64_t line, const RowValues& row)>;

/// Reads every record of `file` that becomes a row, from the chunk that contains `from_line` on.
void read_rows_again(const ReadFile& file, std::uint64_t from_line, const std::atomic<bool>& stop,
                     const OnRow& on_row) {
  if (!std::filesystem::is_regular_file(file.path)) return;
  const OpenedInput opened = open_input(file.path, file.encoding, stop, nullptr, Undecodable::mark);
  ChunkReader reader(*opened.input, file.plan.format, file.limits);
  reader.skip_to(file.first_byte, file.first_line);
  Plan plan = file.plan;
  plan.encoding = backend::kCellEncoding;
  plan.rejects = true;
  Worker worker(plan);
  Bytes chunk;
  Bytes message;
  while (!stop && reader.next(chunk, 0)) {
    if (reader.line() <= from_line) continue;
    const std::string_view text(chunk.data(), chunk.size());
    worker.process(text, stop, message);
    const ChunkResult result = decode_result({message.data(), message.size()});
    if (result.status != ChunkResult::Status::done) return;
    backend::CellReader cells({result.batch.data(), result.batch.size()});
    RowValues row(plan.columns.size());
    std::uint64_t line = reader.first_line();
    std::size_t counted = 0;
    for (const std::uint32_t offset : result.offsets) {
      line += count_byte(text.substr(counted, offset - counted), plan.format.line_byte());
      counted = offset;
      for (backend::Value& value : row) value = key_text(cells.next());
      if (!on_row(line, row)) return;
    }
  }
}

/// The unique keys of `table` of which a row has all columns, as indices into a row.
std::vector<std::vector<std::size_t>> keys_in_row(const schema::Table& table, const Plan& plan) {
  const std::vector<std::string> given = plan.column_names();
  std::vector<std::vector<std::size_t>> keys;
  for (const std::vector<std::string>& columns : schema::unique_columns(table)) {
    std::vector<std::size_t> key;
    for (const std::string& column : columns) {
      const auto at = std::find(given.begin(), given.end(), column);
      if (at == given.end()) break;
      key.push_back(static_cast<std::size_t>(at - given.begin()));
    }
    if (!key.empty() && key.size() == columns.size()) keys.push_back(std::move(key));
  }
  return keys;
}

/// The key of the table's row that `row` collides with; nothing if they do not collide in this key.
std::optional<RowValues> stored_key(backend::Connection& connection, const ReadFile& file,
                                    const std::vector<std::size_t>& key, const RowValues& row) {
  std::string columns;
  std::string where;
  RowValues values;
  for (const std::size_t at : key) {
    if (!row[at]) return std::nullopt;
    const std::string name = connection.dialect().quote_identifier(file.plan.columns[at].name);
    columns += (columns.empty() ? "" : ", ") + name;
    where += (where.empty() ? "" : " AND ") + name + " = ?";
    values.push_back(row[at]);
  }
  const auto found =
      connection.query(fmt::format("SELECT {} FROM {} WHERE {} LIMIT 1", columns,
                                   connection.dialect().quote_identifier(file.table.name), where),
                       values);
  if (found.rows.empty()) return std::nullopt;
  return found.rows.front();
}

/// A key that exists in the table, and the indices of its columns in a row of the last file.
struct Collision {
  std::vector<std::string> columns;
  RowValues stored;
};

std::optional<EarlierRow> look_for(const Collision& collision, const std::vector<ReadFile>& files,
                                   std::uint64_t before_line, const std::atomic<bool>& stop) {
  for (const ReadFile& file : files) {
    if (file.table.name != files.back().table.name) continue;
    const std::vector<std::string> names = file.plan.column_names();
    std::vector<std::size_t> key;
    for (const std::string& column : collision.columns) {
      const auto at = std::find(names.begin(), names.end(), column);
      if (at != names.end()) key.push_back(static_cast<std::size_t>(at - names.begin()));
    }
    if (key.size() != collision.columns.size()) continue;
    const bool is_last = &file == &files.back();
    std::optional<EarlierRow> found;
    read_rows_again(file, 0, stop, [&](std::uint64_t line, const RowValues& row) {
      if (is_last && line >= before_line) return false;
      for (std::size_t i = 0; i < key.size(); ++i) {
        if (!is_same_value(file.plan.columns[key[i]], row[key[i]], collision.stored[i])) {
          return true;
        }
      }
      found = EarlierRow{file.path, line, collision.columns};
      return false;
    });
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace

bool is_duplicate(const Error& error) {
  switch (error.native_code()) {
    case 1555:  // SQLITE_CONSTRAINT_PRIMARYKEY
    case 2067:  // SQLITE_CONSTRAINT_UNIQUE
    case 2579:  // SQLITE_CONSTRAINT_ROWID
    case 1062:  // ER_DUP_ENTRY
    case 1586:  // ER_DUP_ENTRY_WITH_KEY_NAME
      return error.code() == ErrorCode::constraint;
    default:
      return false;
  }
}

bool lacks_parent(const Error& error) {
  // SQLITE_CONSTRAINT_FOREIGNKEY, ER_NO_REFERENCED_ROW and ER_NO_REFERENCED_ROW_2.
  const auto code = error.native_code();
  return code == 787 || code == 1216 || code == 1452;
}

bool is_of_rows(const Error& error) {
  return error.code() == ErrorCode::constraint || error.code() == ErrorCode::invalid;
}

std::optional<EarlierRow> find_earlier_row(backend::Connection& connection,
                                           const std::vector<ReadFile>& files, std::uint64_t line,
                                           const std::atomic<bool>& stop) noexcept {
  try {
    if (files.empty()) return std::nullopt;
    const ReadFile& last = files.back();
    std::optional<RowValues> refused;
    read_rows_again(last, line, stop, [&](std::uint64_t at, const RowValues& row) {
      if (at == line) refused = row;
      return at < line;
    });
    if (!refused) return std::nullopt;
    std::optional<EarlierRow> first;
    for (const auto& key : keys_in_row(last.table, last.plan)) {
      const auto stored = stored_key(connection, last, key, *refused);
      if (!stored) continue;
      Collision collision;
      collision.stored = *stored;
      for (const std::size_t at : key) collision.columns.push_back(last.plan.columns[at].name);
      if (!first) first = look_for(collision, files, line, stop);
    }
    return first;
  } catch (const std::exception&) {
    // The database's own message is sufficient.
    return std::nullopt;
  }
}

}  // namespace dbmig::import
