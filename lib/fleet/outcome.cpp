#include "fleet/outcome.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "import/wire.hpp"

namespace dbmig::fleet {
namespace {

using import::Bytes;
using import::WireReader;
using import::WireWriter;

std::string_view view_of(const Bytes& message) {
  return {message.data(), message.size()};
}

void put_texts(WireWriter& out, const std::vector<std::string>& texts) {
  out.put(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) out.put_text(text);
}

std::vector<std::string> get_texts(WireReader& in) {
  std::vector<std::string> texts(in.get<std::uint32_t>());
  for (std::string& text : texts) text = in.get_text();
  return texts;
}

void put_error(WireWriter& out, const Error& error) {
  out.put(error.code());
  out.put(error.native_code());
  out.put_text(error.statement());
  out.put(static_cast<std::uint32_t>(error.diagnostics().size()));
  for (const Diagnostic& one : error.diagnostics()) {
    out.put_text(one.where.file);
    out.put(one.where.line);
    out.put(one.where.column);
    out.put_text(one.message);
    out.put_text(one.hint);
  }
}

Error get_error(WireReader& in) {
  const auto code = in.get<ErrorCode>();
  const int native = in.get<int>();
  const std::string statement(in.get_text());
  std::vector<Diagnostic> list(in.get<std::uint32_t>());
  for (Diagnostic& one : list) {
    one.where.file = in.get_text();
    one.where.line = in.get<int>();
    one.where.column = in.get<int>();
    one.message = in.get_text();
    one.hint = in.get_text();
  }
  return Error(code, std::move(list)).native(native).sql(statement);
}

}  // namespace

Bytes to_bytes(const Database& database) {
  Bytes message;
  WireWriter out(message);
  out.put_text(database.name);
  const Url& url = database.url;
  out.put(url.dialect);
  out.put_text(url.user);
  out.put(url.password.has_value());
  out.put_text(url.password.value_or(""));
  out.put_text(url.host);
  out.put(url.port);
  out.put_text(url.database);
  out.put(static_cast<std::uint32_t>(url.parameters.size()));
  for (const auto& [key, value] : url.parameters) {
    out.put_text(key);
    out.put_text(value);
  }
  return message;
}

Database database_from(const Bytes& message) {
  WireReader in(view_of(message));
  Database database;
  database.name = in.get_text();
  Url& url = database.url;
  url.dialect = in.get<DialectKind>();
  url.user = in.get_text();
  const bool has_password = in.get<bool>();
  const std::string password(in.get_text());
  if (has_password) url.password = password;
  url.host = in.get_text();
  url.port = in.get<int>();
  url.database = in.get_text();
  for (auto n = in.get<std::uint32_t>(); n > 0; --n) {
    const std::string key(in.get_text());
    url.parameters[key] = in.get_text();
  }
  return database;
}

Bytes to_bytes(const Outcome& outcome) {
  Bytes message;
  WireWriter out(message);
  put_texts(out, outcome.revisions);
  put_texts(out, outcome.current);
  out.put(static_cast<std::uint64_t>(outcome.applied));
  out.put(static_cast<std::uint32_t>(outcome.findings.size()));
  for (const Finding& finding : outcome.findings) {
    out.put_text(finding.kind);
    out.put_text(finding.subject);
    out.put_text(finding.message);
  }
  put_texts(out, outcome.log);
  out.put(outcome.seconds);
  out.put(outcome.was_begun);
  out.put(outcome.failure.has_value());
  if (outcome.failure) put_error(out, *outcome.failure);
  return message;
}

Outcome outcome_from(const Bytes& message) {
  WireReader in(view_of(message));
  Outcome outcome;
  outcome.revisions = get_texts(in);
  outcome.current = get_texts(in);
  outcome.applied = in.get<std::uint64_t>();
  for (auto n = in.get<std::uint32_t>(); n > 0; --n) {
    Finding finding;
    finding.kind = in.get_text();
    finding.subject = in.get_text();
    finding.message = in.get_text();
    outcome.findings.push_back(std::move(finding));
  }
  outcome.log = get_texts(in);
  outcome.seconds = in.get<double>();
  outcome.was_begun = in.get<bool>();
  if (in.get<bool>()) outcome.failure = get_error(in);
  return outcome;
}

}  // namespace dbmig::fleet
