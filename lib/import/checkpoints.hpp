#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "import/import.hpp"
#include "import/import_store.hpp"
#include "import/plan.hpp"
#include "import/rejects.hpp"
#include "import/renewed_sink.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

class LockRetry;

/// The intermediate commits of an import (`--commit-every`), each together with an entry in
/// `dbmig_imports` that says how far the files are loaded, so that `--resume` continues exactly
/// there, however the process ended. Only on the root.
///
/// Two processes that load the same file never load a row twice: the process that resumes an import
/// takes it over, and the other one notices that in the transaction of its next commit, which is
/// rolled back.
class Checkpoints {
 public:
  /// All references must outlive it.
  Checkpoints(const Options& options, backend::Connection& connection, const LockRetry& lock_retry,
              EventSink& events, const std::atomic<bool>& stop);

  /// Whether --commit-every or --resume was given.
  bool are_on() const { return options_.commit_every != 0 || options_.resume.value_or(false); }

  /// To be called before the transaction begins. Reads the files once, to compute their
  /// fingerprints.
  void prepare();
  /// To be called in the transaction, which is committed; another one is begun. `tables` are those
  /// of the files.
  ///
  /// Throws Error{refused} if there is an interrupted import of the same files and neither --resume
  /// nor --no-resume was given, or one that has loaded a part of one of them and --no-resume was
  /// not given; if it is to be resumed, and a file has changed since or is read
  /// with other options; and Error{not_found} if there is nothing to resume.
  void begin(const std::vector<schema::Table>& tables);

  /// Whether an earlier process has finished the import.
  bool is_finished() const { return record_.state == "done"; }
  const FileRecord& file(std::size_t index) const { return record_.files.at(index); }
  std::uint64_t chunk_bytes() const { return record_.chunk_bytes; }
  std::uint64_t chunk_records() const { return record_.chunk_records; }
  /// Whether the file's rejected records still have their temporary name.
  bool has_kept_rejects(std::size_t index) const;
  /// The final name of the file's reject file; empty if there is none.
  std::string rejects_path(std::size_t index) const;
  /// Where the rejected records of the file `index`, or of all files, are kept until the end.
  KeptRejects rejects_of(std::size_t index, const std::string& target) const;

  /// To be called before the first row of a file, or the first remaining one, while no sink is
  /// open: commits. `plan` is compared with the one that the file was started with, whose values of
  /// --set it takes. The records begin at `bytes` and `line`.
  void begin_file(std::size_t index, const schema::Table& table, Plan& plan, std::uint64_t bytes,
                  std::uint64_t line);

  /// How far the current file is loaded, after one of its chunks.
  struct Position {
    std::uint64_t bytes = 0;
    std::uint64_t next_line = 1;
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    std::uint64_t skipped = 0;
    bool is_end = false;
  };
  /// Commits if enough records were loaded since the last commit, or the file is at its end.
  /// `may_commit` is false while rows wait for their parents in memory.
  void reached(const Position& position, RenewedSink& sink, RejectFile* rejects, bool may_commit);

  /// Records, in the last transaction, that everything is loaded. `files` are the final numbers.
  void finish(const std::vector<Summary::File>& files);

  /// Adds to an error that ends the import how much of it is in the database.
  Error explain(const Error& error) const;

 private:
  ImportRecord new_record(const std::vector<schema::Table>& tables) const;
  void forget_or_refuse(std::vector<ImportRecord> others);
  void forget(const ImportRecord& record);
  void resume(ImportRecord found);
  std::uint64_t next_number(const schema::Table& table);
  void reset_number(const schema::Table& table, std::uint64_t number);
  void commit_and_begin();
  void commit_file();

  const Options& options_;
  backend::Connection& connection_;
  const LockRetry& lock_retry_;
  EventSink& events_;
  const std::atomic<bool>& stop_;
  ImportStore store_;
  std::vector<std::string> paths_;         ///< absolute
  std::vector<std::string> fingerprints_;  ///< of the files
  ImportRecord record_;
  std::uint64_t commit_every_ = 0;
  std::size_t index_ = 0;                 ///< of the current file
  const schema::Table* table_ = nullptr;  ///< of the current file
  std::uint64_t records_at_commit_ = 0;   ///< for the current file
  std::uint64_t committed_rows_ = 0;      ///< of all files
  bool told_of_waiting_ = false;
};

}  // namespace dbmig::import
