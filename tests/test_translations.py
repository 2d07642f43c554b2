"""The Japanese of the interface is complete, matches its placeholders and is compiled, and no page has untranslated
English.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = ROOT / "eventapp" / "translations" / "ja" / "LC_MESSAGES"
# What marks a string, by the name of the function.
MARKS = DEFAULT_KEYWORDS | parse_keywords(re.findall(r"-k (\S+)", (ROOT / "Makefile").read_text()))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.suffix in {".html", ".txt"})
TO_MEND = "run `make translations`, then translate what is new in eventapp/translations/ja/LC_MESSAGES/messages.po"


@pytest.fixture(scope="module")
def said() -> Catalog:
    """The messages of the program, extracted like in `make translations`."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, keywords=MARKS):
        catalog.add(message, context=context)
    return catalog


@pytest.fixture(scope="module")
def japanese() -> Catalog:
    with (MESSAGES / "messages.po").open("rb") as file:
        return read_po(file, locale="ja", abort_invalid=True)


def _names(catalog: Catalog) -> dict[tuple[str | None, str], tuple[str, ...]]:
    """Each message by its context and its (first) text, with all its forms."""
    found = {}
    for message in catalog:
        if message.id:
            forms = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            found[message.context, forms[0]] = forms
    return found


def _strings(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str) or not string else tuple(string)


@pytest.mark.slow
def test_extraction_finds_every_way_to_mark_a_string(said):
    texts = {name for _context, name in _names(said)}
    assert {"Register", "Enter your e-mail address.", "In %(num)d day", "Registration confirmed: %(title)s"} <= texts
    assert ("section", "About") in _names(said)


def test_no_string_is_marked_inside_another_one():
    """Before Python 3.12 the extraction does not look into an f-string."""
    for path in (ROOT / "eventapp").rglob("*.py"):
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            calls = (
                [one for one in ast.walk(text) if isinstance(one, ast.Call)] if isinstance(text, ast.JoinedStr) else []
            )
            assert not [one.lineno for one in calls if getattr(one.func, "id", "") in MARKS], path


def test_every_string_is_in_the_catalogue(said, japanese):
    assert not sorted(map(str, _names(said).keys() - _names(japanese).keys())), TO_MEND


def test_no_string_in_the_catalogue_is_out_of_use(said, japanese):
    assert not sorted(map(str, _names(japanese).keys() - _names(said).keys())), TO_MEND
    assert not list(japanese.obsolete), TO_MEND


def test_every_string_is_translated_and_none_is_a_guess(japanese):
    empty = [message.id for message in japanese if message.id and not all(map(str.strip, _strings(message.string)))]
    assert not empty, TO_MEND
    assert not [message.id for message in japanese if message.fuzzy and message.id]


def test_japanese_has_one_form_for_every_number(japanese):
    assert (japanese.num_plurals, japanese.plural_expr) == (1, "0")
    assert not [m.id for m in japanese if m.pluralizable and len(_strings(m.string)) != 1]


_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0 +-]*\d*(?:\.\d+)?[a-zA-Z%]")


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def test_translations_keep_the_placeholders(japanese):
    for message in japanese:
        if message.id:
            # The last form is the plural; the first may say "one" without the number.
            original = message.id if isinstance(message.id, str) else message.id[-1]
            for string in _strings(message.string):
                assert _placeholders(string) == _placeholders(original), message.id
            assert list(message.check()) == []


def test_the_same_placeholders_are_filled_in_by_both_forms_of_a_number(japanese):
    for message in japanese:
        if message.pluralizable:
            one, many = (set(_placeholders(form)) - {"%(num)d"} for form in message.id)
            assert one == many, message.id


def test_compiled_catalogue_is_the_written_one(japanese):
    fresh = BytesIO()
    write_mo(fresh, japanese)
    fresh.seek(0)
    with (MESSAGES / "messages.mo").open("rb") as kept:
        assert gettext.GNUTranslations(kept)._catalog == gettext.GNUTranslations(fresh)._catalog, TO_MEND


# Second names that things had in Japanese, with the one of the glossary at the head of the catalogue.
SECOND_NAMES = {
    "参加区分": "参加方法",
    "申込区分": "参加方法",
    "参加枠": "参加方法",
    "申込み": "参加登録",
    "お断り": "見送り",
    "運営チーム": "チーム",
    "運営画面": "管理画面",
    "プライバシー通知": "個人情報の取扱い",
    "取り扱い": "取扱い",
    "チケット": "参加証",
    "種別": "種類",
    "題名": "タイトル",
    "ウェブアドレス": "URL",
    "トラック": "分科会",
    "部屋": "会議室",
}


def test_japanese_calls_a_thing_by_one_name(japanese):
    translated = [(m.id, string) for m in japanese if m.id for string in _strings(m.string)]
    used = [(name, one, id) for name, one in SECOND_NAMES.items() for id, string in translated if name in string]
    assert not used


def test_japanese_is_japanese(japanese):
    """No English sentence was left in place of its translation."""
    for message in japanese:
        for string in _strings(message.string) if message.id else ():
            bare = _PLACEHOLDER.sub("", string)
            emails = re.sub(r"[\W\d_a-zA-Z]", "", bare)
            assert emails or not re.search(r"[A-Za-z]", bare), (message.id, string)


# Names that are the same in every language, and the example of a language tag.
NAMES = {"Google", "Outlook", "Outlook.com", "Microsoft 365", "Thunderbird", "English"}
_CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
# What is not text: scripts, comments, and blocks that fill a class attribute.
_RAW = re.compile(
    r"<(script|style)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>|{% block \w*_class %}.*?{% endblock %}",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_READ_ALOUD = re.compile(r"\b(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"")
# An English word between quotes that is shown as it is: {{ "Yes" if … }}.
_SHOWN = re.compile(r"{{\s*\"([^\"<{]*[A-Za-z]{2}[^\"]*)\"(?!\s*[.%~|])")


def visible(template: str) -> Iterator[str]:
    """What a reader would see or hear of a template without its variables."""
    plain = _RAW.sub(" ", template)
    for text in _SHOWN.findall(plain):
        yield text
    bare = _CODE.sub("\0", plain)
    for text in _READ_ALOUD.findall(bare):
        yield text
    yield from _TAG.sub("\0", bare).split("\0")


def hard_coded(template: str) -> list[str]:
    """Texts of a template that are English whatever the reader's language."""
    texts = (" ".join(text.split()) for text in visible(template))
    return [text for text in texts if re.search(r"[A-Za-z]{2}", text.replace("&nbsp;", "")) and text not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_templates_speak_no_english_of_their_own(path):
    assert not hard_coded(path.read_text()), "wrap it in _() and " + TO_MEND


@pytest.mark.parametrize(
    "template",
    [
        "<p>Welcome</p>",
        '<button aria-label="Close">×</button>',
        "<p>{{ name }} has registered</p>",
        "<p>{% if full %}Full{% else %}{{ _('open') }}{% endif %}</p>",
        '<b>{{ "Yes" if answer }}</b>',
        '<img src="a.svg" alt="A bridge">',
    ],
)
def test_the_scan_finds_english(template):
    assert hard_coded(template)


@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ _('Welcome') }}</p>",
        '<p class="lead" lang="ja">{{ name }} · {{ 1 }}</p>',
        "<script>const answer = 42;</script>",
        '<a href="https://example.org/?a=b" title="{{ _("Open") }}">Google</a>',
        '<b>{{ "{:,}".format(number) }}</b>',
    ],
)
def test_the_scan_lets_marked_texts_pass(template):
    assert not hard_coded(template)
