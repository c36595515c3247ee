#pragma once

#include <string>

#include "report/report.hpp"

namespace dbmig::report {

/// The finding's file, relative to the report's repository where it lies below, else absolute;
/// empty when it has none.
std::string shown_file(const Report& report, const Finding& finding);

/// The message with its hint, as one text.
std::string full_message(const Finding& finding);

/// `text` as well-formed UTF-8: each byte that is not part of it becomes U+FFFD.
std::string as_utf8(std::string_view text);

/// Whether the finding makes the command fail.
bool is_failure(const Report& report, const Finding& finding);

std::string print_github(const Report& report);
std::string print_sarif(const Report& report);
std::string print_junit(const Report& report);

}  // namespace dbmig::report
