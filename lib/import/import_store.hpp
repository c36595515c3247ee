#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::import {

/// How far an import has loaded one of its files.
struct FileRecord {
  std::string path;         ///< absolute
  std::string table;        ///< the table that it is loaded into
  std::string fingerprint;  ///< file_fingerprint()
  /// How the file was read, encode_plan() in hexadecimal; empty before it was started.
  std::string plan;
  bool is_done = false;
  std::uint64_t bytes_done = 0;  ///< of its decompressed UTF-8 text: rows up to here are loaded
  std::uint64_t next_line = 1;   ///< the line after them
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t skipped = 0;
  /// MariaDB: the AUTO_INCREMENT value of the next row; 0 if nothing is numbered.
  std::uint64_t next_number = 0;
  std::string rejects_temporary;    ///< where rejected records are kept; empty: nowhere
  std::uint64_t rejects_bytes = 0;  ///< the part of it that belongs to bytes_done
};

/// An import that is recorded in the database.
struct ImportRecord {
  std::string id;
  /// running: it commits in steps, see Checkpoints; done: such an import that has finished;
  /// preparing and committing: with several writers, see WriterTransaction.
  std::string state;
  std::string owner;               ///< a number of the process that started or resumed it
  std::string options;             ///< those that affect the result and are not part of a plan
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

/// The table `dbmig_imports`: a row for each file of an import that must be remembered if its
/// process dies. Every member throws Error.
class ImportStore {
 public:
  /// `connection` must outlive the store.
  explicit ImportStore(backend::Connection& connection) : connection_(connection) {}

  static constexpr const char* kTable = "dbmig_imports";

  /// Commands that need no record never create the table.
  bool exists();
  /// To be called outside of a transaction: MariaDB would commit it.
  void create_if_missing();

  /// All imports, the oldest first; none without the table. With `for_update`, no other session
  /// changes them until the transaction ends.
  std::vector<ImportRecord> all(bool for_update = false);
  void insert(const ImportRecord& record);
  /// Makes `record.owner` the owner.
  void take_over(const ImportRecord& record);
  /// Writes what has changed for the file `index`. Throws Error{failed} if another process has
  /// taken the import over.
  void save(const ImportRecord& record, std::size_t index);
  /// Writes `record.state` for all its files; throws as save() does.
  void save_state(const ImportRecord& record);
  void remove(const std::string& id);

 private:
  backend::Connection& connection_;
};

}  // namespace dbmig::import
