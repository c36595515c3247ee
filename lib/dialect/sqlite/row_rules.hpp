#pragma once

#include "dialect/row_rules.hpp"

namespace dbmig::dialect::sqlite {

const RowRules& row_rules();

}  // namespace dbmig::dialect::sqlite
