"""Reads documents as the programs do that they are for.

check_reports.py SCHEMA FILE...: each *.sarif is valid by the SARIF schema, each *.xml is well formed and
counts its cases right. Prints what is wrong and exits 1.
"""
import json
import sys
import xml.etree.ElementTree as ElementTree

import jsonschema


def check_junit(path):
    root = ElementTree.parse(path).getroot()
    assert root.tag == "testsuites", root.tag
    cases = root.findall("./testsuite/testcase")
    counted = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    for element in [root, *root.findall("testsuite")]:
        said = {name: int(element.get(name)) for name in counted}
        assert said == counted, f"{element.tag} says {said}, there are {counted}"
    for case in cases:
        assert case.get("name") and case.get("classname"), case.attrib
        assert len(case.findall("failure")) <= 1, "several failures in one case"


def main():
    schema, *files = sys.argv[1:]
    with open(schema, encoding="utf-8") as file:
        content = json.load(file)
    validator = jsonschema.validators.validator_for(content)(content)
    wrong = 0
    for path in files:
        try:
            if path.endswith(".xml"):
                check_junit(path)
                continue
            with open(path, encoding="utf-8") as file:
                for error in validator.iter_errors(json.load(file)):
                    raise AssertionError(f"{list(error.absolute_path)}: {error.message}")
        except (AssertionError, ValueError, ElementTree.ParseError) as error:
            print(f"{path}: {error}")
            wrong += 1
    print(f"{len(files)} documents, {wrong} wrong")
    return 1 if wrong or not files else 0


sys.exit(main())
