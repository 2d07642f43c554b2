"""Questions that many events ask, in English and Japanese, to be added with one click and edited afterwards."""

from __future__ import annotations

from typing import Any, NamedTuple

from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import LocalizedText
from eventapp.programme.rules import Mode
from eventapp.registration.question_rules import QuestionKind


class ReadySet(NamedTuple):
    """A name for the team, and the values of its questions as `save_question` takes them."""

    name: Any
    questions: list[dict[str, Any]]


def _in(en: str, ja: str) -> LocalizedText:
    return LocalizedText(en=en, ja=ja)


READY_SETS = {
    "diet": ReadySet(
        _l("Diet"),
        [
            {
                "key": "diet",
                "kind": QuestionKind.CHOICES,
                "label": _in("What should we consider for meals?", "お食事について配慮が必要なことをお選びください"),
                "hint": _in("Choose all that apply.", "あてはまるものをすべてお選びください。"),
                "mode": Mode.IN_PERSON,
                "choices": [
                    _in("Vegetarian", "ベジタリアン"),
                    _in("Vegan", "ヴィーガン"),
                    _in("Halal", "ハラール"),
                    _in("Kosher", "コーシャ"),
                    _in("No pork", "豚肉を含まない"),
                    _in("Gluten-free", "グルテンフリー"),
                    _in("Allergy or something else", "アレルギー、その他"),
                ],
            },
            {
                "key": "diet_details",
                "kind": QuestionKind.TEXT,
                "label": _in("What must the food not contain?", "避ける必要のある食材をご記入ください"),
                "hint": _in("For example nuts, shrimp or buckwheat.", "例：ナッツ、えび、そば"),
                "mode": Mode.IN_PERSON,
                "required": True,
                "if_question": "diet",
                "if_answer": "allergy_or_something_else",
            },
        ],
    ),
    "access": ReadySet(
        _l("Access needs"),
        [
            {
                "key": "access",
                "kind": QuestionKind.CHOICES,
                "label": _in(
                    "What would make it easier for you to take part?", "参加にあたり必要な配慮をお選びください"
                ),
                "hint": _in(
                    "Choose all that apply. Only the organizers see this.",
                    "あてはまるものをすべてお選びください。主催者だけが確認します。",
                ),
                "choices": [
                    _in("Step-free access, wheelchair", "段差のない経路、車いす席"),
                    _in("Sign language interpretation", "手話通訳"),
                    _in("Captions", "文字通訳"),
                    _in("Documents in large print or as a file", "拡大文字の資料、データでの資料提供"),
                    _in("An assistant comes with me", "介助者の同伴"),
                    _in("Something else", "その他"),
                ],
            },
            {
                "key": "access_details",
                "kind": QuestionKind.LONG_TEXT,
                "label": _in("What else do you need?", "そのほかに必要な配慮をご記入ください"),
                "required": True,
                "if_question": "access",
                "if_answer": "something_else",
            },
        ],
    ),
    "interpretation": ReadySet(
        _l("Interpretation"),
        [
            {
                "key": "interpretation",
                "kind": QuestionKind.YES_NO,
                "label": _in("Do you need interpretation?", "通訳は必要ですか"),
                "required": True,
            },
            {
                "key": "interpretation_language",
                "kind": QuestionKind.LANGUAGE,
                "label": _in("Into which language?", "どの言語への通訳が必要ですか"),
                "required": True,
                "if_question": "interpretation",
                "if_answer": "yes",
            },
        ],
    ),
    "visa": ReadySet(
        _l("Visa letter"),
        [
            {
                "key": "visa",
                "kind": QuestionKind.YES_NO,
                "label": _in(
                    "Do you need an invitation letter for a visa?", "査証（ビザ）申請のための招へい状は必要ですか"
                ),
                "mode": Mode.IN_PERSON,
                "required": True,
            },
            {
                "key": "visa_nationality",
                "kind": QuestionKind.COUNTRY,
                "label": _in("Nationality", "国籍"),
                "mode": Mode.IN_PERSON,
                "required": True,
                "if_question": "visa",
                "if_answer": "yes",
            },
            {
                "key": "visa_passport_name",
                "kind": QuestionKind.TEXT,
                "label": _in("Name as in your passport", "パスポートに記載の氏名"),
                "hint": _in("We use it only for the letter.", "招へい状の作成だけに使用します。"),
                "mode": Mode.IN_PERSON,
                "required": True,
                "if_question": "visa",
                "if_answer": "yes",
            },
        ],
    ),
}
