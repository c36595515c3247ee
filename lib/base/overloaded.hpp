#pragma once

namespace dbmig {

/// A visitor made of lambdas: `std::visit(overloaded{[](const A&) {…}, [](const B&) {…}}, v)`.
template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

}  // namespace dbmig
