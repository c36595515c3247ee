/* What SQLite's public interface does not offer: finished records straight into a table's b-tree, as
** `INSERT INTO a SELECT * FROM b` copies them inside SQLite, without a statement that makes each
** record from bound values. Compiled with SQLite's own source (record_cursor.c); where dbmig uses the
** system's library there is none of this.
**
** The caller answers for what a statement would have seen to: the record has the table's columns with
** their affinities applied, no triggers or hooks watch the table, its indexes are rebuilt
** and its foreign keys and CHECK constraints checked before the transaction ends,
** and after a failure the transaction is rolled back. */
#ifndef DBMIG_RECORD_CURSOR_H
#define DBMIG_RECORD_CURSOR_H

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dbmig_record_cursor dbmig_record_cursor;

/* A cursor on the table of rowids of the database "main" whose b-tree starts on page `root`. Rows that
** are appended get rowids above `used`, whatever rows there are (the lowest number: no such limit). A
** write transaction must be open, and the cursor be closed before it ends. SQLITE_OK or why not. */
int dbmig_record_cursor_open(sqlite3 *database, unsigned root, sqlite3_int64 used,
                             dbmig_record_cursor **cursor);
void dbmig_record_cursor_close(dbmig_record_cursor *cursor);

/* To be called after a statement has changed the table. */
int dbmig_record_cursor_refresh(dbmig_record_cursor *cursor);

/* Inserts a record of `size` bytes. SQLITE_OK, SQLITE_CONSTRAINT when there is a row with this rowid,
** which stays, or what else is wrong. */
int dbmig_record_cursor_insert(dbmig_record_cursor *cursor, sqlite3_int64 rowid, const void *record,
                               int size);
/* The same behind the last row, with the next rowid, which is returned in `rowid`. SQLITE_CONSTRAINT
** when the last row has the largest. */
int dbmig_record_cursor_append(dbmig_record_cursor *cursor, const void *record, int size,
                               sqlite3_int64 *rowid);

#ifdef __cplusplus
}
#endif

#endif
