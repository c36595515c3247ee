#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::import {

/// How far an import came with one of its files.
struct FileRecord {
  std::string path;         ///< absolute
  std::string table;        ///< that it goes into
  std::string fingerprint;  ///< file_fingerprint()
  /// How the file was read, encode_plan() in hexadecimal; empty until it was begun.
  std::string plan;
  bool is_done = false;
  std::uint64_t bytes_done = 0;  ///< of its text, decompressed and in UTF-8, in the database
  std::uint64_t next_line = 1;   ///< the line behind them
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t skipped = 0;
  /// MariaDB: what AUTO_INCREMENT would have given the next row; 0 when nothing is numbered.
  std::uint64_t next_number = 0;
  std::string rejects_temporary;    ///< where rejected records are, empty for nowhere
  std::uint64_t rejects_bytes = 0;  ///< of it that belong to bytes_done
};

/// An import that leaves a trace in the database.
struct ImportRecord {
  std::string id;
  /// running: it commits as it goes, see Checkpoints; done: such a one that came to its end;
  /// preparing and committing: one of several writers, see WriterTransaction.
  std::string state;
  std::string owner;    ///< who may go on with it: a number of the process that began or resumed it
  std::string options;  ///< those that the outcome depends on and no plan has
  std::uint64_t commit_every = 0;  ///< rows
  std::uint64_t chunk_bytes = 0;
  std::uint64_t chunk_records = 0;
  std::string started_at;  ///< UTC, ISO 8601
  std::string updated_at;
  std::vector<FileRecord> files;

  std::uint64_t rows() const;
  /// Whether any of it is in the database, or rejected.
  bool has_progress() const;
};

/// The table `dbmig_imports`: a row for each file of an import that cannot be forgotten when its
/// process dies. Every member throws Error.
class ImportStore {
 public:
  /// `connection` must outlive the store.
  explicit ImportStore(backend::Connection& connection) : connection_(connection) {}

  static constexpr const char* kTable = "dbmig_imports";

  /// Commands that need no record never create the table.
  bool exists();
  /// Outside of a transaction: MariaDB would commit it.
  void create_if_missing();

  /// The oldest first; none without the table. With `for_update` no other session changes them
  /// until the transaction ends.
  std::vector<ImportRecord> all(bool for_update = false);
  void insert(const ImportRecord& record);
  /// `record.owner` is the owner from here on.
  void take_over(const ImportRecord& record);
  /// What has changed in the file `index`. Throws Error{failed} when the import has another owner:
  /// another process has taken it over.
  void save(const ImportRecord& record, std::size_t index);
  /// `record.state` of all its files; throws as save() does.
  void save_state(const ImportRecord& record);
  void remove(const std::string& id);

 private:
  backend::Connection& connection_;
};

}  // namespace dbmig::import
