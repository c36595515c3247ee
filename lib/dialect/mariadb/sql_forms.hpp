#pragma once

#include "dialect/sql_forms.hpp"

namespace dbmig::dialect::mariadb {

const SqlForms& sql_forms();

}  // namespace dbmig::dialect::mariadb
