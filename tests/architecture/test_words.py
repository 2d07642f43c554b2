"""Names follow docs/glossary.md: one word for one concept, and retired names don't come back."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for path in (ROOT / "eventapp").rglob("*.py") if "versions" not in path.parts)

# Retired names of modules, classes, functions and columns.
GONE = {
    "Book",
    "Closing_",
    "Due",
    "Express",
    "Facts",
    "Frame",
    "GoneRow",
    "Held",
    "Item",
    "Keeper",
    "Kept",
    "KeptAnswers",
    "Letter",
    "LetterForm",
    "Look",
    "Looks",
    "Lost",
    "Mail",
    "MailStatus",
    "Narrowed",
    "Needs",
    "Overtaken",
    "Present",
    "Raw",
    "Said",
    "Shelf",
    "Site",
    "Somebody",
    "Stale",
    "Standing",
    "Told",
    "TooManyLetters",
    "Unclear",
    "Voice",
    "Wish",
    "Words",
    "WordsField",
    "adopt",
    "at_desk",
    "boxes",
    "concerned",
    "doings",
    "expect",
    "express",
    "found",
    "given_up",
    "gone",
    "known_as_told",
    "leaving",
    "letters",
    "look",
    "loose",
    "marks",
    "may_write_to",
    "news",
    "notice",
    "packed",
    "pause",
    "place_in_line",
    "seen",
    "shelf",
    "site_id",
    "standing",
    "still",
    "taken",
    "tell_due",
    "told",
    "tongues",
    "wiring",
    "withdrawn",
    "words",
}
# Parts of names, also of arguments, variables, and the names in templates.
GONE_PARTS = {
    "call_off",
    "gone",
    "is_off",
    "letters",
    "off_note",
    "off_notice",
    "overtaken",
    "shelf",
    "give_up",
    "take_back",
    "told",
    "tongue",
    "tongues",
    "whoever",
    "wish",
}
# Exceptions, where the word has its usual technical meaning.
MEANT = {
    ("mail/queries.py", "given_up"),  # e-mails after the last attempt
    ("core/parameters.py", "words"),
    ("exchange/queries.py", "taken"),
    ("processes.py", "pause"),
    ("programme/participation_rows.py", "found"),
}


def definitions() -> Iterator[tuple[str, str]]:
    """(path below eventapp/, name) of every module, class, function and class attribute."""
    for path in FILES:
        where = path.relative_to(ROOT / "eventapp").as_posix()
        yield where, path.stem
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield where, node.name
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                        yield where, part.target.id


def test_a_class_name_is_defined_once():
    places = defaultdict(list)
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name not in {"Meta"}:
                places[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_words_that_were_renamed_do_not_come_back():
    found = [(where, name) for where, name in definitions() if name in GONE and (where, name) not in MEANT]
    assert found == []


# Where a word has its usual meaning: characters of a text.
MEANT_PARTS = {"letters", "_LETTERS"}
IN_TEMPLATES = re.compile(r"\{% (?:set|macro|for) (\w+)|class=\"([^\"{]*)\"")


def has_a_retired_part(name: str) -> bool:
    parts = name.lower().strip("_").split("_")
    pairs = {"_".join(two) for two in pairwise(parts)}
    return bool(GONE_PARTS & {*parts, *pairs}) and name not in MEANT_PARTS


def test_renamed_words_are_no_parts_of_names():
    found = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.name] if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
            names += [node.arg] if isinstance(node, ast.arg) else []
            names += [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []
            names += [node.attr] if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) else []
            found += [f"{path.name}: {name}" for name in names if has_a_retired_part(name)]
    assert found == []


def test_renamed_words_are_no_names_in_templates():
    found = []
    for path in (ROOT / "templates").rglob("*.html"):
        for name, classes in IN_TEMPLATES.findall(path.read_text()):
            found += [f"{path.name}: {one}" for one in [name, *classes.split()] if has_a_retired_part(one)]
    assert found == []


# English that has to be decoded, in docstrings, comments, templates, scripts, tests and documentation.
DECODED = re.compile(r"\bwhoever\b|\bthose (to )?whom\b", re.IGNORECASE)


def prose() -> Iterator[Path]:
    for folder, ends in (("eventapp", "*.py"), ("tests", "*.py"), ("bench", "*.py"), ("docs", "*.md")):
        yield from (path for path in (ROOT / folder).rglob(ends) if path != Path(__file__))
    yield from (path for path in (ROOT / "templates").rglob("*.*"))
    yield from (path for path in (ROOT / "static").rglob("*.[jc]s*") if "vendor" not in path.parts)
    yield from ROOT.glob("*.md")


def test_prose_names_the_person_or_the_thing():
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in prose()
        for line in path.read_text(encoding="utf-8").splitlines()
        if DECODED.search(line)
    ]
    assert found == []


# What no text of pages and e-mails says, and what it says instead.
NEVER_IN_TEXTS = {
    r"\b[Ww]hoever\b|\b[Tt]hose wh": "“Anyone who”, “people who”",
    r"\bany more\b": "“no longer”",
    r"(^|\. )Such as\b": "“For example”",
    r"\b[Mm]ail program|\bcalendar program": "“e-mail app”, “calendar app”",
    r"\bcannot\b|\bdo not\b|\bdoes not exist any": "“can't”, “don't”",
    r"\b[Gg]ive[sn]? up\b|\b[Gg]ave up\b": "“cancel”, “lose” or “release”",
    r"\b[Pp]laces? (left|taken|free)\b": "“seats”",
    r"\bways? to take part\b|\bhow you take part\b": "“registration option”, “how you attend”",
    r"\bSEQUENCE\b|\bUID\b|\bRFC\b|\bHTTP\b|\bEVENTAPP_|\bbytes?\b": "what people notice",
    r"\(s\)": "a plural form",
    r"\b(color|canceled|organisation|organise)": "British spelling with -ize",
}


def test_texts_of_pages_and_emails_keep_to_the_rules_of_style():
    with (ROOT / "eventapp/translations/ja/LC_MESSAGES/messages.po").open("rb") as file:
        messages = [message.id for message in read_po(file) if message.id]
    texts = [text for one in messages for text in ([one] if isinstance(one, str) else one)]
    found = {text: say for text in texts for never, say in NEVER_IN_TEXTS.items() if re.search(never, text)}
    assert found == {}
