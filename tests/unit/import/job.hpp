#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "import/import.hpp"
#include "support/temp_dir.hpp"
#include "support/thread_communicator.hpp"

namespace dbmig::test {

using import::Options;
using import::Summary;

/// Keeps what it is told.
class RecordingSink final : public EventSink {
 public:
  void on(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

/// A SQLite database in a folder of its own, files beside it, and imports into it.
class ImportJob {
 public:
  explicit ImportJob(const std::string& schema_sql = {}) {
    Url url;
    url.database = (folder_ / "test.db").string();
    connection_ = backend::sqlite::connect(url, {.create = true});
    connection_->execute("PRAGMA synchronous = OFF");  // Nobody pulls a plug here.
    std::istringstream statements(schema_sql);
    for (std::string sql; std::getline(statements, sql, ';');) connection_->execute(sql);
  }

  backend::Connection& database() { return *connection_; }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
  /// Files beside the database and its journal.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename().string();
      if (name.rfind("test.db", 0) != 0) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Runs the import on `ranks` ranks. Every rank must end the same way: with a summary or with the
  /// same error, which is thrown.
  Summary run(const Options& options, int ranks = 1) {
    return run(options, ranks, [this]() -> backend::Connection& { return *connection_; });
  }

  Summary run(const Options& options, int ranks, const import::Open& open) {
    std::mutex mutex;
    Summary summary;
    std::optional<Error> failure;
    int failed = 0;
    std::vector<ErrorCode> codes;
    ThreadJob job(ranks);
    job.run([&](import::Communicator& communicator) {
      try {
        const Summary own = import::run(options, communicator, open, events, stop);
        const std::lock_guard lock(mutex);
        EXPECT_EQ(own.ranks, ranks);
        if (communicator.is_root()) summary = own;
      } catch (const Error& error) {
        const std::lock_guard lock(mutex);
        ++failed;
        codes.push_back(error.code());
        if (communicator.is_root()) failure = error;
      }
    });
    EXPECT_TRUE(failed == 0 || failed == ranks) << failed << " of " << ranks << " ranks failed";
    for (const ErrorCode code : codes) EXPECT_EQ(code, failure->code());
    if (failure) throw Error(*failure);
    return summary;
  }

  /// The message with which the import fails; a test failure when it does not.
  std::string failure(const Options& options, int ranks = 1) {
    try {
      run(options, ranks);
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << "the import did not fail";
    return "";
  }

  /// The rows of a query, a line each, values separated by `|`, NULL as `NULL`.
  std::string rows(std::string_view sql) {
    std::string out;
    for (const auto& row : connection_->query(sql).rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) out += '|';
        out += row[i].value_or("NULL");
      }
      out += '\n';
    }
    return out;
  }

  std::atomic<bool> stop{false};
  RecordingSink events;

 private:
  TempDir folder_;
  std::unique_ptr<backend::sqlite::SqliteConnection> connection_;
};

inline Options options_for(const std::string& file, const std::string& table = "t") {
  Options options;
  options.files = {file};
  options.table = table;
  return options;
}

}  // namespace dbmig::test
