"""tour.py PAGE HEADING: the files and console blocks below a heading of a page as a bash script that fails
where a command prints something else than the page says. Programs that are not installed are passed over."""
import re
import shlex
import sys

page, heading = sys.argv[1:]
with open(page, encoding="utf-8") as file:
    lines = file.read().split(f"\n## {heading}\n")[1].split("\n## ")[0].split("\n")

print("set -u\nexport LC_ALL=C.UTF-8\nfailed=0\nsteps=0")
print("""check() { # check COMMAND PATTERN
  local said
  case $1 in sqlite3\\ *) command -v sqlite3 >/dev/null || return 0 ;; esac
  said=$(eval "$1" 2>&1; printf x)
  steps=$((steps + 1))
  if ! [[ $'\\n'${said%x} =~ ^$2$ ]]; then
    printf 'the tour says of %s\\n%s\\nand it prints\\n%s\\n' "$1" "$2" "${said%x}"
    failed=1
  fi
}""")
state, name, command, output = "text", None, None, []


def flush():
    global command, output
    if command is None:
        return
    text = "".join(f"{line}\n" for line in output)
    pattern = re.sub(r"([.^$|()\[\]{}*+?\\])", r"\\\1", "\n" + text)
    pattern = pattern.replace("\n…\n", "\n(.*\n)?").replace("…", ".*")
    print(f"check {shlex.quote(command)} {shlex.quote(pattern)}")
    command, output = None, []


for line in lines:
    if line.startswith("```"):
        if state == "text":
            state = "file" if name else ("console" if line == "```console" else "other")
            if state == "file":
                print(f"mkdir -p $(dirname {shlex.quote(name)}); cat >{shlex.quote(name)} <<'END_OF_FILE'")
        else:
            if state == "file":
                print("END_OF_FILE")
            flush()
            state, name = "text", None
    elif state == "text" and line.startswith("<!-- file: "):
        name = line[11:line.index(" -->")]
    elif state == "file":
        print(line)
    elif state == "console" and line.startswith("$ "):
        flush()
        command = line[2:]
    elif state == "console":
        output.append(line)
print('echo "$steps commands of the tour print what it says"; [ "$steps" -gt 5 ] && exit $failed; exit 1')
