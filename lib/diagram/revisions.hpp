#pragma once

#include "diagram/json_pool.hpp"
#include "diagram/page.hpp"

namespace dbmig::diagram {

// Internal to this module.

/// The revisions in order, each with what it changes: enough to have the schema at any of them.
///
/// `base` is the revision (its index) whose schema `tables` changes: name → version in the pool, or
/// null for a table that goes. A revision that needs several others has `before`, which makes of
/// the schema at `base` the one that it is applied to.
Json revisions_json(const PageData& data, JsonPool& pool);

/// What leads from one schema to the other: name → version in the pool, or null.
Json changed_tables(const schema::Schema& from, const schema::Schema& to, const PageData& data,
                    JsonPool& pool);

/// For each revision, the lane in which a graph of them shows it: the first parent goes straight on
/// where it can. `parents` are indexes of earlier ones.
std::vector<std::size_t> lanes_of(const std::vector<std::vector<std::size_t>>& parents);

}  // namespace dbmig::diagram
