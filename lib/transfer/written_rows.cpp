#include "transfer/written_rows.hpp"

#include <exception>
#include <utility>
#include <vector>

#include "backend/row_source.hpp"
#include "base/error.hpp"
#include "dialect/capabilities.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

std::unique_ptr<WrittenRows> WrittenRows::watch(backend::Connection& target, const TablePair& pair,
                                                DialectKind source, const std::atomic<bool>& stop) {
  if (!dialect::capabilities(target.dialect().kind()).is_server) return nullptr;
  const auto column = pair.shared_range_column(source);
  if (!column) return nullptr;
  try {
    auto session = backend::connect(target.url());
    session->set_time_zone(backend::kUtc);
    session->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED");
    return std::unique_ptr<WrittenRows>(new WrittenRows(std::move(session), pair, *column, stop));
  } catch (const Error&) {
    return nullptr;  // the user cannot open another session
  }
}

WrittenRows::WrittenRows(std::unique_ptr<backend::Connection> session, const TablePair& pair,
                         std::string column, const std::atomic<bool>& stop)
    : session_(std::move(session)),
      pair_(pair),
      column_(std::move(column)),
      stop_(stop),
      converter_(pair.columns(), DialectKind::mariadb),
      thread_([this] { read_all(); }) {}

WrittenRows::~WrittenRows() {
  end(true);
}

void WrittenRows::end(bool is_abandoned) {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    if (is_abandoned) is_abandoned_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void WrittenRows::add(const KeyRange& range) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(range);
  changed_.notify_all();
}

std::optional<RowSum> WrittenRows::finish() {
  end(false);
  return has_failed_ ? std::nullopt : std::optional(sum_);
}

void WrittenRows::read_all() {
  try {
    while (true) {
      KeyRange range;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !waiting_.empty() || is_closed_; });
        if (waiting_.empty() || is_abandoned_) return;
        range = waiting_.front();
        waiting_.pop_front();
      }
      read(range);
    }
  } catch (const std::exception&) {
    has_failed_ = true;  // the caller reads them through its own session
  }
}

void WrittenRows::read(const KeyRange& range) {
  const dialect::Dialect& dialect = session_->dialect();
  const auto rows = session_->read_rows(
      pair_.select_target(dialect, range.condition(dialect, pair_.name(), column_)));
  std::vector<backend::Cell> row;
  while (rows->next(row)) {
    if (is_abandoned_) return;
    throw_if_interrupted(stop_);
    ++sum_.rows;
    sum_.hash.add(converter_.canonical_row(row));
  }
}

}  // namespace dbmig::transfer
