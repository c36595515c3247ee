#pragma once

#include "dialect/sql_forms.hpp"

namespace dbmig::dialect::sqlite {

const SqlForms& sql_forms();

}  // namespace dbmig::dialect::sqlite
