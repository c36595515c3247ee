#pragma once

#include <string>
#include <string_view>

namespace dbmig::import {

/// `value` as error messages show it: in quotes, shortened to about 60 characters, with unprintable
/// characters escaped.
std::string shown(std::string_view value);

}  // namespace dbmig::import
