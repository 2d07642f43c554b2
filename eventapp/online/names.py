"""Compares names in any script and order: plain values only."""

from __future__ import annotations

import re

from eventapp.core.kana import fold_kana

# What services put behind or in front of a name.
_BEHIND = re.compile(
    r"\s*[(（\[](external|unverified|guest|extern|gast|host|co-host|me|外部|ゲスト|未確認|ホスト|共同ホスト)[)）\]]\s*$",
    re.I,
)
_BEFORE = re.compile(r"^\s*\[[^\]]{1,60}\]\s*")
_ORIGINAL = re.compile(r"^(.*?)\s*[(（](.+)[)）]\s*$")
_BETWEEN = re.compile(r"[\s,、，・･/|_]+")


_HOST = re.compile(r"[(（](host|co-host|ホスト|共同ホスト)\b[^)）]*[)）]\s*$", re.I)


def is_host(name: str) -> bool:
    """Whether a service has added to a name that it is the host's."""
    return bool(_HOST.search(name))


def cleaned(name: str) -> str:
    """A name without what a service has added to it: “(Guest)”, “[Company]”."""
    while (shorter := _BEFORE.sub("", _BEHIND.sub("", name)).strip()) not in {name, ""}:
        name = shorter
    return name


def variants(name: str) -> list[str]:
    """The names that a text holds: “Taro (山田 太郎)” is both."""
    name = cleaned(name)
    found = _ORIGINAL.match(name)
    return [name, *filter(None, (cleaned(part) for part in found.groups()))] if found else [name]


def keys(name: str) -> set[str]:
    """Keys of which two names have one in common if they are the same in any order and spelling."""
    found = set()
    for one in variants(name):
        words = [word for word in map(fold_kana, _BETWEEN.split(one)) if word]
        if words:
            found |= {"".join(words), " ".join(sorted(words))}
    return found


def person_keys(family: str, given: str, reading: str = "") -> set[str]:
    """The keys of somebody whose name has two parts, and of how it is read. Nobody is known by one of them alone."""
    found = keys(f"{family} {given}") | keys(f"{given} {family}")
    return found | (keys(reading) if len(_BETWEEN.split(reading.strip())) > 1 else set())
