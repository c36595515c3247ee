#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "dialect/wording.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// The text that was sent, and the server's spelling of it.
struct RecordedWords {
  std::string told;  ///< a hash
  std::string words;
};

/// What a MariaDB database has recorded of its server's words, see run/wordings.hpp.
class WordRecord {
 public:
  /// Reads the table `dbmig_definitions`, in older versions `dbmig_words`, and `dbmig_views` of
  /// versions that recorded only views.
  /// `live` is inspected now, as far as the record is asked about it.
  WordRecord(backend::Connection& connection, const schema::Schema& live);

  /// Whether `words` is the server's spelling of `told`.
  bool knows(const dialect::WordingKey& key, const std::string& told,
             const std::string& words) const;

 private:
  std::map<dialect::WordingKey, RecordedWords> entries_;
};

/// Records how the server words the objects that a revision created or changed, where it says it in
/// other words than those it was told. Does nothing on SQLite.
class WordingRecorder {
 public:
  explicit WordingRecorder(backend::Connection& connection) : connection_(connection) {}

  struct Touched;

  /// Before `operations` are carried out on `before`: what they rename in texts is worded anew by
  /// the server, and is known afterwards where it is known now, by a run that goes on after a kill,
  /// too.
  void before(const schema::Schema& before, std::span<const ops::Operation> operations);
  /// After them, when `statements` carried them out. Recorded is what one of these said as the
  /// schema has it: a plan that left something else is not covered up.
  void after(const schema::Schema& before, std::span<const ops::Operation> operations,
             const std::vector<dialect::Statement>& statements);

  /// Instead of after(), when the operations were taken back.
  void forget();

 private:
  void record_sent(const schema::Schema& before, std::span<const ops::Operation> operations,
                   const std::vector<dialect::Statement>& statements, Touched touched,
                   const std::set<dialect::WordingKey>& known);

  backend::Connection& connection_;
  std::set<dialect::WordingKey> known_;
};

}  // namespace dbmig::run
