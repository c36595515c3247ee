#include "import/unfinished_import.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "base/text.hpp"
#include "import/file_fingerprint.hpp"

namespace dbmig::import {
namespace {

bool has_progress(const FileRecord& file) {
  return file.is_done || file.rows != 0 || file.rejected != 0 || file.skipped != 0;
}

/// Of a file that can be read again; empty for others.
std::string fingerprint_of(const FileRecord& file, const std::atomic<bool>& stop) {
  if (!file.fingerprint.empty()) return file.fingerprint;
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file.path, failure)) return "";
  return file_fingerprint(file.path, stop);
}

}  // namespace

std::string UnfinishedImport::describe() const {
  std::vector<std::string> names;
  for (const FileRecord& one : record.files) {
    names.push_back(std::filesystem::path(one.path).filename().string());
  }
  return fmt::format("an import of {} was interrupted at {}: {} of it {} in the database",
                     text::join(names, ", "), record.updated_at, text::count(record.rows(), "row"),
                     record.rows() == 1 ? "is" : "are");
}

std::optional<UnfinishedImport> find_unfinished_import(const std::vector<ImportRecord>& records,
                                                       const std::vector<FileRecord>& files,
                                                       const std::atomic<bool>& stop) {
  for (const FileRecord& file : files) {
    std::optional<std::string> fingerprint;
    for (const ImportRecord& record : records) {
      for (const FileRecord& other : record.files) {
        if (other.table != file.table || !has_progress(other)) continue;
        if (other.path == file.path) return UnfinishedImport{record, file.path};
        if (!fingerprint) fingerprint = fingerprint_of(file, stop);
        if (!fingerprint->empty() && *fingerprint == other.fingerprint) {
          return UnfinishedImport{record, file.path};
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace dbmig::import
