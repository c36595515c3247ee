#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/mariadb/connection.hpp"
#include "base/url.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::test {

/// The server that tests may use, from DBMIG_TEST_MARIADB_URL; nothing when it is not set.
std::optional<Url> mariadb_url();

/// What a test says that has no server.
inline constexpr const char* kNoMariadb =
    "no MariaDB server: set DBMIG_TEST_MARIADB_URL or run tests/run.sh";

/// A database of its own on that server, with a random name, dropped at the end. mariadb_url() must
/// have one.
class MariadbDatabase {
 public:
  /// `options` follows CREATE DATABASE's name.
  explicit MariadbDatabase(const std::string& options = "CHARACTER SET utf8mb4");
  ~MariadbDatabase();
  MariadbDatabase(const MariadbDatabase&) = delete;
  MariadbDatabase& operator=(const MariadbDatabase&) = delete;

  const std::string& name() const { return url_.database; }
  const Url& url() const { return url_; }
  backend::mariadb::MariadbConnection& connection() { return *connection_; }
  std::unique_ptr<backend::mariadb::MariadbConnection> open() const;

  /// Each statement of a script.
  void run(std::string_view script);
  /// Plans `operations` for a database that is `before` and runs the plan; the statements sent.
  std::vector<std::string> migrate(const schema::Schema& before,
                                   const std::vector<ops::Operation>& operations);
  schema::Schema inspect();
  /// The same as it compares with `model`, equal when there is nothing to do: what the server words
  /// as it would word the model (run/spelling.hpp) is in the model's words.
  schema::Schema inspect_beside(const schema::Schema& model);
  /// The rows of a query, a line each, values separated by `|`, NULL as `NULL`.
  std::string rows(std::string_view sql);
  /// SHOW CREATE TABLE's text.
  std::string show(const std::string& table);

 private:
  Url url_;
  std::unique_ptr<backend::mariadb::MariadbConnection> connection_;
};

/// A fixture that skips its tests where there is no server.
class MariadbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!mariadb_url()) GTEST_SKIP() << kNoMariadb;
  }
};

}  // namespace dbmig::test
