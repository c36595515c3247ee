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

/// The declared text, and the server's spelling of it.
struct RecordedWords {
  std::string told;  ///< a hash of the declared text
  std::string words;
};

/// What a MariaDB database has recorded of its server's spelling, see run/wordings.hpp.
class WordRecord {
 public:
  /// Reads the table `dbmig_definitions` (in older versions `dbmig_words`, or `dbmig_views` with
  /// only views). `live` is the schema as inspected now, as far as the record is used for it.
  WordRecord(backend::Connection& connection, const schema::Schema& live);

  /// Whether `words` is the server's spelling of `told`.
  bool knows(const dialect::WordingKey& key, const std::string& told,
             const std::string& words) const;

 private:
  std::map<dialect::WordingKey, RecordedWords> entries_;
};

/// Records the server's spelling of the objects that a revision created or changed, if it differs
/// from the declared text. Does nothing on SQLite.
class WordingRecorder {
 public:
  explicit WordingRecorder(backend::Connection& connection) : connection_(connection) {}

  struct Touched;

  /// To be called before `operations` are applied to `before`: a rename makes the server rewrite
  /// texts, which count as known afterwards if they are known now, also for a run that continues
  /// after a kill.
  void before(const schema::Schema& before, std::span<const ops::Operation> operations);
  /// To be called after `statements` carried them out. Only texts that one of the statements
  /// contains exactly as the schema has them are recorded: a plan that left something else is not
  /// hidden.
  void after(const schema::Schema& before, std::span<const ops::Operation> operations,
             const std::vector<dialect::Statement>& statements);

  /// To be called instead of after(), if the operations were undone.
  void forget();

 private:
  void record_sent(const schema::Schema& before, std::span<const ops::Operation> operations,
                   const std::vector<dialect::Statement>& statements, Touched touched,
                   const std::set<dialect::WordingKey>& known);

  backend::Connection& connection_;
  std::set<dialect::WordingKey> known_;
};

}  // namespace dbmig::run
