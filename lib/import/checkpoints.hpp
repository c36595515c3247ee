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

/// The commits of an import in between (`--commit-every`), each together with its entry in
/// `dbmig_imports` of how far the files are loaded, so that `--resume` goes on exactly there,
/// whatever ended the process. On the root alone.
///
/// Two processes that load one file do not load a row twice: the process that resumes an import
/// takes it over, and the other one finds that out in the transaction of its next commit, which is
/// rolled back.
class Checkpoints {
 public:
  /// All must outlive it.
  Checkpoints(const Options& options, backend::Connection& connection, const LockRetry& lock_retry,
              EventSink& events, const std::atomic<bool>& stop);

  /// Whether there are any: --commit-every or --resume was given.
  bool are_on() const { return options_.commit_every != 0 || options_.resume.value_or(false); }

  /// Before the transaction is begun. Reads the files once, for their fingerprints.
  void prepare();
  /// In the transaction, which is committed, and another one begun. `tables` are those of the
  /// files.
  ///
  /// Throws Error{refused} when an interrupted import of the same files is there and nobody said
  /// what becomes of it; when it is to be resumed, and a file has changed since or is read in
  /// another way; and Error{not_found} when there is nothing to resume.
  void begin(const std::vector<schema::Table>& tables);

  /// Whether an earlier process has done everything already.
  bool is_finished() const { return record_.state == "done"; }
  const FileRecord& file(std::size_t index) const { return record_.files.at(index); }
  std::uint64_t chunk_bytes() const { return record_.chunk_bytes; }
  std::uint64_t chunk_records() const { return record_.chunk_records; }
  /// Whether what was rejected from the file still waits for its final name.
  bool has_kept_rejects(std::size_t index) const;
  /// The name that what was rejected from the file has in the end; empty for nothing.
  std::string rejects_path(std::size_t index) const;
  /// Where rejected records of the file `index`, or of all of them, are kept until the end.
  KeptRejects rejects_of(std::size_t index, const std::string& target) const;

  /// Before the first row of a file, or the first of those that are left, outside of any work:
  /// commits. `plan` is checked against the one that the file was begun with, whose values of
  /// --set it takes. `bytes` and `line` are where the records begin.
  void begin_file(std::size_t index, const schema::Table& table, Plan& plan, std::uint64_t bytes,
                  std::uint64_t line);

  /// How far the file at hand is, after a chunk of it.
  struct Position {
    std::uint64_t bytes = 0;
    std::uint64_t next_line = 1;
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    std::uint64_t skipped = 0;
    bool is_end = false;
  };
  /// Commits when enough records were loaded since the last time, or the file is at its end.
  /// `may_commit` is false as long as rows wait for their parents, which are in memory alone.
  void reached(const Position& position, RenewedSink& sink, RejectFile* rejects, bool may_commit);

  /// In the last transaction: that everything is loaded. `files` are the final numbers.
  void finish(const std::vector<Summary::File>& files);

  /// What an Error says that ends the import: how much of it is in the database.
  Error explain(const Error& error) const;

 private:
  ImportRecord new_record(const std::vector<schema::Table>& tables) const;
  void forget(const ImportRecord& record);
  void resume(ImportRecord found);
  void check_same_options(const ImportRecord& found) const;
  void check_same_plan(const FileRecord& file, Plan& plan) const;
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
  std::size_t index_ = 0;                 ///< of the file at hand
  const schema::Table* table_ = nullptr;  ///< of the file at hand
  std::uint64_t records_at_commit_ = 0;   ///< of the file at hand
  std::uint64_t committed_rows_ = 0;      ///< of all files
  bool told_of_waiting_ = false;
};

}  // namespace dbmig::import
