#pragma once

#include "schema/table.hpp"

namespace dbmig::dialect {

/// One side of a comparison.
struct ComparedForm {
  schema::Schema form;  ///< canonical
  /// What the form was made from, when a database reported it: a rebuilt table is written in these
  /// words. Null: the form speaks for itself.
  const schema::Schema* reported = nullptr;
};

/// Gives what is compared the words of what was reported (`INT` again, where the canonical form has
/// INTEGER), so that statements between the two arrive at `to` to the letter. What is equal stays
/// equal, in the words of `from`; what is different is worded by its own side where both were
/// reported. Whatever only a canonical form has (an implied index) stays.
void keep_spelling(ComparedForm& from, ComparedForm& to);

}  // namespace dbmig::dialect
