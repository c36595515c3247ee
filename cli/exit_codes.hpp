#pragma once

#include "base/error.hpp"

namespace dbmig::cli {

// What a shell, a script or CI gets to see. README documents them.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kDifferences = 3;
inline constexpr int kRefused = 4;
/// As a shell counts an end by SIGINT.
inline constexpr int kInterrupted = 130;

inline int exit_code_of(const Error& error) {
  if (error.code() == ErrorCode::usage) return kUsage;
  if (error.code() == ErrorCode::refused) return kRefused;
  if (error.code() == ErrorCode::interrupted) return kInterrupted;
  return kFailed;
}

}  // namespace dbmig::cli
