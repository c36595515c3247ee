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

/// AppliedRevision::origin of what dbmig carried out itself.
inline constexpr const char* kApplied = "applied";
/// And of the one row that stands for several revisions while they are being applied at once; its
/// text says which (run/combine.hpp). When they are there, each has a row of its own.
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
  /// "" when complete; "upgrade" or "downgrade": the run stopped after `statements_done`; "undo
  /// upgrade" or "undo downgrade": it failed, and what it had done is being taken back.
  std::string running;
  /// While undoing: how many statements of the run that failed had taken effect. The two counts of
  /// statements are then those of the undoing.
  std::size_t statements_to_undo = 0;
  /// The statement that was being sent when the run stopped; empty when none was.
  std::string statement;
  /// What the database showed of the objects that `statement` names before it was sent, see
  /// backend::Connection::fingerprint; may be empty.
  std::string fingerprint;
  /// How the revision came to be noted: kApplied, "adopted" or "stamped"; "" in a row that an older
  /// version or a script wrote.
  std::string origin;
  /// Hashes of the statements that have taken effect, while it is running; none for a row that an
  /// older version wrote.
  std::vector<std::string> statement_hashes;

  bool is_complete() const { return running.empty(); }
  double seconds() const { return static_cast<double>(duration_ms) / 1000; }
};

/// All rows of a database as RevisionStore::read_ahead() met them; nothing where it cannot tell
/// whether they still are the same.
struct RowsAhead {
  std::vector<AppliedRevision> rows;  ///< without their texts
  std::string mark;                   ///< backend::change_mark()
};

/// The one table dbmig keeps about revisions in a database. Every member throws Error.
class RevisionStore {
 public:
  /// `connection` must outlive the store.
  explicit RevisionStore(backend::Connection& connection) : connection_(connection) {}

  static constexpr const char* kTable = "dbmig_revisions";
  /// The format of the table's rows, which their column `format` holds. Format 1, without that
  /// column, is read as it is and brought to this one by create_if_missing(); every member that
  /// reads refuses a newer one.
  static constexpr int kFormat = 2;
  /// CREATE TABLE IF NOT EXISTS for `kind`.
  static std::string create_statement(DialectKind kind);

  /// Whether the table is there: commands that only read never create it.
  bool exists();
  /// A table of an older format is brought to kFormat; its rows stay. To be called before anything
  /// is written.
  void create_if_missing();

  /// Every row, in the order of `applied_at` and id; none when the table is not there. Texts are
  /// long and rarely wanted: `text` stays empty unless `with_text`. Room is made for `expected`
  /// rows.
  std::vector<AppliedRevision> all(bool with_text = false, std::size_t expected = 0);
  /// What all() gives, to be read before the database is locked, when there is time.
  std::optional<RowsAhead> read_ahead();
  /// The next all() gives these rows, unless anything was written since.
  void use(RowsAhead ahead) { ahead_ = std::move(ahead); }
  /// Whether there is no row, or no table.
  bool empty();
  /// One row without its text; nothing when there is none.
  std::optional<AppliedRevision> find(const std::string& id);
  /// The text of one row.
  std::string text(const std::string& id);

  void insert(const AppliedRevision& revision);
  /// Everything but the text.
  void update_progress(const AppliedRevision& revision);
  void update_text(const std::string& id, const std::string& text, const std::string& checksum);
  void remove(const std::string& id);

  /// What insert() and update_progress() would write, but together with the next row that is
  /// written, in one statement, or by flush(): a journal costs one message and one commit a
  /// statement so. Until then another session, and a run after a kill, sees the row as it was; of
  /// this store's members all that read see to it first.
  void insert_later(AppliedRevision revision);
  void update_later(AppliedRevision revision);
  void flush();
  /// Forgets what is not written yet: for a caller that rolls back what it belongs to.
  void forget_later() { deferred_.clear(); }

  /// What a script says first that goes on with a history: a table of format 1 is brought to
  /// kFormat, one of kFormat stays as it is.
  static std::vector<std::string> script_format_statements(DialectKind kind);
  /// INSERT as SQL text with literals, for scripts.
  static std::string insert_statement(DialectKind kind, const AppliedRevision& revision);

 private:
  /// The columns that the table has now, of any format but a newer one.
  std::set<std::string> columns();
  /// What brings a table with `columns` to kFormat: on MariaDB, and on SQLite in one transaction.
  static std::vector<std::string> format_statements(const std::set<std::string>& columns);
  static std::vector<std::string> rebuild_statements(const std::set<std::string>& columns);
  /// All rows, or that of `id`.
  std::vector<AppliedRevision> read(bool with_text, const std::string* id,
                                    std::size_t expected = 0);

  struct Deferred {
    AppliedRevision row;
    bool is_new = false;
  };
  void defer(Deferred entry);
  /// All that is deferred, in one statement.
  void write(const std::vector<Deferred>& entries);

  backend::Connection& connection_;
  std::vector<Deferred> deferred_;
  std::optional<RowsAhead> ahead_;
  bool is_there_ = false;
  bool is_current_ = false;
  bool knows_formats_ = false;  ///< all rows were read, and none has a newer format
};

/// Now, in UTC, as ISO 8601 to the microsecond: a database's revisions keep the order in which it
/// took them.
std::string utc_now();

}  // namespace dbmig::run
