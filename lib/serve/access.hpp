#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "serve/http.hpp"

namespace dbmig::serve {

/// Access rules of the page.
struct AccessOptions {
  int port = 0;
  /// Whether only this machine may connect: then only its own names are answered.
  bool loopback = true;
  /// `https://db.example.org`: where people reach the page, behind a proxy. Empty: under its own
  /// address.
  std::string origin = {};
  /// Asked for beside the token; empty: not asked for.
  std::string password = {};
};

/// The walls around the page, in the order in which they stand:
///
/// 1. `Host` must be a name of this server, so that a foreign page whose name was made to point
///    here (DNS rebinding) gets nothing: `localhost`, an address in digits, which cannot be
///    rebound, or the host of `origin`; with the right port.
/// 2. The random token of the printed address, once; then a cookie (HttpOnly, SameSite=Strict) that
///    holds another secret. With a password, that too; after three wrong ones there is a pause.
/// 3. What changes something, or runs SQL, is a POST of JSON whose `Origin` is this server's and
///    whose `X-CSRF-Token` is the session's.
///
/// Secrets are compared in constant time. Thread-safe.
class Access {
 public:
  /// With secrets of its own from the system's random source.
  explicit Access(AccessOptions options);

  /// Of the printed address: 256 bits, in hexadecimal digits.
  const std::string& token() const { return token_; }
  /// What a page of a session sends along with what it posts.
  const std::string& csrf() const { return csrf_; }

  /// Whether the request may go on to be answered; else the answer: 400 for another Host, 401 or
  /// 403, the login page, or the cookie.
  std::optional<Response> check(const Request& request);

  /// Headers that every answer carries: the policy for scripts (`default-src 'none'`, own files
  /// alone), no sniffing, no referrer, no cache, no foreign frames.
  static void harden(Response& response);

 private:
  bool is_own_host(std::string_view host) const;
  bool is_own_origin(const Request& request) const;
  bool has_session(const Request& request) const;
  Response enter(const Request& request);
  Response opened() const;
  std::string cookie_name() const;

  AccessOptions options_;
  std::string token_;
  std::string session_;
  std::string csrf_;
  std::string password_hash_;  ///< of the password, salted with the token
  std::mutex mutex_;
  int wrong_passwords_ = 0;
  std::chrono::steady_clock::time_point pause_until_ = {};
};

/// Whether two secrets are equal, in a time that depends on their lengths alone.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace dbmig::serve
