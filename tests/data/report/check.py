#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""check - is a page of scripts/report well-formed, and does it need nothing but itself?

Usage: check.py PAGE [SCRIPT OUT]: also write the page with a script at its end that its policy
allows.
Says what is wrong, a line each, and ends with 1.
"""

import base64
import hashlib
import html.parser
import re
import sys

VOID = {"meta", "input", "br", "hr", "col"}


class Checker(html.parser.HTMLParser):
    """Elements that end in order, identifiers that are there once, links that lead somewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.ids, self.links, self.policy = [], [], set(), set(), ""

    def complain(self, what):
        """At this place."""
        self.wrong.append(f"{self.getpos()[0]}: {what}")

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if len(of) != len(attrs):
            self.complain(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("link", "iframe", "img", "object", "base") or "src" in of:
            self.complain(f"<{tag}> needs another file")
        if any(name.startswith("on") for name in of):
            self.complain(f"<{tag}> has a script in an attribute")
        if "id" in of:
            if of["id"] in self.ids:
                self.complain(f"id {of['id']} is there twice")
            self.ids.add(of["id"])
        if of.get("http-equiv") == "Content-Security-Policy":
            self.policy = of["content"]
        if tag == "a" and not of.get("href", "").startswith("#"):
            self.complain(f"a link to {of.get('href')}")
        elif tag == "a":
            self.links.add(of["href"][1:])
        if tag == "input" and "label" not in self.open:
            self.complain("an input without a label")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.complain(f"</{tag}> ends something else")


def problems(text):
    """What is wrong with it."""
    checker = Checker()
    checker.feed(text)
    checker.close()
    wrong = checker.wrong
    wrong += [f"<{tag}> is not ended" for tag in checker.open]
    wrong += [f"a link to #{name}, which is not there" for name in checker.links - checker.ids]
    outside = re.sub(r'xmlns="http://www\.w3\.org/2000/svg"|"http://www\.w3\.org/2000/svg"', "",
                     text)
    wrong += [f"{found} in it" for found in re.findall(r"https?://\S{,30}|@import|url\(", outside)]
    if not re.fullmatch("default-src 'none'; style-src 'unsafe-inline'; "
                        "script-src( 'sha256-[^' ]*')+", checker.policy):
        wrong.append("another policy than expected")
    return wrong


def main():
    """Exit status."""
    with open(sys.argv[1], encoding="utf-8") as f:
        text = f.read()
    wrong = problems(text)
    print("\n".join(wrong))
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as f:
            script = f.read()
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        text = text.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
        text = text.replace("</body>", f"<script>{script}</script></body>")
        with open(sys.argv[3], "w", encoding="utf-8") as f:
            f.write(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
