#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "serve/http.hpp"
#include "serve/value.hpp"

namespace dbmig::serve {

/// `json` as a response; text that is not UTF-8 is shown with replacement characters.
Response json_response(const Json& json, int status = 200);

/// `error` as JSON, with the HTTP status for its code. Passwords are removed from the statement.
Response error_response(const Error& error);

/// A file of the page.
Response asset(std::string_view content, const char* type);

/// A file that the browser saves instead of showing it. `is_cut`: rows are missing at the end.
Response download(std::string content, const std::string& name, const std::string& extension,
                  bool is_cut);

}  // namespace dbmig::serve
