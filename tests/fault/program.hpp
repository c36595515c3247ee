#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/harness.hpp"
#include "fault/histories.hpp"
#include "fault/way.hpp"

namespace dbmig::fault {

/// A project with one of the histories, migrated by the real program.
class ProgramPlayground final : public Playground {
 public:
  /// MariaDB: `server` is where databases are made.
  ProgramPlayground(const History& history, DialectKind kind, Url server = {});
  ~ProgramPlayground() override;

  void reset() override;
  void migrate(const Trip& trip) override;
  std::unique_ptr<backend::Connection> connect() override;

  /// The command line of a trip on `url`, which leads to the database by some way.
  static std::vector<std::string> command(const Trip& trip, const Url& url);
  test::Process::Options options() const;
  const std::filesystem::path& path() const { return project_.path(); }
  const Url& url() const { return url_; }
  /// url() by way of another unix socket.
  Url by_way_of(const std::filesystem::path& socket) const;

 private:
  void drop() noexcept;

  test::Folder project_;
  DialectKind kind_;
  Url server_;
  Url url_;
};

}  // namespace dbmig::fault
