/* SQLite's own source with record_cursor.h added to it, which needs what is private there. */
#include "sqlite3.c"

#include "record_cursor.h"

struct dbmig_record_cursor {
  sqlite3 *db;
  Btree *btree;
  BtCursor *cursor;
  i64 used;     /* rowids up to here are not given to appended rows */
  i64 last;     /* the largest rowid, or what is used */
  int has_rows; /* whether there is one */
  int at_last;  /* the cursor has not been moved away from the last row */
};

static int find_last(dbmig_record_cursor *c) {
  int is_empty = 0;
  int rc = sqlite3BtreeLast(c->cursor, &is_empty);
  if (rc != SQLITE_OK) return rc;
  c->has_rows = !is_empty;
  c->last = is_empty ? 0 : sqlite3BtreeIntegerKey(c->cursor);
  if (c->last < c->used) c->last = c->used;
  c->at_last = 1;
  return SQLITE_OK;
}

int dbmig_record_cursor_open(sqlite3 *db, unsigned root, sqlite3_int64 used,
                             dbmig_record_cursor **out) {
  Btree *btree = db->aDb[0].pBt;
  dbmig_record_cursor *c = 0;
  int rc = SQLITE_NOMEM;
  *out = 0;
  sqlite3_mutex_enter(db->mutex);
  sqlite3BtreeEnter(btree);
  if (sqlite3BtreeTxnState(btree) != SQLITE_TXN_WRITE) {
    rc = SQLITE_MISUSE;
  } else if (db->aDb[0].pSchema->file_format < 4 || ENC(db) != SQLITE_UTF8) {
    rc = SQLITE_MISMATCH; /* records have another form there */
  } else {
    c = sqlite3_malloc64(sizeof(*c) + sqlite3BtreeCursorSize());
  }
  if (c != 0) {
    memset(c, 0, sizeof(*c) + sqlite3BtreeCursorSize());
    c->db = db;
    c->btree = btree;
    c->used = used;
    c->cursor = (BtCursor *)&c[1];
    rc = sqlite3BtreeCursor(btree, root, BTREE_WRCSR, 0, c->cursor);
    if (rc == SQLITE_OK) rc = find_last(c);
    if (rc == SQLITE_OK) {
      *out = c;
    } else {
      sqlite3BtreeCloseCursor(c->cursor);
      sqlite3_free(c);
    }
  }
  sqlite3BtreeLeave(btree);
  sqlite3_mutex_leave(db->mutex);
  return rc;
}

void dbmig_record_cursor_close(dbmig_record_cursor *c) {
  sqlite3 *db;
  if (c == 0) return;
  db = c->db;
  sqlite3_mutex_enter(db->mutex);
  sqlite3BtreeCloseCursor(c->cursor);
  sqlite3_free(c);
  sqlite3_mutex_leave(db->mutex);
}

int dbmig_record_cursor_refresh(dbmig_record_cursor *c) {
  int rc;
  sqlite3_mutex_enter(c->db->mutex);
  sqlite3BtreeEnter(c->btree);
  rc = find_last(c);
  sqlite3BtreeLeave(c->btree);
  sqlite3_mutex_leave(c->db->mutex);
  return rc;
}

/* The mutexes are held. As OP_SeekEnd and OP_Insert do it for INSERT … SELECT. */
static int insert_last(dbmig_record_cursor *c, const BtreePayload *payload) {
  int is_empty = 0;
  int rc = SQLITE_OK;
  if (!c->at_last || !sqlite3BtreeCursorIsValidNN(c->cursor)) {
    rc = sqlite3BtreeLast(c->cursor, &is_empty);
  }
  if (rc == SQLITE_OK) rc = sqlite3BtreeInsert(c->cursor, payload, BTREE_APPEND, -1);
  if (rc == SQLITE_OK) {
    c->last = payload->nKey < c->used ? c->used : payload->nKey;
    c->has_rows = 1;
    c->at_last = 1;
  }
  return rc;
}

static int insert_between(dbmig_record_cursor *c, const BtreePayload *payload) {
  int where = 0;
  int rc = sqlite3BtreeTableMoveto(c->cursor, payload->nKey, 0, &where);
  c->at_last = 0;
  if (rc != SQLITE_OK) return rc;
  return where == 0 ? SQLITE_CONSTRAINT : sqlite3BtreeInsert(c->cursor, payload, 0, where);
}

static int insert(dbmig_record_cursor *c, sqlite3_int64 rowid, int is_next, const void *record,
                  int size) {
  BtreePayload payload;
  int rc;
  memset(&payload, 0, sizeof payload);
  payload.pData = record;
  payload.nData = size;
  sqlite3_mutex_enter(c->db->mutex);
  sqlite3BtreeEnter(c->btree);
  if (AtomicLoad(&c->db->u1.isInterrupted)) {
    rc = SQLITE_INTERRUPT;
  } else if (size > c->db->aLimit[SQLITE_LIMIT_LENGTH]) {
    rc = SQLITE_TOOBIG;
  } else if (is_next && c->last == LARGEST_INT64) {
    rc = SQLITE_CONSTRAINT; /* INSERT looks for a free one */
  } else {
    payload.nKey = is_next ? c->last + 1 : rowid;
    rc = is_next || !c->has_rows || rowid > c->last ? insert_last(c, &payload)
                                                    : insert_between(c, &payload);
  }
  sqlite3BtreeLeave(c->btree);
  sqlite3_mutex_leave(c->db->mutex);
  return rc;
}

int dbmig_record_cursor_insert(dbmig_record_cursor *c, sqlite3_int64 rowid, const void *record,
                               int size) {
  return insert(c, rowid, 0, record, size);
}

int dbmig_record_cursor_append(dbmig_record_cursor *c, const void *record, int size,
                               sqlite3_int64 *rowid) {
  int rc = insert(c, 0, 1, record, size);
  *rowid = c->last;
  return rc;
}
