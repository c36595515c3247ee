#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "base/dialect_kind.hpp"

namespace dbmig::run {

/// AppliedRevision::origin of a revision that dbmig ran itself.
inline constexpr const char* kApplied = "applied";
/// The origin of the single row that represents several revisions while they are applied at once;
/// its text lists them (run/combine.hpp). Afterwards each has a row of its own.
inline constexpr const char* kCombined = "combined";

/// A row of `dbmig_revisions`: a revision that the database has, or one that is running.
struct AppliedRevision {
  std::string id;
  std::vector<std::string> parents;
  std::string message;
  std::string checksum;
  std::string text;        ///< the revision file's text, so that a downgrade works without the file
  std::string applied_at;  ///< UTC, ISO 8601; older versions wrote whole seconds
  long duration_ms = 0;
  std::size_t statements_total = 0;
  std::size_t statements_done = 0;
  /// "" if complete; "upgrade" or "downgrade": the run stopped after `statements_done`; "undo
  /// upgrade" or "undo downgrade": it failed, and what it did is being undone.
  std::string running;
  /// While undoing: how many statements of the failed run had taken effect. The two other counts
  /// are then those of the undo.
  std::size_t statements_to_undo = 0;
  /// The statement that was being executed when the run stopped; empty if none was.
  std::string statement;
  /// The fingerprint of the objects that `statement` names, taken before it was sent, see
  /// backend::Connection::fingerprint; may be empty.
  std::string fingerprint;
  /// How the revision was recorded: kApplied, "adopted" or "stamped"; "" in a row written by an
  /// older version or a script.
  std::string origin;
  /// Hashes of the statements that have taken effect, while the revision is running; empty in a row
  /// of an older version.
  std::vector<std::string> statement_hashes;

  bool is_complete() const { return running.empty(); }
  double seconds() const { return static_cast<double>(duration_ms) / 1000; }
};

/// All rows as RevisionStore::read_ahead() read them; absent if it cannot tell whether they are
/// still current.
struct RowsAhead {
  std::vector<AppliedRevision> rows;  ///< without texts
  std::string mark;                   ///< backend::change_mark()
};

/// The table in which dbmig records the revisions of a database. Every member throws Error.
class RevisionStore {
 public:
  /// `connection` must outlive the store.
  explicit RevisionStore(backend::Connection& connection) : connection_(connection) {}

  static constexpr const char* kTable = "dbmig_revisions";
  /// The format of the rows, stored in their column `format`. Format 1 has no such column; it is
  /// read as it is and upgraded by create_if_missing(). Every member that reads refuses a newer
  /// format.
  static constexpr int kFormat = 2;
  /// CREATE TABLE IF NOT EXISTS for `kind`.
  static std::string create_statement(DialectKind kind);

  /// Whether the table exists: commands that only read never create it.
  bool exists();
  /// Creates the table, or upgrades an older format to kFormat; the rows stay. To be called before
  /// anything is written.
  void create_if_missing();

  /// All rows, ordered by `applied_at` and id; none if the table does not exist. Texts are long and
  /// rarely needed: `text` stays empty unless `with_text`. Memory for `expected` rows is reserved.
  std::vector<AppliedRevision> all(bool with_text = false, std::size_t expected = 0);
  /// The result of all(), to be read before the database is locked.
  std::optional<RowsAhead> read_ahead();
  /// The next all() returns these rows, unless anything was written since.
  void use(RowsAhead ahead) { ahead_ = std::move(ahead); }
  /// Whether there is no row, or no table.
  bool empty();
  /// One row without its text; nothing if it does not exist.
  std::optional<AppliedRevision> find(const std::string& id);
  /// The text of one row.
  std::string text(const std::string& id);

  void insert(const AppliedRevision& revision);
  /// Writes everything but the text.
  void update_progress(const AppliedRevision& revision);
  void update_text(const std::string& id, const std::string& text, const std::string& checksum);
  void remove(const std::string& id);

  /// Like insert() and update_progress(), but the row is written together with the next one, in one
  /// statement, or by flush(): so a journal costs one message and one commit per statement. Until
  /// then, other sessions, and a run after a kill, see the previous row; members of this store that
  /// read write it first.
  void insert_later(AppliedRevision revision);
  void update_later(AppliedRevision revision);
  void flush();
  /// Forgets the rows that are not written yet, for a caller that rolls back what they belong to.
  void forget_later() { deferred_.clear(); }

  /// The first statements of a script that continues a history: they upgrade a table of format 1 to
  /// kFormat and leave one of kFormat unchanged.
  static std::vector<std::string> script_format_statements(DialectKind kind);
  /// INSERT as SQL text with literals, for scripts.
  static std::string insert_statement(DialectKind kind, const AppliedRevision& revision);

 private:
  /// The columns that the table has now, in any supported format.
  std::set<std::string> columns();
  /// The statements that upgrade a table with `columns` to kFormat: on MariaDB as they are, on
  /// SQLite in one transaction.
  static std::vector<std::string> format_statements(const std::set<std::string>& columns);
  static std::vector<std::string> rebuild_statements(const std::set<std::string>& columns);
  /// All rows, or only that of `id`.
  std::vector<AppliedRevision> read(bool with_text, const std::string* id,
                                    std::size_t expected = 0);

  struct Deferred {
    AppliedRevision row;
    bool is_new = false;
  };
  void defer(Deferred entry);
  /// Writes all deferred rows in one statement.
  void write(const std::vector<Deferred>& entries);

  backend::Connection& connection_;
  std::vector<Deferred> deferred_;
  std::optional<RowsAhead> ahead_;
  bool is_there_ = false;
  bool is_current_ = false;
  bool knows_formats_ = false;  ///< all rows were read, and none has a newer format
};

/// The current time in UTC, as ISO 8601 with microseconds, so that the order of a database's
/// revisions is kept.
std::string utc_now();

}  // namespace dbmig::run
