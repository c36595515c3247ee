#include "project/revisions_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::project {
namespace {

constexpr std::chrono::seconds kMaxWait{30};
constexpr std::chrono::milliseconds kPauseBetween{20};

/// "process 123 (dbmig squash a..b)", if Linux shows it.
std::string holder_of(int folder) {
  struct stat status {};
  if (::fstat(folder, &status) != 0) return "another process";
  const std::string inode = fmt::format(":{}", status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // 1: FLOCK  ADVISORY  WRITE 123 fe:00:5678 0 EOF
    std::vector<std::string> words;
    for (std::string& word : text::split(line, ' ')) {
      if (!word.empty()) words.push_back(std::move(word));
    }
    if (words.size() < 6 || words[1] != "FLOCK" || !words[5].ends_with(inode)) continue;
    std::ifstream file("/proc/" + words[4] + "/cmdline", std::ios::binary);
    std::string command((std::istreambuf_iterator<char>(file)), {});
    for (char& c : command) {
      if (c == '\0') c = ' ';
    }
    command = command.substr(command.substr(0, command.find(' ')).rfind('/') + 1);
    while (command.ends_with(' ')) command.pop_back();
    return fmt::format("process {} ({})", words[4], command);
  }
  return "another process";
}

}  // namespace

RevisionsLock::RevisionsLock(Workspace& workspace)
    : folder_(::open(workspace.project().root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ < 0) return;
  const auto latest = std::chrono::steady_clock::now() + kMaxWait;
  bool is_told = false;
  while (::flock(folder_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return;
    const std::string holder = holder_of(folder_);
    if (std::chrono::steady_clock::now() >= latest) {
      ::close(folder_);
      throw Error(
          ErrorCode::busy,
          fmt::format("{} has been writing revisions of this project for more than {} seconds",
                      holder, kMaxWait.count()))
          .hint("wait until it has ended, then run the command again");
    }
    if (!is_told) {
      workspace.events().info("dbmig.revisions",
                              fmt::format("Waiting for {}, which is writing revisions", holder));
      is_told = true;
    }
    std::this_thread::sleep_for(kPauseBetween);
  }
}

RevisionsLock::~RevisionsLock() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace dbmig::project
