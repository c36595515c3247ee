#include "support/source_path.hpp"

namespace dbmig::test {

std::string source_path(std::string_view name) {
  return std::string(DBMIG_SOURCE_DIR "/").append(name);
}

}  // namespace dbmig::test
