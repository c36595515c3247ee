#pragma once

#include "dialect/row_rules.hpp"

namespace dbmig::dialect::mariadb {

const RowRules& row_rules();

}  // namespace dbmig::dialect::mariadb
