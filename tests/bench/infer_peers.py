#!/usr/bin/env python3
"""What `dbmig infer`, csvsql, sqlite-utils and DuckDB make of files: a table of types and seconds.

  tests/bench/infer_peers.py DBMIG FOLDER_OF_VEGA_DATASETS [FOLDER_WITH_NODE_MODULES]

The files of vega-datasets (npm), and files whose column is another type in the last of 30,000 rows.
Whether our model is right is asked of a database: `dbmig import --create` of all rows into SQLite;
what it says otherwise stands behind the row. Peers that are not installed are left out.
"""
import csv, json, os, re, shutil, sqlite3, subprocess, sys, tempfile, time

DBMIG, VEGA = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
NODE = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
ROWS = 30_000  # more than DuckDB's sample of 20,480
LIMIT = 60  # seconds for a peer
LAST = {  # name: (usual value by row, last value)
    "text_last": (lambda i: str(i), "n/a"),
    "zero_last": (lambda i: str(10000 + i % 80000), "01234"),
    "decimal_last": (lambda i: str(i), "1.25"),
    "bigint_last": (lambda i: str(i), "9007199254740993"),
    "beyond_int64_last": (lambda i: str(i), "18446744073709551616"),
    "text_after_date": (lambda i: f"2024-01-{i % 28 + 1:02d}", "unknown"),
    "time_after_date": (lambda i: f"2024-01-{i % 28 + 1:02d}", "2024-02-01 10:11:12.5"),
    "null_last": (lambda i: str(i), ""),
    "text_after_true": (lambda i: ("true", "false")[i % 2], "maybe"),
}
DUCK = """
import { createRequire } from 'node:module';
const { DuckDBInstance } = await import(createRequire(process.cwd() + '/x').resolve('@duckdb/node-api'));
const c = await (await DuckDBInstance.create(':memory:')).connect();
const t = performance.now();
const r = await c.runAndReadAll(`DESCRIBE SELECT * FROM read_csv('${process.argv[2]}'${process.argv[3] ?? ''})`);
console.log(JSON.stringify([(performance.now() - t) / 1000, r.getRows().map(x => [x[0], x[1]])]));
"""


def timed(*command, **more):
    start = time.time()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, **more)
    except subprocess.TimeoutExpired:
        return LIMIT, 1, "", f"more than {LIMIT} s"
    return time.time() - start, done.returncode, done.stdout, done.stderr


def dbmig(path):
    seconds, code, out, err = timed(DBMIG, "infer", path, "--table", "t", "--json")
    if code != 0:
        return seconds, {"": "refused: " + err.strip().split("\n")[0]}
    return seconds, {c["column"]: c["type"] for c in json.loads(out)["columns"]}


def csvsql(path):
    seconds, code, out, err = timed("csvsql", "--dialect", "sqlite", "--tables", "t", path)
    types = re.findall(r'^\t"?([^"\n]+?)"? (VARCHAR|DECIMAL|FLOAT|DATE|TIMESTAMP|DATETIME|BOOLEAN|INTEGER|BIGINT)', out, re.M)
    return seconds, dict(types) if code == 0 else {"": err or "failed"}


def sqlite_utils(path):
    with tempfile.TemporaryDirectory() as folder:
        db = os.path.join(folder, "t.db")
        seconds, code, _, err = timed("sqlite-utils", "insert", db, "t", path, "--csv", "--detect-types")
        if code != 0:
            return seconds, {"": "failed"}
        with sqlite3.connect(db) as connection:
            return seconds, {r[1]: r[2] for r in connection.execute("PRAGMA table_info(t)")}


def duckdb(path, options):
    script = os.path.join(NODE, "duck_infer.mjs")
    with open(script, "w") as file:
        file.write(DUCK)
    _, code, out, err = timed("node", script, path, options, cwd=NODE)
    if code != 0:
        return 0, {"": "failed"}
    seconds, types = json.loads(out)
    return seconds, dict(types)


PEERS = {"dbmig": dbmig}
if shutil.which("csvsql"):
    PEERS["csvsql"] = csvsql
if shutil.which("sqlite-utils"):
    PEERS["sqlite-utils"] = sqlite_utils
if NODE:
    PEERS["DuckDB"] = lambda path: duckdb(path, "")
    PEERS["DuckDB, all rows"] = lambda path: duckdb(path, ", sample_size=-1")


def takes_all(path):
    """What `import --create` into SQLite says when it does not take every row; else nothing."""
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *a: subprocess.run([DBMIG, "-C", folder, *a], capture_output=True, text=True)
        open(os.path.join(folder, "dbmig.yaml"), "w").write("database: sqlite:///t.db\n")
        os.mkdir(os.path.join(folder, "schemas")), os.mkdir(os.path.join(folder, "migrations"))
        done = run("import", "--create", os.path.abspath(path), "--table", "t")
        return "" if done.returncode == 0 else done.stderr.strip().split("\n")[-1][:120]


def row(label, path, column=None):
    cells, times = [], []
    for ask in PEERS.values():
        seconds, types = ask(path)
        times.append(f"{seconds:.2f}")
        if column:
            cells.append(types.get(column, types.get("", "?")).lower())
        else:
            cells.append(", ".join(f"{k} {v}".lower() for k, v in types.items()))
    return cells, times, takes_all(path)


def main():
    with tempfile.TemporaryDirectory() as folder:
        print(f"| last of {ROWS:,} rows | " + " | ".join(PEERS) + " |")
        print("| --- |" + " --- |" * len(PEERS))
        for name, (usual, last) in LAST.items():
            path = os.path.join(folder, name + ".csv")
            with open(path, "w") as file:
                file.write("id,v\n" + "".join(f"{i},{usual(i)}\n" for i in range(1, ROWS)) + f"{ROWS},{last}\n")
            cells, times, wrong = row(name, path, "v")
            print(f"| `{usual(1)}` … `{last}` | " + " | ".join(f"{c} ({t} s)" for c, t in zip(cells, times)) + f" |{' ' + wrong if wrong else ''}")
    print()
    print("| file | " + " | ".join(PEERS) + " | seconds |")
    print("| --- |" + " --- |" * (len(PEERS) + 1))
    wrong_files = 0
    for name in sorted(os.listdir(VEGA)):
        if not name.endswith(".csv"):
            continue
        cells, times, wrong = row(name, os.path.join(VEGA, name))
        wrong_files += bool(wrong)
        print(f"| {name} | " + " | ".join(cells) + " | " + " / ".join(times) + f" |{' ' + wrong if wrong else ''}", flush=True)
    print(f"\n{wrong_files} files whose rows dbmig's table does not take")


main()
