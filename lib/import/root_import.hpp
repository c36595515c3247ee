#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "import/checkpoints.hpp"
#include "import/chunk_reader.hpp"
#include "import/earlier_row.hpp"
#include "import/held_keys.hpp"
#include "import/import.hpp"
#include "import/key_watch.hpp"
#include "import/loader.hpp"
#include "import/open_input.hpp"
#include "import/pipeline.hpp"
#include "import/plan.hpp"
#include "import/reject_files.hpp"
#include "import/repeated_keys.hpp"
#include "import/writers.hpp"

namespace dbmig::import {

/// Tells the other ranks that chunks of a file follow, which they may read themselves if it is
/// shared.
using AnnouncePlan = std::function<void(const Plan&, const std::optional<SharedFile>&)>;

/// The root's messages to the other ranks.
struct Announcements {
  AnnouncePlan file;
  AnnounceKeyScan key_scan;
};

class LockRetry;

/// The root's side of an import: the database, the files, the transaction.
class RootImport {
 public:
  RootImport(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
             const std::atomic<bool>& stop, Announcements announce);

  /// Runs the import. If it throws, the transaction is rolled back and the other ranks wait for the
  /// next message.
  Summary run();
  /// Whether several connections wrote at the same time.
  bool had_writers() const { return had_writers_; }
  /// Whether it failed because of a key that occurs twice in the files, and both lines are named.
  bool has_named_repeated_key() const { return has_named_repeated_key_; }
  /// Whether it failed because the watch missed a repeated key, or found one that a second look did
  /// not find, as two hashes may be equal by chance.
  bool was_watch_wrong() const { return was_watch_wrong_; }
  /// Whether rows failed a deferred check, so that the first bad record is not known.
  bool failed_deferred_check() const { return failed_deferred_check_; }
  /// Whether that was a row without the row that it refers to, which may only come later.
  bool lacked_parent() const { return lacked_parent_; }

 private:
  /// The counters before a file.
  struct Before {
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    std::uint64_t skipped = 0;  ///< rows of this file that an earlier process has loaded
  };
  /// A file whose records are to be loaded.
  struct Feed {
    std::size_t index;
    const Plan& plan;
    ChunkReader& reader;
    const std::string& name;
    const std::optional<SharedFile>& shared;
    const RowOrder& row_order;
    const Before& before;
    KeyWatch* watch;
    bool is_left_to_root;
  };

  /// The sinks of a table that is being filled. One after the other, files with the same columns go
  /// into the same sinks, so that what is left until the end is done once.
  struct OpenTable {
    std::string name;
    std::vector<std::string> columns;
    RowOrder order;
    std::vector<std::unique_ptr<RenewedSink>> sinks;
  };

  void prepare_writers();
  void load_files();
  void look_at_files();
  void load_in_order(const std::vector<std::size_t>& order);
  void find_tables();
  std::vector<std::string> tables_with_more(std::span<const std::size_t> files) const;
  void load_file(std::span<const std::size_t> files, const std::vector<std::string>& still_loaded,
                 bool is_last, OpenTable& open);
  OpenedInput open_file(const std::string& path);
  ChunkReader::Limits chunk_limits() const;
  Before begin_file(std::size_t index, Plan& plan, ChunkReader& reader);
  void feed_sinks(const Feed& feed, const std::vector<std::unique_ptr<RenewedSink>>& sinks);
  void hold_keys(const Feed& feed);
  std::vector<WaitingFile*> waiting_in(const std::string& table);
  void insert_ready_rows(std::size_t index);
  void finish_table(OpenTable& open);
  void look_for_earlier_fault(const Error& error,
                              const std::vector<std::unique_ptr<RenewedSink>>& sinks);
  void note_failed_check(const Error& failure);
  void finish_waiting();
  RowOrder order_of(const schema::Table& table, const Plan& plan,
                    const std::vector<std::string>& still_loaded) const;
  void commit();
  Error rolled_back(const Error& failure);
  void finish_summary();
  Error with_earlier_row(const Error& error);
  Error with_repeated_keys(const Error& error, bool is_of_duplicate);
  std::vector<RepeatedKey> repeated_keys();
  KeyWatch* watch_keys(std::size_t index, Plan& plan);
  bool may_defer_checks(std::size_t index) const;
  bool may_have_missed_key(const Error& error) const;
  Error with_first_record(const RepeatedKeyError& error);
  void take_results_of(std::size_t index);
  std::unique_ptr<RenewedSink> open_sink(const schema::Table& table,
                                         const std::vector<std::string>& columns,
                                         bool refuses_orphans,
                                         const backend::DeferrableChecks& deferrable);
  bool refuses_orphans(const schema::Table& table, const RowOrder& order) const;
  void open_writers();
  void set_time_zone();
  void open_table(std::span<const std::size_t> files, const Plan& plan, RowOrder& order,
                  OpenTable& open);
  std::vector<std::unique_ptr<RenewedSink>> open_sinks(std::span<const std::size_t> files,
                                                       const Plan& plan, bool is_reopened,
                                                       RowOrder& order);
  std::uint64_t expected_rows(std::span<const std::size_t> files, char line_byte,
                              bool is_reopened) const;
  std::optional<SharedFile> shared_file(const std::string& path, const OpenedInput& opened,
                                        const CsvFormat& format) const;
  void report(bool last);

  std::vector<Options> own_options_;  ///< of each file, with its own format
  Options options_;                   ///< with patterns replaced by the matching files
  Communicator& ranks_;
  const std::unique_ptr<Communicator> root_alone_ = local_communicator();
  const Open& open_;
  EventSink& events_;
  const std::atomic<bool>& stop_;
  const Announcements announce_;

  using Clock = std::chrono::steady_clock;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point last_report_ = start_;

  backend::Connection* connection_ = nullptr;
  LockRetry* lock_retry_ = nullptr;   ///< while run() runs
  std::unique_ptr<Writers> writers_;  ///< if there are several
  bool had_writers_ = false;
  bool has_usual_writers_ = false;            ///< their number was not given
  std::unique_ptr<Checkpoints> checkpoints_;  ///< while run() runs
  RejectFiles rejects_;
  std::vector<schema::Table> tables_;    ///< of each file
  std::set<std::string> with_triggers_;  ///< names of tables
  std::set<std::string> filled_by_triggers_;
  std::uint64_t key_room_;                   ///< of everything in watches_
  std::map<std::string, KeyWatch> watches_;  ///< by the name of the table
  bool has_named_repeated_key_ = false;
  bool was_watch_wrong_ = false;
  bool failed_deferred_check_ = false;
  bool lacked_parent_ = false;
  /// constraints: for the open table; keys: for this table or one before it.
  backend::DeferredChecks deferred_;
  bool are_files_readable_again_ = true;  ///< none is standard input, a pipe or the like
  std::vector<ReadFile> read_files_;      ///< in the order in which they are read
  std::vector<RejectFile*> rejects_of_;   ///< of each file, or null
  std::vector<CsvFormat> formats_;        ///< of each file, as detected
  std::vector<WaitingFile> waiting_;      ///< of each file
  std::unique_ptr<HeldKeys> held_;        ///< of the waiting rows; null: they hold none
  std::size_t still_waiting_ = 0;         ///< rows left by the last insert_ready_rows()
  Problems problems_;
  Summary summary_;
  LoadProgress progress_;
  std::uint64_t bytes_total_ = 0;   ///< 0 if the size of a file is unknown
  std::uint64_t bytes_before_ = 0;  ///< of the finished files, decompressed and in UTF-8
  // As the files are stored, for the progress: only their stored size is known beforehand.
  std::uint64_t stored_before_ = 0;
  std::uint64_t bytes_done_ = 0;
  StageTimes times_;
};

}  // namespace dbmig::import
