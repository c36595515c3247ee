// What other programs keep in SQLite, taken into the model and built again to the letter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite_facts.hpp"
#include "sqlite_support.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using test::SqliteDatabase;
using testing::ElementsAre;
using testing::IsEmpty;

class SqliteRoundTrip : public testing::Test {
 protected:
  /// Builds `script` again from what is inspected, expects the same schema by every pragma and by
  /// the text, and the same inspection.
  Schema survives(const char* script) {
    SqliteDatabase database(true);
    database.run(script);
    const backend::Inspection found = database.connection().inspect({});
    for (const backend::Unsupported& one : found.unsupported) lost.push_back(one.object);
    SqliteDatabase copy(true);
    test::rebuild_elsewhere(database, copy);
    EXPECT_EQ(test::facts(copy), test::facts(database));
    EXPECT_EQ(schema::sorted(copy.inspect()), schema::sorted(found.schema));
    const auto& dialect = database.connection().dialect();
    const Schema canonical = dialect.canonical(found.schema);
    EXPECT_EQ(dialect.canonical(canonical), canonical);
    EXPECT_EQ(dialect.reconciled(canonical, canonical), canonical);
    return found.schema;
  }

  std::vector<std::string> lost;
};

TEST_F(SqliteRoundTrip, Chinook) {
  survives(R"sql(
CREATE TABLE [Artist]
(
    [ArtistId] INTEGER  NOT NULL,
    [Name] NVARCHAR(120),
    CONSTRAINT [PK_Artist] PRIMARY KEY  ([ArtistId])
);
CREATE TABLE [Album]
(
    [AlbumId] INTEGER  NOT NULL,
    [Title] NVARCHAR(160)  NOT NULL,
    [ArtistId] INTEGER  NOT NULL,
    CONSTRAINT [PK_Album] PRIMARY KEY  ([AlbumId]),
    FOREIGN KEY ([ArtistId]) REFERENCES [Artist] ([ArtistId])
		ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE TABLE "Invoice" ([InvoiceId] INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  [InvoiceDate] DATETIME NOT NULL, [Total] NUMERIC(10,2) NOT NULL);
CREATE TABLE [PlaylistTrack]
(
    [PlaylistId] INTEGER  NOT NULL,
    [TrackId] INTEGER  NOT NULL,
    CONSTRAINT [PK_PlaylistTrack] PRIMARY KEY  ([PlaylistId], [TrackId])
);
CREATE UNIQUE INDEX [IPK_Artist] ON [Artist]([ArtistId]);
CREATE INDEX [IFK_AlbumArtistId] ON [Album] ([ArtistId]);
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, Northwind) {
  survives(R"sql(
CREATE TABLE [Categories]
(      [CategoryID] INTEGER PRIMARY KEY AUTOINCREMENT,
       [CategoryName] TEXT,
       [Description] TEXT,
       [Picture] BLOB
);
CREATE TABLE [CustomerDemographics](
   [CustomerTypeID]TEXT      NOT NULL,
   [CustomerDesc]TEXT,
    PRIMARY KEY ("CustomerTypeID")
);
CREATE TABLE [Customers]
(      [CustomerID] TEXT,
       [CompanyName] TEXT,
       PRIMARY KEY (`CustomerID`)
);
CREATE TABLE [CustomerCustomerDemo](
   [CustomerID]TEXT NOT NULL,
   [CustomerTypeID]TEXT NOT NULL,
   PRIMARY KEY ("CustomerID","CustomerTypeID"),
   FOREIGN KEY ([CustomerID]) REFERENCES [Customers] ([CustomerID])
		ON DELETE NO ACTION ON UPDATE NO ACTION,
	FOREIGN KEY ([CustomerTypeID]) REFERENCES [CustomerDemographics] ([CustomerTypeID])
		ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE TABLE [Employees]
(      [EmployeeID] INTEGER PRIMARY KEY AUTOINCREMENT,
       [LastName] TEXT,
       [BirthDate] DATE,
       [ReportsTo] INTEGER,
	 FOREIGN KEY ([ReportsTo]) REFERENCES [Employees] ([EmployeeID])
		ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE TABLE [Order Details](
   [OrderID]INTEGER NOT NULL,
   [ProductID]INTEGER NOT NULL,
   [UnitPrice]NUMERIC NOT NULL DEFAULT 0,
   [Quantity]INTEGER NOT NULL DEFAULT 1,
   [Discount]REAL NOT NULL DEFAULT 0,
    PRIMARY KEY ("OrderID","ProductID"),
    CHECK ([Discount]>=(0) AND [Discount]<=(1)),
    CHECK ([Quantity]>(0)),
    CHECK ([UnitPrice]>=(0))
);
CREATE VIEW [Sales by Category] AS
SELECT [Order Details].ProductID, Sum(CAST([Order Details].UnitPrice AS REAL)) AS Sales
FROM [Order Details] GROUP BY 1;
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, Django) {
  survives(R"sql(
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id")
  DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE TABLE "app_thing" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "flags" integer unsigned NOT NULL CHECK ("flags" >= 0),
  "small" smallint unsigned NULL CHECK ("small" >= 0), "ok" bool NOT NULL,
  "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)),
  "slug" varchar(50) NOT NULL UNIQUE, "uid" char(32) NOT NULL, "price" decimal NOT NULL,
  "made" datetime NOT NULL, "day" date NULL, "took" bigint NOT NULL, "ratio" real NOT NULL,
  CONSTRAINT "small_or_ok" CHECK (("small" IS NULL OR "ok")),
  CONSTRAINT "one_slug" UNIQUE ("slug", "uid"));
CREATE UNIQUE INDEX "auth_permission_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE UNIQUE INDEX "only_ok" ON "app_thing" ("uid") WHERE "ok";
CREATE INDEX "up" ON "app_thing" (UPPER("slug"), "day" DESC);
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY,
  "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, Rails) {
  survives(R"sql(
CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY,
  "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "email" varchar DEFAULT '' NOT NULL, "admin" boolean DEFAULT 0 NOT NULL,
  "on" boolean DEFAULT TRUE, "rate" float DEFAULT 1.50, "settings" json DEFAULT '{}' NOT NULL,
  "total" decimal(10,2) DEFAULT 0.0, "seen_at" datetime(6) DEFAULT CURRENT_TIMESTAMP,
  "low" varchar GENERATED ALWAYS AS (LOWER(email)) STORED,
  "bio" text COLLATE "NOCASE", "n" integer(8) DEFAULT '0');
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE INDEX "index_lower" ON "users" (lower(email) COLLATE NOCASE) WHERE admin = 1;
CREATE TABLE IF NOT EXISTS "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "user_id" integer NOT NULL, CONSTRAINT "fk_rails_5b5ddfd518"
FOREIGN KEY ("user_id")
  REFERENCES "users" ("id")
 ON DELETE CASCADE);
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, FirefoxPlaces) {
  survives(R"sql(
CREATE TABLE moz_origins ( id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, host TEXT NOT NULL,
  frecency INTEGER NOT NULL, UNIQUE (prefix, host) );
CREATE TABLE moz_places (   id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR,
  rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL,
  typed INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL,
  last_visit_date INTEGER , guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL,
  url_hash INTEGER DEFAULT 0 NOT NULL , description TEXT, preview_image_url TEXT, site_name TEXT,
  origin_id INTEGER REFERENCES moz_origins(id), recalc_frecency INTEGER NOT NULL DEFAULT 0);
CREATE TABLE moz_inputhistory (  place_id INTEGER NOT NULL, input LONGVARCHAR NOT NULL,
  use_count INTEGER, PRIMARY KEY (place_id, input));
CREATE TABLE moz_keywords (  id INTEGER PRIMARY KEY AUTOINCREMENT, keyword TEXT UNIQUE,
  place_id INTEGER, post_data TEXT);
CREATE TABLE moz_meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID ;
CREATE TABLE moz_previews_tombstones (  hash TEXT PRIMARY KEY ) WITHOUT ROWID;
CREATE TABLE moz_places_metadata (id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL,
  referrer_place_id INTEGER, created_at INTEGER NOT NULL DEFAULT 0,
  search_query_id INTEGER, FOREIGN KEY (place_id) REFERENCES moz_places(id) ON DELETE CASCADE,
  FOREIGN KEY (referrer_place_id) REFERENCES moz_places(id) ON DELETE CASCADE,
  CHECK(place_id != referrer_place_id));
CREATE INDEX moz_places_url_hashindex ON moz_places (url_hash);
CREATE INDEX moz_places_hostindex ON moz_places (rev_host);
CREATE UNIQUE INDEX moz_places_metadata_x ON moz_places_metadata (place_id, created_at);
CREATE TRIGGER moz_del AFTER DELETE ON moz_places FOR EACH ROW WHEN OLD.foreign_count > 0
BEGIN
  DELETE FROM moz_origins WHERE id = OLD.origin_id AND NOT EXISTS (
    SELECT 1 FROM moz_places WHERE origin_id = OLD.origin_id);
END;
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, Fossil) {
  survives(R"sql(
CREATE TABLE blob(
  rid INTEGER PRIMARY KEY,        -- Record ID
  rcvid INTEGER,                  -- Origin of this record
  size INTEGER,                   -- Size of content. -1 for a phantom.
  uuid TEXT UNIQUE NOT NULL,      -- hash of the content
  content BLOB,                   -- Compressed content of this record
  CHECK( length(uuid)>=40 AND rid>0 )
);
CREATE TABLE delta(
  rid INTEGER PRIMARY KEY,                 -- BLOB that is delta-compressed
  srcid INTEGER NOT NULL REFERENCES blob   -- Baseline for delta-compression
);
CREATE INDEX delta_i1 ON delta(srcid);
CREATE TABLE user(
  uid INTEGER PRIMARY KEY,        -- User ID
  login TEXT UNIQUE,              -- login name of the user
  pw TEXT,                        -- password
  cexpire DATETIME,               -- Time when cookie expires
  mtime DATE,                     -- last change.  seconds since 1970
  photo BLOB                      -- JPEG image of this user
, jx TEXT DEFAULT '{}');
CREATE TABLE config(
  name TEXT PRIMARY KEY NOT NULL,  -- Primary name of the entry
  value CLOB,                      -- Content of the named parameter
  mtime DATE,                      -- last modified.  seconds since 1970
  CHECK( typeof(name)='text' AND length(name)>=1 )
) WITHOUT ROWID;
CREATE TABLE concealed(hash TEXT PRIMARY KEY, content TEXT, mtime DATE);
CREATE TABLE plink(
  pid INTEGER REFERENCES blob,    -- Parent manifest
  cid INTEGER REFERENCES blob,    -- Child manifest
  isprim BOOLEAN,                 -- pid is the primary parent of cid
  baseid INTEGER REFERENCES blob, -- Baseline if cid is a delta manifest.
  UNIQUE(pid, cid)
);
CREATE TABLE event(type TEXT, mtime DATETIME, objid INTEGER PRIMARY KEY, tagid INTEGER,
  uid INTEGER REFERENCES user, bgcolor TEXT, comment TEXT, ecomment TEXT, omtime DATETIME);
CREATE TABLE phantom(
  rid INTEGER PRIMARY KEY         -- Record ID of the phantom
);
CREATE TABLE unversioned(
  uvid INTEGER PRIMARY KEY AUTOINCREMENT,  -- unique ID for this file
  name TEXT UNIQUE, hash TEXT /* SHA */, encoding INT
);
CREATE VIEW artifact(rid,rcvid,size,atype,srcid,hash,content) AS
  SELECT blob.rid,rcvid,size,1,srcid,uuid,content FROM blob LEFT JOIN delta ON (blob.rid=delta.rid);
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, Anki) {
  survives(R"sql(
CREATE TABLE col (
  id integer PRIMARY KEY,
  crt integer NOT NULL,
  conf text NOT NULL
);
CREATE TABLE notes (
  id integer PRIMARY KEY,
  guid text NOT NULL,
  mid integer NOT NULL,
  -- The use of type integer for sfld is deliberate
  sfld integer NOT NULL,
  csum integer NOT NULL
);
CREATE TABLE fields (
  ntid integer NOT NULL,
  ord integer NOT NULL,
  name text NOT NULL COLLATE nocase,
  config blob NOT NULL,
  PRIMARY KEY (ntid, ord)
) without rowid;
CREATE TABLE config (
  KEY text NOT NULL PRIMARY KEY,
  usn integer NOT NULL,
  mtime_secs integer NOT NULL,
  val blob NOT NULL
) without rowid;
CREATE TABLE graves (
  oid integer NOT NULL,
  type integer NOT NULL,
  usn integer NOT NULL,
  PRIMARY KEY (oid, type)
) WITHOUT ROWID;
CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
CREATE INDEX ix_notes_csum ON notes (csum);
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, Signal) {
  survives(R"sql(
CREATE TABLE recipient (_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT UNIQUE DEFAULT NULL,
  phone TEXT UNIQUE DEFAULT NULL, group_type INTEGER DEFAULT 0, blocked INTEGER DEFAULT 0);
CREATE TABLE thread (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0,
  recipient_id INTEGER NOT NULL UNIQUE REFERENCES recipient (_id) ON DELETE CASCADE,
  snippet TEXT, active INTEGER DEFAULT 0);
CREATE TABLE message (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, date_sent INTEGER NOT NULL,
    thread_id INTEGER NOT NULL REFERENCES thread (_id) ON DELETE CASCADE,
    from_recipient_id INTEGER NOT NULL REFERENCES recipient (_id) ON DELETE CASCADE,
    body TEXT, type INTEGER NOT NULL, expires_in INTEGER NOT NULL DEFAULT (0),
    latest_revision_id INTEGER DEFAULT NULL REFERENCES message (_id) ON DELETE CASCADE,
    original_message_id INTEGER DEFAULT NULL REFERENCES message (_id) ON DELETE CASCADE
);
CREATE INDEX message_type_index ON message (type) WHERE latest_revision_id IS NULL;
CREATE VIRTUAL TABLE message_fts USING fts5(body, thread_id UNINDEXED, content=message,
  content_rowid=_id, tokenize = "unicode61 categories 'L* N* Co Sc So'");
CREATE TRIGGER message_ai AFTER INSERT ON message BEGIN
  INSERT INTO message_fts(rowid, body, thread_id) VALUES (new._id, new.body, new.thread_id);
END;
CREATE TRIGGER message_ad AFTER DELETE ON message BEGIN
  INSERT INTO message_fts(message_fts, rowid, body, thread_id)
  VALUES('delete', old._id, old.body, old.thread_id);
END;
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, WordPress) {
  survives(R"sql(
CREATE TABLE IF NOT EXISTS "wp_users" (
	"ID" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
	"user_login" text NOT NULL DEFAULT '' COLLATE NOCASE,
	"user_registered" text NOT NULL DEFAULT '0000-00-00 00:00:00' COLLATE NOCASE);
CREATE TABLE "wp_term_relationships" (
	"object_id" integer NOT NULL DEFAULT '0', "term_taxonomy_id" integer NOT NULL DEFAULT '0',
	PRIMARY KEY ("object_id", "term_taxonomy_id"));
CREATE TABLE _mysql_data_types_cache (
		`table` TEXT NOT NULL,
		`column_or_index` TEXT NOT NULL,
		`mysql_type` TEXT NOT NULL,
		PRIMARY KEY(`table`, `column_or_index`)
	);
CREATE INDEX "wp_users__user_login_key" ON "wp_users" ("user_login");
CREATE TRIGGER "__wp_on_update__" AFTER UPDATE ON "wp_users" FOR EACH ROW BEGIN
  UPDATE "wp_users" SET "user_registered" = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid; END;
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, EveryTypeText) {
  survives(R"sql(
CREATE TABLE t (a, b INT, c integer, d VARCHAR(10), e varchar ( 10 ), f FLURB(3,4), g "odd ""type""",
  h [x y](3), i double
   precision, j VARCHAR /* of */ (20), k UNSIGNED BIG INT, l 'quoted', m GENERATED, n ANY,
  o bool, p DECIMAL(10 , 5), q datetime(6), r JSON, s UUID, t BINARY(16), u _, v naïve, w TEXT);
CREATE TABLE s (a INT, b integer, c INTEGER, d real, e TEXT, f text, g any, h BLOB) STRICT;
CREATE TABLE i1 (id INT PRIMARY KEY); CREATE TABLE i2 (id integer PRIMARY KEY);
CREATE TABLE i3 (id BIGINT PRIMARY KEY NOT NULL); CREATE TABLE i4 (id INTEGER, PRIMARY KEY (id));
CREATE TABLE i5 (id INT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE i6 (id INT PRIMARY KEY) STRICT;
CREATE TABLE i7 (id inteGer CONSTRAINT k PRIMARY KEY ON CONFLICT replace AUTOINCREMENT);
CREATE TABLE i8 ("id" INTEGER PRIMARY KEY DESC, v TEXT);
CREATE TABLE i9 ("id" INTEGER, v TEXT, PRIMARY KEY (id DESC));
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, EveryFormOfADefault) {
  survives(R"sql(
CREATE TABLE t (a INT DEFAULT -5, b INT DEFAULT +5, c DEFAULT foo, d TEXT DEFAULT "bar",
  e DEFAULT 'it''s', f DEFAULT NULL, g BOOLEAN DEFAULT TRUE, h TEXT DEFAULT 5, i DEFAULT x'4100',
  j DEFAULT (1 + 2), k DEFAULT ('x'), l DEFAULT CURRENT_DATE, m DEFAULT ((-7)), n REAL DEFAULT 1e3,
  o INT DEFAULT 0x1F, p DATETIME DEFAULT (datetime( 'now' , 'localtime' )), q DECIMAL(5,2) DEFAULT 1.50,
  r BOOLEAN DEFAULT '1', s BOOLEAN DEFAULT FALSE, t INTEGER DEFAULT 'abc', u DEFAULT [br], v DEFAULT `bt`,
  w INT DEFAULT - 5, x DATE DEFAULT current_timestamp, y TINYINT DEFAULT 1000, z DEFAULT (NULL),
  aa TEXT DEFAULT '', ab VARCHAR(3) DEFAULT 'too long', ac DEFAULT ( 1 /* c */ + -- d
  2 ), ad DEFAULT "a" NOT NULL, ae DEFAULT .5, af DEFAULT 5., ag BLOB DEFAULT 'text', ah DEFAULT true,
  ai INT DEFAULT 99999999999999999999, aj DEFAULT "it's", ak INT NOT NULL DEFAULT NULL);
CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT DEFAULT 5);
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, EveryConstraint) {
  survives(R"sql(
CREATE TABLE P (A INTEGER PRIMARY KEY, B INT UNIQUE, "c d" TEXT, UNIQUE ("c d" COLLATE NOCASE, B DESC));
CREATE TABLE c (
  a INT REFERENCES P,
  b INT CONSTRAINT named REFERENCES P (B) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  c INT NOT NULL ON CONFLICT ABORT CHECK (c > 0) CONSTRAINT n CHECK( "c" <> 5 /* five */ ),
  d TEXT COLLATE binary UNIQUE ON CONFLICT IGNORE, e TEXT COLLATE rtrim PRIMARY KEY ON CONFLICT FAIL,
  f INT AS (a + c), g INT GENERATED ALWAYS AS ( (a * 2) ) STORED NOT NULL,
  CHECK (c.a IS NULL OR "c".b > 1),
  CONSTRAINT two FOREIGN KEY (a, b) REFERENCES k2 ON UPDATE SET DEFAULT ON DELETE RESTRICT,
  CONSTRAINT uq UNIQUE (a, b) ON CONFLICT rollback, UNIQUE (b COLLATE RTRIM)
  CHECK (d <> 'x' OR "e" = "string")
);
CREATE TABLE k2 (x INT, y INT, z INT, PRIMARY KEY (x, y DESC)) WITHOUT ROWID;
CREATE TABLE self (id INTEGER PRIMARY KEY, up INT REFERENCES self, other INT REFERENCES cyc (id));
CREATE TABLE cyc (id INTEGER PRIMARY KEY, back INT REFERENCES self (id) ON UPDATE CASCADE);
CREATE TABLE named_key (a TEXT, b TEXT, CONSTRAINT "the key" PRIMARY KEY (b, a));
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, OddNames) {
  survives(R"sql(
CREATE TABLE "select" ("from" INT, [group by] TEXT, `order` INT, 'it''s' INT, "say ""hi""" INT,
  "100%" INT, "🦆 duck" TEXT, "1st" INT, "a.b" INT, "-- no" INT, "/*c*/" INT, "semi;on" INT,
  "[b]" INT, "back`tick" INT, "new
line" INT CHECK ("from" > 0), ":bind" INT UNIQUE, PRIMARY KEY ("FROM", "1st"));
CREATE INDEX "an index (on)" ON "select" ("100%" DESC, "🦆 DUCK" COLLATE NOCASE) WHERE "order" > 0;
CREATE VIEW "a view; really" ("x y", "from") AS SELECT "100%", `order` FROM [select];
CREATE TRIGGER "tr "" x" AFTER UPDATE OF "order", [100%] ON "select" BEGIN SELECT 1; END;
)sql");
}

TEST_F(SqliteRoundTrip, StatementsWithCommentsEverywhere) {
  survives(R"sql(
CREATE /* a */ TABLE /* b */ t /* c */ ( -- d
  /* e */ id /* f */ INTEGER /* g */ PRIMARY /* h */ KEY /* i */ , -- , ) ' "
  b /* j */ VARCHAR /* k */ ( /* l */ 10 /* m */ ) /* n */ DEFAULT /* o */ 'x' /* p */
  CHECK /* q */ ( /* r */ b /* s */ <> /* ) */ '' /* t */ ) , -- last
  CONSTRAINT /* u */ u UNIQUE /* v */ ( b ) /* w */
  -- end
) /* x */ WITHOUT /* y */ ROWID;
CREATE INDEX /* a */ i ON /* b */ t /* c */ ( /* d */ b /* e */ DESC /* f */ ) -- g
  WHERE /* h */ b > /* i */ 'a' -- j
;
CREATE VIEW /* a */ v AS -- b
  SELECT /* c */ b FROM t -- d
;
CREATE TRIGGER /* a */ g /* b */ AFTER INSERT /* c */ ON t BEGIN /* ; END */ SELECT 1; -- ; END
END;
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, VirtualTables) {
  const Schema schema = survives(R"sql(
CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
CREATE VIRTUAL TABLE a_index USING fts4(content="posts", title, body);
CREATE VIRTUAL TABLE "full text" USING fts5(title, body UNINDEXED, prefix='2 3', tokenize='porter ascii');
CREATE VIRTUAL TABLE boxes USING rtree(id, minx, maxx, +label TEXT);
CREATE VIRTUAL TABLE IF NOT EXISTS v5 USING fts5 ( x );
CREATE VIEW hits AS SELECT rowid FROM "full text" WHERE title MATCH 'x';
)sql");
  EXPECT_THAT(lost, IsEmpty());
  EXPECT_EQ(schema.tables.size(), 5U);
  EXPECT_EQ(schema.table("boxes").sqlite.module, "rtree(id, minx, maxx, +label TEXT)");
  EXPECT_TRUE(schema.table("boxes").columns.empty());
  EXPECT_EQ(schema.table("boxes").only, DialectKind::sqlite);
}

TEST_F(SqliteRoundTrip, TablesMadeByASelectAndStatistics) {
  const Schema schema = survives(R"sql(
CREATE TABLE t (a TEXT, b INT DEFAULT 5, "c d" VARCHAR(5));
INSERT INTO t VALUES ('x', 1, 'y');
CREATE INDEX i ON t (a);
CREATE TABLE u AS SELECT *, 1.5 AS r, 'x' || a AS "odd name", count(*) FROM t;
CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT);
INSERT INTO s DEFAULT VALUES;
ANALYZE;
)sql");
  EXPECT_EQ(schema.tables.size(), 3U);
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, WhatAlterTableHasTouched) {
  survives(R"sql(
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a TEXT /* x */, CHECK (a <> ''));
ALTER TABLE t ADD COLUMN b INT CHECK (b > 0) REFERENCES p(id);
ALTER TABLE t RENAME COLUMN a TO "the a"; ALTER TABLE t RENAME TO "the t";
ALTER TABLE "the t" ADD COLUMN c; ALTER TABLE "the t" DROP COLUMN c;
ALTER TABLE "the t" ADD COLUMN d DATETIME DEFAULT '2020-01-01' NOT NULL;
)sql");
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SqliteRoundTrip, NamesWhatNoModelCanSay) {
  SqliteDatabase database(true);
  database.run(
      "CREATE TABLE t (a INT CONSTRAINT nn NOT NULL REFERENCES nowhere, b INT,"
      " CONSTRAINT x UNIQUE (a), CONSTRAINT X CHECK (a > 0));"
      "CREATE TABLE e (\"\" TEXT)");
  const backend::Inspection found = database.connection().inspect({});
  for (const backend::Unsupported& one : found.unsupported) lost.push_back(one.object);
  EXPECT_THAT(lost,
              ElementsAre("table 't': the name 'nn' of the NOT NULL of 'a'",
                          "table 't': the name 'X', which another constraint has", "table 'e'"));
  ASSERT_EQ(found.schema.table("t").foreign_keys.size(), 1U);
  EXPECT_TRUE(found.schema.table("t").foreign_keys.front().external);
  EXPECT_EQ(found.schema.table("t").checks.size(), 1U);
}

}  // namespace
}  // namespace dbmig
