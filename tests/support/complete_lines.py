"""Types lines into a real shell and presses Tab, as a person would.

complete_lines.py bash|zsh|fish LINE...: prints what each line has become, a line each. The shell
runs on a terminal of its own in the current folder, reads no settings of the user and loads
`dbmig completion SHELL`.
"""
import os
import pty
import select
import subprocess
import sys
import tempfile
import time

PATIENCE = 30  # seconds

# Ctrl-X Ctrl-B writes the line being edited to the file $BUFFER_FILE.
SETUP = {
    "bash": """
        source <(dbmig completion bash)
        save() { printf '%s' "$READLINE_LINE" > "$BUFFER_FILE.new"; mv "$BUFFER_FILE.new" "$BUFFER_FILE"; }
        bind -x '"\\C-x\\C-b": save' 2>/dev/null
        bind 'set completion-query-items 0' 2>/dev/null
        PS1='$ '; : > "$READY_FILE"
    """,
    "zsh": """
        autoload -Uz compinit; compinit -u -D
        source <(dbmig completion zsh)
        save() { printf '%s' "$BUFFER" > "$BUFFER_FILE.new"; mv "$BUFFER_FILE.new" "$BUFFER_FILE" }
        zle -N save; bindkey -e; bindkey '^X^B' save
        unsetopt automenu listbeep; PS1='$ '; : > "$READY_FILE"
    """,
}
COMMAND = {
    "bash": ["bash", "--noprofile", "--rcfile"],
    "zsh": ["zsh", "-d"],
}


class Shell:
    def __init__(self, shell, folder):
        self.buffer = os.path.join(folder, "buffer")
        ready = os.path.join(folder, "ready")
        setup = os.path.join(folder, ".zshrc" if shell == "zsh" else "setup")
        with open(setup, "w", encoding="utf-8") as file:
            file.write(SETUP[shell])
        environment = dict(os.environ, TERM="xterm", ZDOTDIR=folder, HOME=folder,
                           BUFFER_FILE=self.buffer, READY_FILE=ready)
        words = COMMAND[shell] + ([setup, "-i"] if shell == "bash" else ["-i"])
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvpe(words[0], words, environment)
        self.wait_for(ready)

    def wait_for(self, path):
        end = time.monotonic() + PATIENCE
        said = b""
        while not os.path.exists(path):
            if time.monotonic() > end:
                sys.exit(f"the shell did not answer; it said: {said!r}")
            if select.select([self.terminal], [], [], 0.002)[0]:
                said += os.read(self.terminal, 65536)

    def complete(self, line):
        os.write(self.terminal, line.encode() + b"\t" + b"\x18\x02")
        self.wait_for(self.buffer)
        with open(self.buffer, encoding="utf-8") as file:
            completed = file.read()
        os.remove(self.buffer)
        os.write(self.terminal, b"\x15")  # Ctrl-U: away with it
        return completed

    def close(self):
        os.close(self.terminal)  # hangs it up
        os.waitpid(self.child, 0)


def fish(lines, folder):
    # fish has a command of its own that answers as its Tab does.
    environment = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, XDG_DATA_HOME=folder)
    script = "dbmig completion fish | source; for line in $argv; complete -C$line | string collect; echo; echo ----; end"
    said = subprocess.run(["fish", "--no-config", "-c", script, *lines], env=environment, check=True,
                          capture_output=True, text=True, timeout=PATIENCE).stdout
    for line, answer in zip(lines, said.split("----\n")):
        found = [one.split("\t")[0] for one in answer.split("\n") if one]
        head = line[: len(line) - len(line.split(" ")[-1])]
        yield head + (found[0] if len(found) == 1 else line.split(" ")[-1])


def main():
    shell, *lines = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        if shell == "fish":
            answers = list(fish(lines, folder))
        else:
            running = Shell(shell, folder)
            answers = [running.complete(line) for line in lines]
            running.close()
    for answer in answers:
        print(answer.rstrip(" "))


main()
