#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "backend/read_only.hpp"

namespace dbmig::backend::sqlite {

/// See backend/read_only.hpp.
std::unique_ptr<ReadOnlyConnection> connect_read_only(const Url& url);
/// Of a text that is one statement.
std::optional<dialect::SqlRefusal> query_refusal(std::string_view sql);

}  // namespace dbmig::backend::sqlite
