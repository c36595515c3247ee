#include "import/writers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <span>
#include <thread>
#include <utility>

#include "backend/transaction.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"

namespace dbmig::import {
namespace {

constexpr const char* kPreparing = "preparing";
constexpr const char* kCommitting = "committing";
constexpr int kTransactionDigits = 24;
constexpr std::chrono::milliseconds kRecoverPause{100};
/// A branch is visible to other connections only after its own connection is closed.
constexpr std::chrono::seconds kBranchTimeout{10};

/// Held by the working process; the server releases it when that process is gone.
std::string alive_lock(const std::string& id) {
  return "dbmig_import_" + id;
}

bool take_lock(backend::Connection& connection, const std::string& id, std::chrono::seconds wait) {
  const std::vector<backend::Value> values = {alive_lock(id), std::to_string(wait.count())};
  return connection.query("SELECT GET_LOCK(?, ?)", values).rows.at(0).at(0) == "1";
}

void give_lock(backend::Connection& connection, const std::string& id) {
  const backend::Value name = alive_lock(id);
  connection.query("SELECT RELEASE_LOCK(?)", std::span(&name, 1));
}

/// Commits or rolls back every prepared branch, as `commits` says.
void finish_branches(backend::Connection& connection, const std::string& id, bool commits) {
  const auto end = std::chrono::steady_clock::now() + kBranchTimeout;
  while (true) {
    const auto branches = backend::prepared_branches(connection, id);
    if (branches.empty()) return;
    for (const backend::BranchId& branch : branches) {
      try {
        backend::finish_branch(connection, branch, commits);
      } catch (const Error& error) {
        if (error.code() == ErrorCode::connection) throw;
        if (std::chrono::steady_clock::now() > end) throw;
      }
    }
    std::this_thread::sleep_for(kRecoverPause);
  }
}

}  // namespace

Writers::Writers(backend::Connection& connection, std::size_t count, std::vector<FileRecord> files)
    : connection_(connection), store_(connection) {
  record_.id = "dbmig-" + random_hex(kTransactionDigits);
  record_.owner = record_.id;
  record_.files = std::move(files);
  for (std::size_t i = 0; i < count; ++i) {
    branches_.push_back(
        backend::begin_branch(connection.url(), {record_.id, std::to_string(i + 1)}));
    // Waiting for another writer would never end: neither is committed before the other.
    branches_.back()->connection().execute(
        "SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1");
  }
}

Writers::~Writers() {
  undo();
}

void Writers::undo() noexcept {
  for (const auto& branch : branches_) branch->rollback();
  branches_.clear();
}

/// Executes `work` in a transaction of its own, which is on disk afterwards.
void Writers::write(const std::function<void()>& work) {
  backend::Transaction transaction(connection_);
  work();
  transaction.commit();
}

void Writers::commit(const std::atomic<bool>& stop) {
  connection_.commit();
  if (!take_lock(connection_, record_.id, std::chrono::seconds(0))) {
    throw Error(ErrorCode::busy, "another import has the same identifier");
  }
  record_.state = kPreparing;
  write([this] { store_.insert(record_); });
  try {
    for (const auto& branch : branches_) branch->prepare();
    if (stop) throw Error(ErrorCode::interrupted, "interrupted");
    record_.state = kCommitting;
    write([this] { store_.save_state(record_); });
  } catch (...) {
    // If the connection was lost while the decision was written, it is unknown whether it was
    // written: then the branches wait for recover_imports(), which reads it.
    const bool was_told = record_.state == kCommitting;
    try {
      if (was_told) connection_.query("SELECT 1");
      undo();
      write([this] { store_.remove(record_.id); });
      give_lock(connection_, record_.id);
    } catch (const std::exception&) {
      if (was_told) {
        branches_.clear();  // which does not affect prepared branches
        throw Error(ErrorCode::connection,
                    "the connection was lost during the commit, and it is not known whether the "
                    "import was committed")
            .hint("dbmig import --recover commits it or rolls it back, and reports which");
      }
    }
    throw;
  }
  try {
    for (const auto& branch : branches_) branch->commit();
    branches_.clear();
    finish_branches(connection_, record_.id, true);
    write([this] { store_.remove(record_.id); });
    give_lock(connection_, record_.id);
  } catch (const Error& error) {
    branches_.clear();
    throw Error(
        error.code(),
        fmt::format(
            "all rows are written and the commit is decided, but it could not be completed: {}",
            error.message()))
        .native(error.native_code())
        .hint("dbmig import --recover completes it");
  }
}

std::size_t recover_imports(backend::Connection& connection, std::chrono::seconds wait,
                            EventSink& events) {
  if (!dialect::capabilities(connection.dialect().kind()).parallel_writers) return 0;
  ImportStore store(connection);
  std::size_t recovered = 0;
  for (const ImportRecord& seen : store.all()) {
    if (seen.state != kPreparing && seen.state != kCommitting) continue;
    std::vector<std::string> names;
    for (const FileRecord& file : seen.files) names.push_back(file.path);
    const std::string files = text::join(names, ", ");
    if (!take_lock(connection, seen.id, wait)) {
      events.info("dbmig.import", fmt::format("Another import, of {}, is being committed", files));
      continue;
    }
    // Its process may have finished it meanwhile.
    for (const ImportRecord& record : store.all()) {
      if (record.id != seen.id) continue;
      const bool commits = record.state == kCommitting;
      finish_branches(connection, record.id, commits);
      store.remove(record.id);
      ++recovered;
      events.info("dbmig.import",
                  fmt::format("An import of {} was interrupted during its commit; it was {}", files,
                              commits ? "completed now: all of its rows are in the database"
                                      : "rolled back now: none of its rows are in the database"));
    }
    give_lock(connection, seen.id);
  }
  return recovered;
}

}  // namespace dbmig::import
