// Who gets in: Host, token, cookie, Origin, CSRF token, password. Each wall alone, and every
// combination of what is right and wrong.

#include "serve/access.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dbmig::serve {
namespace {

Request get(const std::string& path) {
  Request request;
  request.method = "GET";
  request.path = path;
  request.headers["host"] = "127.0.0.1:8421";
  return request;
}

std::string header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

/// `name=value` of the cookie that the token gives.
std::string cookie_of(Access& access) {
  Request request = get("/");
  request.query.emplace_back("token", access.token());
  const auto response = access.check(request);
  const std::string cookie = header(response.value_or(Response{}), "Set-Cookie");
  return cookie.substr(0, cookie.find(';'));
}

TEST(Access, TheTokenOpensAndTheCookieStaysOnThisServer) {
  Access access({.port = 8421});
  Request request = get("/");
  request.query.emplace_back("token", access.token());
  const auto response = access.check(request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  const std::string cookie = header(*response, "Set-Cookie");
  EXPECT_NE(cookie.find("; HttpOnly"), std::string::npos) << cookie;
  EXPECT_NE(cookie.find("; SameSite=Strict"), std::string::npos) << cookie;
  EXPECT_EQ(cookie.find(access.token()), std::string::npos) << "the token is not the cookie";
  EXPECT_EQ(response->body.find(access.token()), std::string::npos);

  Request with_cookie = get("/api/tables");
  with_cookie.headers["cookie"] = "other=1; " + cookie.substr(0, cookie.find(';'));
  EXPECT_FALSE(access.check(with_cookie));
}

TEST(Access, WrongTokensDoNotOpen) {
  Access access({.port = 8421});
  const std::string right = access.token();
  ASSERT_EQ(right.size(), 64U);
  std::vector<std::string> wrong = {
      "", "x", right.substr(1), right + "0", std::string(64, '0'), Access({.port = 8421}).token()};
  for (std::size_t i = 0; i < right.size(); ++i) {
    wrong.push_back(right);
    wrong.back()[i] = right[i] == '0' ? '1' : '0';
  }
  for (const std::string& token : wrong) {
    Request request = get("/");
    request.query.emplace_back("token", token);
    const auto response = access.check(request);
    ASSERT_TRUE(response) << token;
    EXPECT_TRUE(response->status == 401 || response->status == 403) << token;
    EXPECT_EQ(header(*response, "Set-Cookie"), "");
  }
}

TEST(Access, OnlyOwnNamesAreAnswered) {
  const std::vector<std::string> foreign = {"",
                                            "evil.example",
                                            "evil.example:8421",
                                            "localhost",
                                            "localhost:8422",
                                            "127.0.0.1",
                                            "127.0.0.1:80",
                                            "127.0.0.1.evil.example:8421",
                                            "192.168.1.5:8421",
                                            "[::1]",
                                            "localhost.:8421",
                                            "localhost:8421.evil.example",
                                            "[::1",
                                            "0.0.0.0:8421",
                                            "localhost:8421@evil.example",
                                            "LOCALHOST:08421"};
  Access access = Access({.port = 8421});
  const std::string cookie = cookie_of(access);
  for (const std::string& host : foreign) {
    for (const char* path : {"/", "/api/tables", "/serve.css", "/enter"}) {
      Request request = get(path);
      request.headers["host"] = host;
      request.headers["cookie"] = cookie;
      request.query.emplace_back("token", access.token());
      const auto response = access.check(request);
      ASSERT_TRUE(response) << host;
      EXPECT_EQ(response->status, 400) << host;
    }
  }
  for (const char* host : {"localhost:8421", "LOCALHOST:8421", "127.0.0.1:8421", "[::1]:8421"}) {
    Request request = get("/api/tables");
    request.headers["host"] = host;
    request.headers["cookie"] = cookie;
    EXPECT_FALSE(access.check(request)) << host;
  }
}

TEST(Access, BeyondThisMachineAddressesInDigitsAndTheOrigin) {
  Access access({.port = 8421, .loopback = false, .origin = "https://db.example.org"});
  const std::string cookie = cookie_of(access);
  const auto status = [&](const std::string& host) {
    Request request = get("/api/tables");
    request.headers["host"] = host;
    request.headers["cookie"] = cookie;
    const auto response = access.check(request);
    return response ? response->status : 200;
  };
  EXPECT_EQ(status("db.example.org"), 200);
  EXPECT_EQ(status("192.168.1.5:8421"), 200);
  EXPECT_EQ(status("[2001:db8::1]:8421"), 200);
  EXPECT_EQ(status("db.example.com"), 400);
  EXPECT_EQ(status("evil.example:8421"), 400);
  EXPECT_EQ(status("1.2.3.4.evil.example:8421"), 400);
}

/// Each of the five things that a change needs, right, missing or wrong: 3^5 requests, of which one
/// passes.
TEST(Access, AChangeNeedsEverythingToBeRight) {
  Access access({.port = 8421});
  const std::string cookie = cookie_of(access);
  const std::vector<std::vector<std::string>> choices = {
      {"127.0.0.1:8421", "", "evil.example:8421"},
      {cookie, "", "dbmig_8421=" + std::string(64, 'a')},
      {"http://127.0.0.1:8421", "", "https://evil.example"},
      {access.csrf(), "", std::string(64, 'b')},
      {"application/json", "", "text/plain"}};
  const std::vector<std::string> names = {"host", "cookie", "origin", "x-csrf-token",
                                          "content-type"};
  int passed = 0;
  for (int code = 0; code < 243; ++code) {
    Request request;
    request.method = "POST";
    request.path = "/api/change";
    int rest = code;
    for (std::size_t i = 0; i < names.size(); ++i, rest /= 3) {
      const std::string& value = choices[i][static_cast<std::size_t>(rest % 3)];
      if (!value.empty()) request.headers[names[i]] = value;
    }
    const auto response = access.check(request);
    if (!response) ++passed;
    EXPECT_EQ(!response, code == 0) << code;
  }
  EXPECT_EQ(passed, 1);
}

TEST(Access, OtherOriginsAreOther) {
  Access access({.port = 8421});
  Request request = get("/api/query");
  request.method = "POST";
  request.headers["cookie"] = cookie_of(access);
  request.headers["x-csrf-token"] = access.csrf();
  request.headers["content-type"] = "application/json";
  for (const char* origin :
       {"null", "http://127.0.0.1:8422", "https://127.0.0.1:8421", "http://localhost:8421",
        "http://127.0.0.1:8421.evil.example", "http://127.0.0.1:8421/", "file://"}) {
    request.headers["origin"] = origin;
    EXPECT_TRUE(access.check(request)) << origin;
  }
}

TEST(Access, OtherMethodsAndOtherPagesGetNothing) {
  Access access({.port = 8421});
  const std::string cookie = cookie_of(access);
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get"}) {
    Request request = get("/api/tables");
    request.method = method;
    request.headers["cookie"] = cookie;
    EXPECT_TRUE(access.check(request)) << method;
  }
  for (const char* site : {"cross-site", "same-site", "none"}) {
    Request request = get("/api/tables");
    request.headers["cookie"] = cookie;
    request.headers["sec-fetch-site"] = site;
    EXPECT_TRUE(access.check(request)) << site;
  }
}

TEST(Access, APasswordIsAskedForAndGuessingIsSlow) {
  Access access({.port = 8421, .password = "correct horse"});
  Request first = get("/");
  first.query.emplace_back("token", access.token());
  const auto form = access.check(first);
  ASSERT_TRUE(form);
  EXPECT_EQ(header(*form, "Set-Cookie"), "");
  EXPECT_NE(form->body.find("type=\"password\""), std::string::npos);

  const auto enter = [&](const std::string& token, const std::string& password) {
    Request request = get("/enter");
    request.method = "POST";
    request.headers["origin"] = "http://127.0.0.1:8421";
    request.query = {{"token", token}, {"password", password}};
    return access.check(request).value_or(Response{});
  };
  EXPECT_EQ(header(enter("", "correct horse"), "Set-Cookie"), "");
  EXPECT_NE(header(enter(access.token(), "correct horse"), "Set-Cookie"), "");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(enter(access.token(), "wrong").status, 403);
  const Response paused = enter(access.token(), "correct horse");
  EXPECT_EQ(paused.status, 429);
  EXPECT_EQ(header(paused, "Set-Cookie"), "");
}

TEST(Access, NoPolicyAllowsWhatStandsInThePage) {
  Response response;
  Access::harden(response);
  const std::string policy = header(response, "Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(policy.find('*'), std::string::npos);
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
}

}  // namespace
}  // namespace dbmig::serve
