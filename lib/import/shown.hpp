#pragma once

#include <string>
#include <string_view>

namespace dbmig::import {

/// `value` as error messages show it: in quotes, cut to about 60 characters, with what a terminal
/// cannot show escaped.
std::string shown(std::string_view value);

}  // namespace dbmig::import
