#include "serve/responses.hpp"

#include <fmt/core.h>

#include "serve/table_json.hpp"

namespace dbmig::serve {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::invalid:
    case ErrorCode::constraint:
      return 400;
    case ErrorCode::refused:
    case ErrorCode::access:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::busy:
    case ErrorCode::interrupted:
      return 503;
    case ErrorCode::connection:
      return 502;
    case ErrorCode::failed:
    case ErrorCode::io:
      return 500;
  }
  return 500;
}

/// A file name for a header: characters other than letters, digits, `_`, `-` and `.` become `_`.
std::string file_name(const std::string& name, const std::string& extension) {
  std::string plain;
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    plain += is_plain ? c : '_';
  }
  constexpr std::size_t kMaxName = 80;
  return (plain.empty() ? "rows" : plain.substr(0, kMaxName)) + "." + extension;
}

}  // namespace

Response json_response(const Json& json, int status) {
  Response response;
  response.status = status;
  response.type = "application/json";
  response.body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

Response error_response(const Error& error) {
  Json list = Json::array();
  for (const Diagnostic& diagnostic : error.diagnostics()) list.push_back(to_string(diagnostic));
  const Diagnostic& first = error.diagnostics().front();
  return json_response({{"error",
                         {{"message", first.message},
                          {"hint", first.hint},
                          {"all", std::move(list)},
                          {"statement", without_passwords(error.statement())}}}},
                       status_of(error.code()));
}

Response asset(std::string_view content, const char* type) {
  Response response;
  response.type = type;
  response.body = std::string(content);
  return response;
}

Response download(std::string content, const std::string& name, const std::string& extension,
                  bool is_cut) {
  Response response;
  response.type = extension == "csv"    ? "text/csv; charset=utf-8"
                  : extension == "json" ? "application/json"
                                        : "application/octet-stream";
  response.body = std::move(content);
  response.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}\"",
                                                                   file_name(name, extension)));
  if (is_cut) response.headers.emplace_back("X-Rows-Cut", "1");
  return response;
}

}  // namespace dbmig::serve
