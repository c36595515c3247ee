#include "import/reject_files.hpp"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/error.hpp"
#include "import/record_parser.hpp"

namespace dbmig::import {
namespace {

/// The files that SQLite uses for a database, whether they exist or not.
std::vector<KeptFile> database_files(backend::Connection& connection) {
  std::vector<KeptFile> files;
  if (connection.dialect().kind() != DialectKind::sqlite) return files;
  for (const auto& row : connection.query("SELECT file FROM pragma_database_list").rows) {
    const std::string file = row.at(0).value_or("");
    if (file.empty()) continue;
    files.push_back({file, "the database"});
    for (const char* ending : {"-wal", "-shm", "-journal"}) {
      files.push_back({file + ending, "a file of the database"});
    }
  }
  return files;
}

}  // namespace

void RejectFiles::choose(backend::Connection& connection) {
  if (!are_written()) return;
  const std::vector<KeptFile> kept = database_files(connection);
  std::vector<std::string> paths = {options_.rejects};
  if (options_.rejects.empty()) paths = default_reject_paths(options_.files);
  for (const std::string& path : paths) {
    targets_.push_back(check_reject_target(path, options_.files, kept));
  }
}

RejectFile* RejectFiles::file(std::size_t index, const std::string& header, const CsvFormat& format,
                              const Checkpoints& checkpoints) {
  if (!are_written()) return nullptr;
  const bool is_shared = !options_.rejects.empty();
  if (is_shared && !files_.empty()) {
    RejectFile& shared = *files_.back();
    // The format of a file that an earlier process has loaded is no longer known.
    if (shared.header().empty()) shared.set_form(format, header);
    if (!header.empty() &&
        without_line_end(shared.header(), format) != without_line_end(header, format)) {
      throw Error(ErrorCode::usage,
                  fmt::format("the columns of {} differ from those of the file before it, and a "
                              "reject file can have only one set of columns",
                              options_.files[index]))
          .hint("leave --rejects out: each file then gets its own reject file");
    }
    return &shared;
  }
  const RejectTarget& target = targets_.at(is_shared ? 0 : index);
  std::optional<KeptRejects> kept;
  if (checkpoints.are_on()) kept = checkpoints.rejects_of(index, target.path);
  files_.push_back(
      std::make_unique<RejectFile>(target, format, header, is_shared, std::move(kept)));
  return files_.back().get();
}

void RejectFiles::flush() {
  for (const auto& file : files_) file->flush();
}

void RejectFiles::finish(std::vector<Summary::File>& summaries) {
  for (const auto& rejects : files_) {
    if (rejects->finish()) continue;
    for (Summary::File& file : summaries) {
      if (file.rejects == rejects->path()) file.rejects.clear();
    }
  }
}

}  // namespace dbmig::import
