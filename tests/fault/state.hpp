#pragma once

#include <map>
#include <string>

#include "backend/backend.hpp"

namespace dbmig::fault {

/// All that two databases must have in common to be the same: a heading, and what stands under it.
/// The text of every object as the database itself shows it, every row (SQLite: with its rowid),
/// and dbmig's own bookkeeping without times.
using State = std::map<std::string, std::string>;

State capture(backend::Connection& connection);

/// What differs, a few lines; empty when nothing does.
std::string difference(const State& expected, const State& found);

}  // namespace dbmig::fault
