# SPDX-License-Identifier: GPL-2.0-only
"""Findings in the format that code-scanning services read, SARIF 2.1.0."""

import json
import re

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def line_of_op(program, number):
    """The line of a program, counted from 1, that op NUMBER is on; of the last op if there is none."""
    lines = [n for n, line in enumerate(program.splitlines(), 1)
             if line.split("#")[0].strip() and not re.match(r"pcpu-program |machine ", line)]
    return (lines[number:number + 1] or lines[-1:] or [1])[0]


def result_of(key, rules, program, report, folder):
    """One finding: (rule, result)."""
    name = key.split(".")[0]
    kind, statement, source = rules.get(name, ("crash", f"no program ends the process: {name}", ""))
    rule = {"id": name, "shortDescription": {"text": statement},
            "properties": {"class": kind, "source": source}}
    op = re.search(r"^op: +(\d+): (.*)$", report, re.M)
    found = re.search(r"^found: +(.*)$", report, re.M)
    text = f"{statement} ({found[1]})" if found else statement
    if op:
        text += f", after op {op[1]}: {op[2]}"
    return rule, {
        "ruleId": name, "level": "error", "message": {"text": text},
        "partialFingerprints": {"pcpufuzzKey/v1": key},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": folder + "/program.pcpu"},
            "region": {"startLine": line_of_op(program, int(op[1]) if op else -1)}}}],
    }


def document(found):
    """All of (rule, result) as one document."""
    rules = {rule["id"]: rule for rule, _ in found}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "pcpufuzz", "rules": [rules[k] for k in sorted(rules)]}},
        "results": [result for _, result in found],
    }]}, indent=1, sort_keys=True) + "\n"
