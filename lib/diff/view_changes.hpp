#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "diff/comparison.hpp"

namespace dbmig::diff {

/// How each view gets from its old text to its new one, so that it can be read all the time where
/// that is possible. All others stay as they are: the fold carries them through renames.
class ViewChanges {
 public:
  /// `late`: the dropped tables that can go after the views have changed. Both must outlive the
  /// object.
  ViewChanges(const Comparison& comparison, const std::set<std::string>& late);

  /// Those that change or are dropped, whose table or column is created again, and those that read
  /// them.
  const std::set<std::string>& renewed() const { return renewed_; }
  /// Of those: replaced before the tables change, since the old text would not outlive it and the
  /// new one needs nothing that comes.
  const std::set<std::string>& early() const { return early_; }
  /// Of those: not there while the tables change, or for good.
  const std::set<std::string>& out_of_the_way() const { return out_; }
  /// Of those: they go for good when those that read them have changed.
  const std::set<std::string>& late_drops() const { return late_drops_; }
  /// Tables, by their new names, with columns that go when a view that reads them is replaced.
  const std::set<std::string>& losing_late() const { return losing_late_; }
  /// Whether tables that can go late have to, since a view reads one until it is replaced.
  bool tables_late() const { return tables_late_; }

 private:
  struct Reads;

  void find_renewed();
  void sort_out();
  /// A view that cannot be replaced before the tables change.
  void put_off(const std::string& name);
  /// Puts off what could be replaced early, but is read by a view that cannot.
  void put_off_early();
  void lose_late(const Reads& reads);
  /// Whether a new object has the name of a view that is dropped.
  bool is_taken(const std::string& name) const;
  /// What reads a view that is out of the way is so, too: SQLite refuses to alter beside it.
  void close_out();
  /// Whether the new text of `view` can only be read when something has come or has its new name.
  bool needs_what_comes(const std::string& view, const Reads& reads) const;
  /// The old views that read a table with renamed columns, directly or through others.
  std::set<std::string> readers_of_renamed() const;
  /// Whether an old text cannot be read any more when the tables have changed.
  bool breaks(const Reads& reads) const;
  /// Whether it has to be out of the way: what it reads goes and cannot go later.
  bool waits(const Reads& reads) const;

  const Comparison& comparison_;
  const std::set<std::string>& late_;
  std::set<std::string> renewed_;
  std::set<std::string> early_;
  std::set<std::string> out_;
  std::set<std::string> late_drops_;
  std::set<std::string> losing_late_;
  bool tables_late_ = false;
};

/// `names` with every view behind those of them that it reads.
std::vector<std::string> by_dependency(const schema::SharedMap<std::string, schema::View>& views,
                                       std::set<std::string> names);

}  // namespace dbmig::diff
