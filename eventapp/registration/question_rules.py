"""Rules about an event's own questions, and about answers to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import TAG, LocalizedText


class QuestionKind(Labelled):
    TEXT = "text", _l("Short text")
    LONG_TEXT = "long_text", _l("Long text")
    NUMBER = "number", _l("Number")
    CHOICE = "choice", _l("Single choice")
    CHOICES = "choices", _l("Multiple choice")
    YES_NO = "yes_no", _l("Yes or no")
    CONSENT = "consent", _l("Must be ticked, for example a consent")
    DATE = "date", _l("Date")
    COUNTRY = "country", _l("Country or region")
    ORGANIZATION = "organization", _l("Organization")
    LANGUAGE = "language", _l("Language")
    FILE = "file", _l("File")

    @property
    def has_choices(self) -> bool:
        """Whether the answer is chosen from the question's own choices."""
        return self in {QuestionKind.CHOICE, QuestionKind.CHOICES}

    @property
    def decides(self) -> bool:
        """Whether another question can depend on its answer."""
        return self.has_choices or self is QuestionKind.YES_NO

    def reads_like(self, other: QuestionKind) -> bool:
        """Whether answers of this kind are answers of the other kind, too."""
        texts = {QuestionKind.TEXT, QuestionKind.LONG_TEXT, QuestionKind.ORGANIZATION}
        return self is other or {self, other} <= texts


class CheckAnswers(Labelled):
    """Whether people see their answers once more before they register."""

    LONG = "long", _l("If there are more than eight questions")
    ALWAYS = "always", _l("Always")
    NEVER = "never", _l("Never")


# From more questions than these, a form is a long one.
LONG_FORM = 8


class AnswerChoice(NamedTuple):
    """A choice of a question. Its key stays the same in whatever words; a retired one is no longer offered."""

    key: str
    texts: LocalizedText
    retired: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "texts": dict(self.texts), "retired": self.retired}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> AnswerChoice:
        return cls(stored["key"], LocalizedText(stored["texts"]), bool(stored.get("retired")))


def new_key(texts: LocalizedText, others: Collection[str], *, otherwise: str) -> str:
    """A readable key for a question or choice, from its English text if it has one: "gluten_free"."""
    plain = re.sub(r"[^a-z0-9]+", "_", texts.get("en", "").lower()).strip("_")[:40].strip("_")
    return free_key(plain or otherwise, others)


def free_key(base: str, others: Collection[str]) -> str:
    """This key, with a number if there is one already."""
    key, number = base, 2
    while key in others:
        key, number = f"{base}_{number}", number + 1
    return key


def changes_meaning(before: LocalizedText, now: LocalizedText) -> bool:
    """Whether words that somebody may have read have been replaced. Another translation replaces none."""
    return any(now.get(tag) != text for tag, text in before.items())


def typed_number(text: str) -> float | None:
    """The number that a person has typed, also in full-width digits; None if it is none, or none that anybody means."""
    try:
        number = float(unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-").replace(" ", ""))
    except ValueError:
        return None
    if not abs(number) <= 1e15:  # nor is NaN
        return None
    return int(number) if number.is_integer() else number


def number_text(number: float) -> str:
    """A number as people write it: 3, not 3.0, and never with an exponent."""
    return str(int(number)) if float(number).is_integer() else f"{number:.10f}".rstrip("0")


def fits(kind: QuestionKind, choices: Sequence[str], answer: object) -> bool:
    """Whether an answer is valid for the question as it is now."""
    match kind:
        case QuestionKind.YES_NO | QuestionKind.CONSENT:
            return isinstance(answer, bool)
        case QuestionKind.CHOICE:
            return answer in choices
        case QuestionKind.CHOICES:
            return isinstance(answer, list) and all(one in choices for one in answer)
        case QuestionKind.NUMBER:
            return isinstance(answer, int | float) and not isinstance(answer, bool)
        case QuestionKind.FILE:
            return isinstance(answer, dict)
        case QuestionKind.DATE:
            return isinstance(answer, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", answer) is not None
        case QuestionKind.COUNTRY:
            return isinstance(answer, str) and re.fullmatch(r"[A-Z]{2}", answer) is not None
        case QuestionKind.LANGUAGE:
            return isinstance(answer, str) and TAG.fullmatch(answer) is not None
        case _:
            return isinstance(answer, str)


def answer_to_store(kind: QuestionKind, choices: Sequence[str], before: object, now: object) -> object:
    """The answer to store, from the one stored `before` and the one submitted `now`; None for none.

    An answer that the form can no longer show, because its question has changed, is not deleted by leaving it out.
    """
    empty = now is None or now == "" or now == []
    if before is None or fits(kind, choices, before):
        return None if empty else now
    if kind is QuestionKind.CHOICES and isinstance(before, list):
        chosen = list(now) if isinstance(now, list) else []
        return [*chosen, *(one for one in before if one not in choices and one not in chosen)]
    return before if empty else now
