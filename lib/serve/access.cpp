#include "serve/access.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "serve/assets.hpp"

namespace dbmig::serve {
namespace {

constexpr int kSecretDigits = 64;
constexpr int kWrongPasswords = 3;
constexpr std::chrono::seconds kPause{10};

/// `host` and `port` of `Host: host:port`; an address of IPv6 without its brackets.
std::pair<std::string, std::string> split_host(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return {};
    const std::string_view rest = text.substr(end + 1);
    return {std::string(text.substr(1, end - 1)),
            rest.starts_with(':') ? std::string(rest.substr(1)) : ""};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return {std::string(text), ""};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

bool is_address(const std::string& host) {
  in6_addr room{};
  return ::inet_pton(AF_INET, host.c_str(), &room) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

/// `https://host:port` without the scheme.
std::string_view host_of(std::string_view origin) {
  const std::size_t at = origin.find("://");
  return at == origin.npos ? origin : origin.substr(at + 3);
}

std::string cookie_value(std::string_view cookies, std::string_view name) {
  for (const std::string& part : text::split(cookies, ';')) {
    const std::string_view one = text::trim(part);
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') {
      return std::string(one.substr(name.size() + 1));
    }
  }
  return {};
}

/// A small page of its own; `{{…}}` of the template are filled with text that holds no markup.
Response plain_page(int status, const std::string& title, const std::string& text,
                    const std::string& more = {}, const std::string& head = {}) {
  Response page;
  page.status = status;
  page.type = "text/html; charset=utf-8";
  page.body = text::replace_all(std::string(assets::door_html), "{{title}}", title);
  page.body = text::replace_all(std::move(page.body), "{{text}}", text);
  page.body = text::replace_all(std::move(page.body), "{{head}}", head);
  page.body = text::replace_all(std::move(page.body), "{{more}}", more);
  return page;
}

Response login_page(const std::string& token, int status, const std::string& text) {
  return plain_page(status, "Password", text,
                    fmt::format("<form method=\"post\" action=\"/enter\">"
                                "<input type=\"hidden\" name=\"token\" value=\"{}\">"
                                "<label>Password <input type=\"password\" name=\"password\" "
                                "autocomplete=\"current-password\" autofocus required></label>"
                                "<button>Open</button></form>",
                                token));
}

Response refusal(const Request& request, int status, const std::string& title,
                 const std::string& text) {
  if (!request.path.starts_with("/api/")) return plain_page(status, title, text);
  Response answer;
  answer.status = status;
  answer.type = "application/json";
  // The texts are our own and hold nothing that JSON would have to escape.
  answer.body = fmt::format(R"({{"error":{{"message":"{}: {}"}}}})", title, text);
  return answer;
}

}  // namespace

bool equal_secrets(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

Access::Access(AccessOptions options)
    : options_(std::move(options)),
      token_(random_hex(kSecretDigits)),
      session_(random_hex(kSecretDigits)),
      csrf_(random_hex(kSecretDigits)) {
  if (!options_.password.empty()) password_hash_ = sha256_hex(token_ + options_.password);
  options_.password.clear();
}

std::string Access::cookie_name() const {
  // Cookies know no ports: two servers must not take each other's.
  return fmt::format("dbmig_{}", options_.port);
}

bool Access::is_own_host(std::string_view text) const {
  if (!options_.origin.empty() && text::equals_ignoring_case(text, host_of(options_.origin))) {
    return true;
  }
  const auto [host, port] = split_host(text);
  if (port != std::to_string(options_.port) && !(port.empty() && options_.port == 80)) return false;
  if (text::equals_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "::1") {
    return true;
  }
  return !options_.loopback && is_address(host);
}

bool Access::is_own_origin(const Request& request) const {
  const std::string origin = request.header("origin");
  if (!options_.origin.empty() && text::equals_ignoring_case(origin, options_.origin)) return true;
  // The Host was looked at before.
  return origin.starts_with("http://") &&
         text::equals_ignoring_case(host_of(origin), request.header("host"));
}

bool Access::has_session(const Request& request) const {
  return equal_secrets(cookie_value(request.header("cookie"), cookie_name()), session_);
}

/// The session's cookie, on a page that leads on. No redirection: a browser that came from
/// elsewhere would not send a Strict cookie along with it.
Response Access::opened() const {
  Response page = plain_page(200, "dbmig", "Opening…", "<p><a href=\"/\">Go on</a></p>",
                             "<meta http-equiv=\"refresh\" content=\"0;url=/\">");
  page.headers.emplace_back(
      "Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", cookie_name(),
                                session_, options_.origin.starts_with("https") ? "; Secure" : ""));
  return page;
}

Response Access::enter(const Request& request) {
  if (!equal_secrets(request.parameter("token"), token_)) {
    return plain_page(403, "Wrong token",
                      "Open the complete address that dbmig printed when it started.");
  }
  if (password_hash_.empty()) return opened();
  if (request.method != "POST") return login_page(token_, 200, "Enter the password.");
  if (!is_own_origin(request)) {
    return plain_page(403, "Sent by another page", "Open the address that dbmig printed.");
  }
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now < pause_until_) {
    return login_page(token_, 429, "Too many wrong passwords: wait ten seconds and try again.");
  }
  if (!equal_secrets(sha256_hex(token_ + request.parameter("password")), password_hash_)) {
    if (++wrong_passwords_ % kWrongPasswords == 0) pause_until_ = now + kPause;
    return login_page(token_, 403, "The password is wrong.");
  }
  wrong_passwords_ = 0;
  return opened();
}

std::optional<Response> Access::check(const Request& request) {
  if (!is_own_host(request.header("host"))) {
    return refusal(request, 400, "Another host",
                   "this server does not answer to that name. Open the address that dbmig "
                   "printed; behind a proxy, start it with --origin.");
  }
  const bool is_entry = !request.parameter("token").empty() && request.method == "GET";
  if (request.path == "/enter" || (request.path == "/" && is_entry)) return enter(request);
  // What the small pages need: no secret, and the same for everybody.
  if (request.path == "/serve.css" && request.method == "GET") return std::nullopt;
  if (!has_session(request)) {
    return refusal(request, 401, "No session",
                   "Open the address that dbmig printed when it started, with its token.");
  }
  if (request.method == "GET" || request.method == "HEAD") {
    // Pictures, scripts and forms of other pages get nothing either; browsers say who asks.
    const std::string site = request.header("sec-fetch-site");
    if (request.path.starts_with("/api/") && !site.empty() && site != "same-origin") {
      return refusal(request, 403, "Requested by another page",
                     "only requests of this server's own page are answered.");
    }
    return std::nullopt;
  }
  if (request.method != "POST") {
    return refusal(request, 405, "Not allowed", "only GET and POST are answered.");
  }
  if (!is_own_origin(request)) {
    return refusal(request, 403, "Sent by another page",
                   "only this server's own page may change something.");
  }
  if (!equal_secrets(request.header("x-csrf-token"), csrf_)) {
    return refusal(request, 403, "Not from this page", "reload the page and try again.");
  }
  if (!request.header("content-type").starts_with("application/json")) {
    return refusal(request, 415, "Not JSON", "send changes as application/json.");
  }
  return std::nullopt;
}

// With `no-referrer` a browser would send `Origin: null` along with the form of the password.
void Access::harden(Response& response) {
  response.headers.insert(
      response.headers.end(),
      {{"Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"},
       {"X-Content-Type-Options", "nosniff"},
       {"X-Frame-Options", "SAMEORIGIN"},
       {"Referrer-Policy", "same-origin"},
       {"Cross-Origin-Opener-Policy", "same-origin"},
       {"Cross-Origin-Resource-Policy", "same-origin"},
       {"Cache-Control", "no-store"}});
}

}  // namespace dbmig::serve
