#pragma once

#include <set>

#include "backend/scratch.hpp"
#include "dialect/wording.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// `schema` with the texts at `keys` as the MariaDB server of `options` words them: what they need
/// is built on a scratch database and read back. Texts that the server rejects, or that could
/// do something there (events, where its scheduler runs), stay as they are. Throws what connect()
/// throws.
schema::Schema ask_words(const backend::ScratchOptions& options, schema::Schema schema,
                         const std::set<dialect::WordingKey>& keys);

}  // namespace dbmig::run
