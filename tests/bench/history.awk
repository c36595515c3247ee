# A project with a long history: awk -v revisions=1000 -v tables=100 -v out=DIR -f history.awk
#
# DIR gets migrations/, one statement in nearly every revision, as teams write them; schemas/all.yaml,
# the model that they add up to; sqlite.sql and mariadb.sql, the same changes as bare SQL with a row of
# bookkeeping for each revision. DIR, DIR/migrations and DIR/schemas must exist. With -v alembic=1 also
# DIR/versions, the same revisions for Alembic, with its own operations; the folder must exist.

function id_of(k) { return sprintf("%04x%08x", (k * 40503) % 65536, (k * 2654435) % 4294967296) }

# both SQL: the same words for either database.
function both(sql) { sqlite = sqlite sql ";\n"; mariadb = mariadb sql ";\n" }

function create(t,    parent) {
  parent = int(t / 3)
  operation = "create_table:\n      t" t ":\n        columns:\n" \
    "          id: integer\n          name: {type: varchar(40), nullable: false}\n" \
    "          state: {type: integer, nullable: false, default: 0}\n          parent: integer\n" \
    "        primary_key: [id]\n        indexes: {ix_t" t "_parent: [parent]}\n" \
    "        foreign_keys:\n          fk_t" t ": {columns: [parent], references: t" parent "(id)}\n"
  columns[t] = "      id: integer\n      name: {type: varchar(40), nullable: false}\n" \
    "      state: {type: integer, nullable: false, default: 0}\n      parent: integer\n"
  indexes[t] = "ix_t" t "_parent: [parent]"
  both("CREATE TABLE t" t " (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(40) NOT NULL, " \
       "state INTEGER NOT NULL DEFAULT 0, parent INTEGER, CONSTRAINT fk_t" t \
       " FOREIGN KEY (parent) REFERENCES t" parent " (id))")
  both("CREATE INDEX ix_t" t "_parent ON t" t " (parent)")
  python = "op.create_table(\"t" t "\", sa.Column(\"id\", sa.Integer(), nullable=False),\n" \
    "        sa.Column(\"name\", sa.String(40), nullable=False),\n" \
    "        sa.Column(\"state\", sa.Integer(), nullable=False, server_default=\"0\"),\n" \
    "        sa.Column(\"parent\", sa.Integer()), sa.PrimaryKeyConstraint(\"id\"),\n" \
    "        sa.ForeignKeyConstraint([\"parent\"], [\"t" parent ".id\"], name=\"fk_t" t "\"))\n" \
    "    op.create_index(\"ix_t" t "_parent\", \"t" t "\", [\"parent\"])\n"
}

function change(t, k) {
  if (k % 3 == 2) {
    operation = "create_index: {table: t" t ", name: ix_" k ", columns: [name, state]}\n"
    indexes[t] = indexes[t] ", ix_" k ": [name, state]"
    both("CREATE INDEX ix_" k " ON t" t " (name, state)")
    python = "op.create_index(\"ix_" k "\", \"t" t "\", [\"name\", \"state\"])\n"
  } else {
    operation = "add_column: {table: t" t ", name: c" k ", type: varchar(20)}\n"
    columns[t] = columns[t] "      c" k ": varchar(20)\n"
    both("ALTER TABLE t" t " ADD COLUMN c" k " VARCHAR(20)")
    python = "op.add_column(\"t" t "\", sa.Column(\"c" k "\", sa.String(20)))\n"
  }
}

BEGIN {
  made = 0
  script["sqlite"] = out "/sqlite.sql"
  script["mariadb"] = out "/mariadb.sql"
  print "CREATE TABLE done (id VARCHAR(64) NOT NULL PRIMARY KEY, at VARCHAR(32) NOT NULL);" > script["mariadb"]
  print "BEGIN;\nCREATE TABLE done (id VARCHAR(64) NOT NULL PRIMARY KEY, at VARCHAR(32) NOT NULL);" > script["sqlite"]
  for (k = 0; k < revisions; ++k) {
    sqlite = mariadb = ""
    # Tables come one by one over the first half of the history.
    if (made < tables && made * revisions <= k * tables * 2) {
      create(made++)
    } else {
      change((k * 7919) % made, k)
    }
    id = id_of(k)
    file = sprintf("%s/migrations/2026-01-01_%s_change_%d.yaml", out, id, k)
    printf "revision: %s\nparents: [%s]\nmessage: change %d\ncreated: 2026-01-01T%02d:%02d:%02dZ\nupgrade:\n  - %s", \
      id, (k > 0 ? id_of(k - 1) : ""), k, int(k / 3600) % 24, int(k / 60) % 60, k % 60, operation > file
    close(file)
    if (alembic) {
      file = sprintf("%s/versions/%s_change_%d.py", out, id, k)
      printf "\"\"\"change %d\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = \"%s\"\n" \
        "down_revision = %s\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n    %s", \
        k, id, (k > 0 ? "\"" id_of(k - 1) "\"" : "None"), python > file
      close(file)
    }
    note = "INSERT INTO done VALUES ('" id "', '2026-01-01T00:00:00.000000Z');\n"
    printf "%s%s", sqlite, note > script["sqlite"]
    printf "%s%s", mariadb, note > script["mariadb"]
  }
  print "COMMIT;" > script["sqlite"]
  model = out "/schemas/all.yaml"
  print "tables:" > model
  for (t = 0; t < made; ++t) {
    printf "  t%d:\n    columns:\n%s    primary_key: [id]\n    indexes: {%s}\n", t, columns[t], indexes[t] > model
    printf "    foreign_keys:\n      fk_t%d: {columns: [parent], references: t%d(id)}\n", t, int(t / 3) > model
  }
}
