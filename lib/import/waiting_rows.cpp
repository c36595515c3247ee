#include "import/waiting_rows.hpp"

#include <algorithm>
#include <utility>

#include "import/row_circles.hpp"

namespace dbmig::import {
namespace {

std::size_t count(const std::vector<WaitingFile*>& files) {
  std::size_t rows = 0;
  for (const WaitingFile* file : files) rows += file->rows.size();
  return rows;
}

/// Tries every row once; those that are refused again stay.
void try_again(backend::Connection& connection, WaitingFile& file, const std::atomic<bool>& stop) {
  if (file.rows.empty()) return;
  const auto sink = connection.bulk_sink(file.table, file.columns);
  std::vector<WaitingRow> left;
  for (WaitingRow& row : file.rows) {
    if (stop) throw Error(ErrorCode::interrupted, "interrupted");
    bool written = true;
    backend::write_cells(*sink, file.columns.size(), row.batch,
                         [&](std::size_t, const Error& error) {
                           row.error = error;
                           written = false;
                         });
    if (!written) left.push_back(std::move(row));
  }
  file.written += file.rows.size() - left.size();
  file.rows = std::move(left);
}

/// Alternates between both ends, so that rows in either order need only one round.
void try_while_one_succeeds(backend::Connection& connection, std::vector<WaitingFile*> files,
                            const std::atomic<bool>& stop) {
  for (std::size_t before = 0; before != count(files);) {
    before = count(files);
    std::reverse(files.begin(), files.end());
    for (WaitingFile* file : files) {
      std::reverse(file->rows.begin(), file->rows.end());
      try_again(connection, *file, stop);
    }
  }
  for (WaitingFile* file : files) {
    std::stable_sort(file->rows.begin(), file->rows.end(),
                     [](const WaitingRow& a, const WaitingRow& b) { return a.line < b.line; });
  }
}

}  // namespace

void insert_ready(backend::Connection& connection, WaitingFile& file,
                  const std::atomic<bool>& stop) {
  write_circles(connection, {&file}, stop);
}

void insert_waiting(backend::Connection& connection, std::vector<WaitingFile*> files,
                    const std::atomic<bool>& stop) {
  const bool has_triggers =
      std::any_of(files.begin(), files.end(), [](const auto* file) { return file->has_triggers; });
  const bool is_decided = !has_triggers && write_circles(connection, files, stop);
  const auto was_tried = [](const WaitingRow& row) { return row.error.has_value(); };
  const bool all_were_tried = std::all_of(files.begin(), files.end(), [&](const auto* file) {
    return std::all_of(file->rows.begin(), file->rows.end(), was_tried);
  });
  if (!is_decided || !all_were_tried) try_while_one_succeeds(connection, files, stop);
  if (has_triggers && count(files) > 0) write_circles(connection, files, stop);
}

}  // namespace dbmig::import
