"""Holds YAML files against JSON Schemas, as an editor does.

check_yaml_files.py FOLDER < LINES: FOLDER has model.json, revision.json and project.json; each line of
the input is {"schema": NAME, "text": YAML, "valid": true or false}. Prints the numbers of the lines, from
0, for which the schema says otherwise, each with what it says. A text that is no YAML at all is passed over.
"""
import json
import sys

import jsonschema
import yaml

BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(BASE):
    """As YAML 1.2 has it: dates are text, and so are yes, no, on and off."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in BASE.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile(
    "^(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def text_keys(value):
    """JSON's keys are texts."""
    if isinstance(value, dict):
        return {str(key): text_keys(one) for key, one in value.items()}
    if isinstance(value, list):
        return [text_keys(one) for one in value]
    return value


def main():
    validators = {}
    for name in ("model", "revision", "project"):
        with open(f"{sys.argv[1]}/{name}.json", encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft7Validator.check_schema(schema)
        validators[name] = jsonschema.Draft7Validator(schema)
    for number, line in enumerate(sys.stdin):
        case = json.loads(line)
        try:
            content = text_keys(yaml.load(case["text"], Loader))
        except (yaml.YAMLError, ValueError, TypeError):
            continue
        error = next(validators[case["schema"]].iter_errors(content), None)
        if (error is None) == case["valid"]:
            continue
        said = "valid" if error is None else f"{list(error.absolute_path)}: {error.message}"
        print(number, said.replace("\n", " ")[:300])


main()
