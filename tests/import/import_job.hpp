#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/harness.hpp"

namespace dbmig::test {

/// A job of MPI that has not ended after this long hangs.
inline constexpr const char* kTimeLimit = "60";
/// `timeout`'s exit code when the time is over.
inline constexpr int kTimedOut = 124;

/// `dbmig import` into a table with one row, alone or under mpirun, on each database.
class Import : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1";
    project.environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
    sql(on_mariadb() ? "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, n INT UNIQUE, "
                       "name VARCHAR(40) NOT NULL, price DECIMAL(10,2), day DATE)"
                     : "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT UNIQUE, "
                       "name VARCHAR(40) NOT NULL, price DECIMAL(10,2), day DATE)");
    sql("INSERT INTO t (n, name) VALUES (-1, 'was here')");
  }

  /// The command line of `dbmig import` on `ranks` ranks.
  std::vector<std::string> command(int ranks, std::vector<std::string> arguments) const {
    std::vector<std::string> words = {"timeout", "-k", "5", kTimeLimit};
    if (ranks > 0) {
      words.insert(words.end(), {"mpirun", "--oversubscribe", "-n", std::to_string(ranks)});
    }
    words.insert(words.end(), {dbmig_binary().string(), "import", "--url", url});
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  /// Another database than the test's.
  Result import_into(const std::string& other, int ranks, std::vector<std::string> arguments) {
    const std::string own = std::exchange(url, other);
    Result result = import(ranks, std::move(arguments));
    url = own;
    return result;
  }

  /// `launcher dbmig import … arguments` that is sent `signal` when it has read what there is of a
  /// pipe that stays open.
  Result interrupt(const std::string& launcher, const std::string& arguments,
                   const std::string& signal) const {
    const std::string as_root =
        launcher.empty() ? ""
                         : "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n";
    return shell(as_root +
                     "mkfifo feed\n"
                     "(printf 'n,name\\n'; seq 20000 | sed 's/$/,name/'; touch fed; "
                     " while [ ! -f done ]; do sleep 0.05; done) > feed &\n" +
                     launcher + ' ' + dbmig_binary().string() +
                     " import feed --table t --chunk-size 2000 " + arguments + " --url '" + url +
                     "' &\n"
                     "job=$!\n"
                     "while [ ! -f fed ]; do sleep 0.05; done\n"
                     "sleep 0.5; kill -" +
                     signal +
                     " $job; wait $job; code=$?\n"
                     "touch done; exit $code\n",
                 project.path());
  }

  Result import(int ranks, std::vector<std::string> arguments) const {
    return run(command(ranks, std::move(arguments)), project.options());
  }

  /// `rows` rows, quoted, with line ends inside and texts of several lengths; the number of the
  /// line at which the last one starts.
  std::size_t write_rows(const std::string& name, int rows, const std::string& last = {}) const {
    std::string csv = "n,name,price,day\n";
    for (int i = 0; i < rows; ++i) {
      csv += std::to_string(i) + ",\"na,me\n" + std::to_string(i * 7) + "\"," +
             std::to_string(i % 1000) + ".5" + std::to_string(i % 10) + "," +
             (i % 3 == 0 ? "" : "2024-02-29") + "\n";
    }
    project.write(name, csv + last);
    return 2 + 2 * static_cast<std::size_t>(rows);
  }

  void expect_untouched() const { EXPECT_EQ(sql("SELECT n, name FROM t"), "-1|was here\n"); }

  std::string checksum() const {
    const std::string line = "CONCAT_WS('|', id, n, name, price, day)";
    if (on_mariadb()) return sql("SELECT MD5(GROUP_CONCAT(" + line + " ORDER BY id)) FROM t");
    return sql("SELECT id, n, name, price, day FROM t ORDER BY id");
  }
};

inline int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// What dbmig cannot keep mpirun from saying, cut off: Open MPI 5 when a rank ends the job, and
/// about connections to a rank that was stopped while MPI started; and now and then libevent in
/// mpirun when a rank closes its end of a pipe at that moment.
inline std::string without_launchers(const std::string& screen) {
  std::string text = screen;
  const std::size_t said = text.find("prterun has exited due to process rank");
  if (said != std::string::npos) text.erase(text.rfind("\n---", said) + 1);
  const auto erase_all = [&](std::string_view part, bool whole_line) {
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part)) {
      const std::size_t from = whole_line ? text.rfind('\n', at) + 1 : at;  // 0 in the first line
      text.erase(from, text.find('\n', at) + 1 - from);
    }
  };
  erase_all("[warn] Epoll ", false);
  erase_all("Unable to find reachable pairing between", true);
  return text;
}

}  // namespace dbmig::test
