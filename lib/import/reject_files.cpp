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

std::vector<NamedInput> named_files(const Options& options) {
  std::vector<NamedInput> files;
  for (const std::string& path : options.files) {
    files.push_back({path, options_for_file(options, path).is_json});
  }
  return files;
}

}  // namespace

void RejectFiles::choose(backend::Connection& connection) {
  if (!are_written()) return;
  const std::vector<KeptFile> kept = database_files(connection);
  std::vector<std::string> paths = {options_.rejects};
  if (options_.rejects.empty()) paths = default_reject_paths(named_files(options_));
  for (const std::string& path : paths) {
    targets_.push_back(check_reject_target(path, options_.files, kept));
  }
}

RejectFile* RejectFiles::file(std::size_t index, const RejectForm& form,
                              const Checkpoints& checkpoints) {
  if (!are_written()) return nullptr;
  const bool is_shared = !options_.rejects.empty();
  if (is_shared && !files_.empty()) {
    RejectFile& shared = *files_.back();
    // The format of a file that an earlier process has loaded is no longer known.
    const bool is_known = !shared.form().header.empty() || shared.form().is_json;
    if (!is_known) shared.set_form(form);
    const RejectForm& known = shared.form();
    const bool has_other_columns =
        !form.header.empty() && !form.is_json &&
        without_line_end(known.header, form.format) != without_line_end(form.header, form.format);
    if (known.is_json != form.is_json || has_other_columns) {
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
  files_.push_back(std::make_unique<RejectFile>(target, form, is_shared, std::move(kept)));
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
