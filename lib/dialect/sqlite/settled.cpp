#include "dialect/sqlite/dialect.hpp"

namespace dbmig::dialect::sqlite {

schema::Schema SqliteDialect::settled(schema::Schema live, const schema::Schema&) const {
  return live;
}

}  // namespace dbmig::dialect::sqlite
