"""A calendar's bytes as a tree of components (RFC 5545 §3.1), and problems of the bytes themselves.

Parses anything and never raises: what is unreadable is a finding, and parsing continues after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAM = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
# Unicode line separators are not control characters by category, yet some readers end the line there.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
LIMIT = 75


def worded(said: str, **values: object) -> str:
    """A sentence with its values: %(name)s is replaced by `name`."""
    return said % values if values else said


@dataclass(frozen=True)
class Finding:
    """One problem. `rule` names it for tests, `sentence` for people.

    `line` counts the lines of the file from 1; 0 for the file as a whole. `uid` and `title` identify the entry.
    """

    rule: str
    sentence: str
    line: int = 0
    uid: str = ""
    title: str = ""


@dataclass
class Line:
    """A property: parameters as written, quotes included; the value with its escapes."""

    name: str
    params: dict[str, str]
    value: str
    number: int = field(default=0, compare=False)


@dataclass
class Component:
    """A component with its properties and subcomponents. `number` is the line of its BEGIN."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    number: int = field(default=0, compare=False)

    def all(self, name: str) -> list[Line]:
        """All properties of that name, in order."""
        return [line for line in self.lines if line.name == name]

    def first(self, name: str) -> str:
        """The value of the first property of that name, or an empty string."""
        return next((line.value for line in self.lines if line.name == name), "")

    def one(self, name: str) -> str:
        """The value of the only property of that name. Raises LookupError if there is none, or more than one."""
        found = self.all(name)
        if len(found) != 1:
            raise LookupError(f"{self.name} has {len(found)} {name}")
        return found[0].value

    def of(self, name: str) -> list[Component]:
        """The components of that name directly in this one."""
        return [part for part in self.parts if part.name == name]


def plain(value: str) -> str:
    """A TEXT value without its escapes (RFC 5545 §3.3.11)."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value


def read(data: bytes) -> tuple[list[Component], list[Finding]]:
    """All top-level components of the file (a valid one has a single VCALENDAR), and the findings."""
    found: list[Finding] = []
    tops: list[Component] = []
    stack: list[Component] = []
    for number, text in _unfolded(data, found):
        line = _line(text, number, found)
        if line is None:
            continue
        if line.name == "BEGIN":
            stack.append(Component(line.value.upper(), number=number))
        elif line.name == "END":
            _close(line, stack, tops, found)
        elif stack:
            stack[-1].lines.append(line)
        else:
            found.append(Finding("outside", worded("A property stands outside of the calendar."), number))
    for component in stack:
        said = worded("%(name)s is begun and never ended.", name=component.name)
        found.append(Finding("never-ended", said, component.number))
    if stack:  # what was read of it is checked, too
        for outer, inner in pairwise(stack):
            outer.parts.append(inner)
        tops.append(stack[0])
    return tops, found


def _close(line: Line, stack: list[Component], tops: list[Component], found: list[Finding]) -> None:
    if not stack or stack[-1].name != line.value.upper():
        said = worded("%(name)s is ended where it was not begun.", name=line.value[:40])
        found.append(Finding("not-begun", said, line.number))
        return
    component = stack.pop()
    (stack[-1].parts if stack else tops).append(component)


def _line(text: str, number: int, found: list[Finding]) -> Line | None:
    name = _NAME.match(text)
    if name is None:
        found.append(Finding("no-name", worded("A line does not begin with the name of a property."), number))
        return None
    position = name.end()
    params: dict[str, str] = {}
    while text.startswith(";", position):
        param = _PARAM.match(text, position)
        if param is None:
            found.append(Finding("parameter", worded("A parameter can't be read."), number))
            return None
        key = param[1].upper()
        if key in params:
            said = worded("The parameter %(name)s comes twice in a line.", name=key)
            found.append(Finding("parameter-twice", said, number))
        params.setdefault(key, param[2])
        position = param.end()
    if not text.startswith(":", position):
        found.append(Finding("no-colon", worded("A line has no colon between its name and its value."), number))
        return None
    return Line(name[0].upper(), params, text[position + 1 :], number)


def _unfolded(data: bytes, found: list[Finding]) -> list[tuple[int, str]]:
    """(number of its first line, content) of each unfolded line, after checking the bytes."""
    if data.startswith(b"\xef\xbb\xbf"):
        found.append(Finding("byte-order-mark", worded("The file begins with a byte order mark."), 1))
        data = data[3:]
    bare = _BARE.search(data)
    if bare is not None:
        said = worded("Lines must end with CR and LF, and here one of them stands alone.")
        found.append(Finding("line-end", said, data.count(b"\n", 0, bare.start()) + 1))
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    if not data.endswith(b"\r\n"):
        found.append(Finding("last-line-end", worded("The last line has no line end."), data.count(b"\r\n") + 1))
        data += b"\r\n"
    lines: list[tuple[int, bytearray]] = []
    physical = data[:-2].split(b"\r\n")
    for number, raw in enumerate(physical, 1):
        _look(raw, number, found)
        if raw[:1] in {b" ", b"\t"}:
            if lines:
                lines[-1][1].extend(raw[1:])
                continue
            found.append(Finding("fold-first", worded("The file begins with the continuation of a line."), number))
        if raw:
            lines.append((number, bytearray(raw)))
    return [(number, _decoded(bytes(raw), number, found)) for number, raw in lines]


def _look(raw: bytes, number: int, found: list[Finding]) -> None:
    if not raw:
        found.append(Finding("empty-line", worded("A line is empty."), number))
    if len(raw) > LIMIT:
        said = worded("A line is %(number)d octets long; 75 are allowed.", number=len(raw))
        found.append(Finding("long-line", said, number))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        # Either the fold split a character, or the file is not UTF-8. Decoding the joined line later tells them apart.
        found.append(Finding("split-character", worded("A line ends in the middle of a character."), number))
        return
    if (control := _CONTROL.search(text)) is not None:
        said = worded("There is a control character, U+%(code)s.", code=f"{ord(control[0]):04X}")
        found.append(Finding("control-character", said, number))


def _decoded(raw: bytes, number: int, found: list[Finding]) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        found.append(Finding("encoding", worded("A line is not in UTF-8."), number))
        return raw.decode("utf-8", "replace")
