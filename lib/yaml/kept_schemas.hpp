#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "history/graph.hpp"
#include "schema/model.hpp"

namespace dbmig::yaml {

// Schemas in `.dbmig`, beside the index of the revisions (yaml/index.hpp), and as little to be
// trusted: what is damaged, or of another build, counts as absent.

/// The schemas in `folder`, a project's `.dbmig`, that histories add up to. A few are kept, the
/// latest.
std::shared_ptr<history::FoldStore> fold_store(std::filesystem::path folder);

/// The model that keep_model() wrote to `folder` under `key`, which stands for all that the model
/// was read from. Nothing when it is not there.
std::optional<schema::Model> kept_model(const std::filesystem::path& folder,
                                        const std::string& key);

/// A few are kept, the latest. Does without where it cannot be written.
void keep_model(const std::filesystem::path& folder, const std::string& key,
                const schema::Model& model) noexcept;

}  // namespace dbmig::yaml
