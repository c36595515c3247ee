#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dbmig {

/// Throws Error{refused} if a command that replaces `path` would destroy what is no output of any
/// command: a SQLite database, its -wal, -shm or -journal, whether it exists or not, or one of
/// `inputs`, the files that the command reads; under any name or link.
void refuse_kept_file(const std::filesystem::path& path,
                      const std::vector<std::string>& inputs = {});

}  // namespace dbmig
