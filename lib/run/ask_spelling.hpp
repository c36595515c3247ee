#pragma once

#include <set>

#include "backend/scratch.hpp"
#include "dialect/definitions.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// Returns `schema` with the texts at `keys` in the spelling of the MariaDB server of `options`:
/// the objects they need are created in a scratch database and read back. Texts that the server
/// rejects, or that could have an effect there (events, if the scheduler runs), stay unchanged.
/// Throws what connect() throws.
schema::Schema ask_spelling(const backend::ScratchOptions& options, schema::Schema schema,
                            const std::set<dialect::DefinitionKey>& keys);

}  // namespace dbmig::run
