-- Made by dbmig 0.1 before the history had a format: sqlite3 app.db .dump
CREATE TABLE dbmig_revisions (id VARCHAR(64) NOT NULL PRIMARY KEY, parents TEXT NOT NULL, message TEXT NOT NULL, checksum VARCHAR(80) NOT NULL, applied_at VARCHAR(32) NOT NULL, duration_ms BIGINT NOT NULL, statements_total BIGINT NOT NULL, statements_done BIGINT NOT NULL, under_way VARCHAR(16) NOT NULL, operations_done BIGINT NOT NULL, statement TEXT NOT NULL, text TEXT NOT NULL, origin VARCHAR(16) NOT NULL DEFAULT '', ran TEXT NOT NULL DEFAULT '');
INSERT INTO dbmig_revisions VALUES('aaa','','first table','v1:6ea11a74f0bffcd47c92bda571187fa525d2cea673ce97a8627b83609d5aa66e','2026-11-28T17:39:20.310851Z',0,1,1,'',0,'',replace('revision: aaa\nparents: []\nmessage: first table\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n  - create_table: {customer: {columns: {id: integer, name: varchar(20)}, primary_key: [id]}}\n','\n',char(10)),'applied','');
INSERT INTO dbmig_revisions VALUES('bbb','aaa','two more tables','v1:54b9ec16619914710d3817c4b6232eb447dfb0e25d6fbb62fdf949d3f294e8a6','2026-11-28T17:39:20.311813Z',0,3,3,'',0,'',replace('revision: bbb\nparents: [aaa]\nmessage: two more tables\ncreated: 2026-01-02T00:00:00Z\nupgrade:\n  - create_table: {invoice: {columns: {id: integer}, primary_key: [id]}}\n  - execute: {mariadb: "DO GET_LOCK(''dbmig_fixture'', 20)", sqlite: "SELECT 1"}\n  - create_table: {payment: {columns: {id: integer}, primary_key: [id]}}\ndowngrade:\n  - drop_table: payment\n  - drop_table: invoice\n','\n',char(10)),'applied','');
CREATE TABLE IF NOT EXISTS "customer" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "name" VARCHAR(20)
);
CREATE TABLE IF NOT EXISTS "invoice" (
  "id" INTEGER NOT NULL PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS "payment" (
  "id" INTEGER NOT NULL PRIMARY KEY
);
