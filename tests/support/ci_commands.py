"""Prints the commands of a workflow as a bash script, as the service would run them.

ci_commands.py github FILE | gitlab FILE | pre-commit FILE. Steps that install dbmig are left out: a
test has it already. Variables that the service fills in (`${{ github.base_ref }}`) become variables
of the shell.
"""
import re
import sys

import yaml


def github(workflow):
    on = workflow.get("on", workflow.get(True))  # YAML 1.1 reads `on` as true
    assert "pull_request" in on, on
    assert workflow["permissions"]["security-events"] == "write"
    (job,) = workflow["jobs"].values()
    for name, value in job.get("env", {}).items():
        yield f"export {name}=\"{shell(value)}\""
    yield "failed=0"
    for step in job["steps"]:
        if step.get("id") == "install":
            assert "dbmig.deb" in step["run"]
            continue
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@v\d+", step["uses"]), step["uses"]
            if "upload-sarif" in step["uses"]:
                yield f"test -s '{step['with']['sarif_file']}'"
            continue
        assert step["name"] and "${{" not in step["run"], step
        # A later step runs after a failed one where it says so.
        later = step.get("if", "") == "${{ !cancelled() }}"
        start = "" if later else "[ $failed = 0 ] && "
        # GitHub runs `bash -e`.
        yield f"{start}bash -e <<'STEP' || failed=$?\n{step['run'].rstrip()}\nSTEP"
    yield "exit $failed"


def gitlab(pipeline):
    (job,) = pipeline.values()
    assert job["artifacts"]["when"] == "always"
    for name, value in job["variables"].items():
        yield f"export {name}=\"{value}\""
    assert any("dbmig.deb" in line for line in job["before_script"])
    yield "set -eo pipefail"
    yield from job["script"]


def pre_commit(config):
    yield "set -e"
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system" and hook["pass_filenames"] is False
        re.compile(hook["files"])
        yield hook["entry"]


def shell(value):
    return re.sub(r"\$\{\{ github\.base_ref \}\}", "$GITHUB_BASE_REF", value)


kind, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    content = yaml.safe_load(file)
print("\n".join({"github": github, "gitlab": gitlab, "pre-commit": pre_commit}[kind](content)))
