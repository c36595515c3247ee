#include "base/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "base/error.hpp"
#include "base/kept_file.hpp"
#include "support/temp_dir.hpp"

namespace dbmig {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

template <class Work>
Error failure_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::failed, "nothing was thrown"};
}

TEST(File, ReadsWhatItWrote) {
  const test::TempDir dir;
  const std::string content("line\r\n\0 with a zero\xFF", 20);
  write_file(dir / "a", content, false);
  EXPECT_EQ(read_file(dir / "a"), content);
  write_file(dir / "a", "", true);
  EXPECT_EQ(read_file(dir / "a"), "");
  const std::string large(300000, 'x');
  write_file(dir / "b", large, false);
  EXPECT_EQ(read_file(dir / "b"), large);
  EXPECT_EQ(entries(dir.path()), 2U);
}

TEST(File, NeverReplacesASqliteDatabase) {
  const test::TempDir dir;
  const std::string database("SQLite format 3\0 and pages", 26);
  write_file(dir / "app.db", database, false);
  fs::create_symlink("app.db", dir / "link");
  for (const char* name : {"app.db", "link", "app.db-wal", "app.db-journal", "app.db-shm"}) {
    const Error error = failure_of([&] { write_file(dir / name, "text", true); });
    EXPECT_EQ(error.code(), ErrorCode::refused) << name;
  }
  EXPECT_EQ(read_file(dir / "app.db"), database);
  EXPECT_EQ(entries(dir.path()), 2U);
  write_file(dir / "other-wal", "text", true);
}

TEST(File, ThatACommandReadsIsNotItsOutput) {
  const test::TempDir dir;
  write_file(dir / "a.csv", "id\n1\n", false);
  fs::create_hard_link(dir / "a.csv", dir / "b.csv");
  EXPECT_EQ(failure_of([&] { refuse_kept_file(dir / "b.csv", {(dir / "a.csv").string()}); }).code(),
            ErrorCode::refused);
  EXPECT_NO_THROW(refuse_kept_file(dir / "c.csv", {(dir / "a.csv").string()}));
}

TEST(File, DoesNotOverwriteUnlessTold) {
  const test::TempDir dir;
  write_file(dir / "a", "first", false);
  const Error error = failure_of([&] { write_file(dir / "a", "second", false); });
  EXPECT_EQ(error.code(), ErrorCode::failed);
  EXPECT_EQ(std::string(error.what()),
            (dir / "a").string() + " exists already; move it away first; nothing was overwritten");
  EXPECT_EQ(read_file(dir / "a"), "first");
  EXPECT_EQ(entries(dir.path()), 1U);
  write_file(dir / "a", "third", true);
  EXPECT_EQ(read_file(dir / "a"), "third");
}

TEST(File, NamesAMissingFolder) {
  const test::TempDir dir;
  const fs::path path = dir.path() / "none" / "a";
  const Error error = failure_of([&] { write_file(path, "x", true); });
  EXPECT_EQ(error.code(), ErrorCode::not_found);
  EXPECT_NE(error.message().find(path.string()), std::string::npos) << error.what();
  EXPECT_EQ(entries(dir.path()), 0U);
}

// Root may write into every folder, so that the test gives its rights away for a moment.
class Unprivileged {
 public:
  Unprivileged() : user_(::geteuid()) {
    if (user_ == 0 && ::seteuid(65534) != 0) throw std::runtime_error("seteuid");
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() { static_cast<void>(::seteuid(user_)); }

 private:
  uid_t user_;
};

TEST(File, SaysThatAFolderIsReadOnly) {
  const test::TempDir dir;
  fs::permissions(dir.path(), fs::perms(0555));
  const Error error = failure_of([&] {
    const Unprivileged unprivileged;
    write_file(dir / "a", "x", false);
  });
  EXPECT_EQ(error.code(), ErrorCode::io);
  EXPECT_EQ(error.diagnostics().front().hint, "check the rights of the folder");
  EXPECT_EQ(entries(dir.path()), 0U);
}

TEST(File, SaysThatAFileSystemTakesNoFiles) {
  const Error error = failure_of([] { write_file("/proc/dbmig-test", "x", false); });
  EXPECT_TRUE(error.code() == ErrorCode::io || error.code() == ErrorCode::not_found)
      << error.what();
  EXPECT_NE(error.message().find("/proc/dbmig-test"), std::string::npos) << error.what();
}

TEST(File, ReplacesAFolderNever) {
  const test::TempDir dir;
  fs::create_directory(dir / "folder");
  EXPECT_EQ(failure_of([&] { write_file(dir / "folder", "x", true); }).code(), ErrorCode::io);
  EXPECT_TRUE(fs::is_directory(dir / "folder"));
  EXPECT_EQ(entries(dir.path()), 1U);
}

TEST(File, SaysWhatItCannotRead) {
  const test::TempDir dir;
  const Error missing = failure_of([&] { read_file(dir / "none"); });
  EXPECT_EQ(missing.code(), ErrorCode::not_found);
  EXPECT_NE(missing.message().find((dir / "none").string()), std::string::npos);
  EXPECT_EQ(failure_of([&] { read_file(dir.path()); }).code(), ErrorCode::io);
}

TEST(File, HasTheRightsOfAnyOtherFile) {
  const test::TempDir dir;
  const mode_t mask = ::umask(022);
  write_file(dir / "a", "x", false);
  ::umask(mask);
  EXPECT_EQ(fs::status(dir / "a").permissions(), fs::perms(0644));
}

}  // namespace
}  // namespace dbmig
