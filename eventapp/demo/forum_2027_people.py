"""Speakers of the edition to come. All of them are fictional, and their pages say so."""

from __future__ import annotations

from datetime import date

from eventapp.core.localized import LocalizedText
from eventapp.demo import keep, places
from eventapp.demo.keep import Office
from eventapp.directory.models import Organization, Person, Place
from eventapp.directory.rules import NameOrder, OrganizationKind

FICTIONAL = LocalizedText(
    en="A fictional person of this example edition.", ja="このサンプルの回のための架空の人物です。"
)
DR = LocalizedText(en="Dr.", ja="博士")
MS = LocalizedText(en="Ms.", ja="氏")
MR = LocalizedText(en="Mr.", ja="氏")


def people() -> dict[str, Person]:
    """Each speaker by key."""
    japan = places.country("JP")
    harbour = _body(OrganizationKind.CITY, "Shiokaze City", "潮風市", japan)
    valley = _body(OrganizationKind.CITY, "Yamabuki Town", "山吹町", japan)
    institute = _body(OrganizationKind.UNIVERSITY_SCHOOL, "Institute for Small Cities", "小都市研究所", japan)
    network = _body(OrganizationKind.ASSOCIATION_NGO, "Twin Towns Network", "姉妹都市ネットワーク", japan)
    return {
        "hoshino": _japanese(
            "hoshino",
            ("HOSHINO", "星野"),
            ("Akari", "明里"),
            "ほしの あかり",
            LocalizedText(en="Mayor", ja="市長"),
            Office(LocalizedText(en="Mayor", ja="市長"), harbour, starts=date(2023, 4, 1)),
        ),
        "segawa": _japanese(
            "segawa",
            ("SEGAWA", "瀬川"),
            ("Naoki", "直樹"),
            "せがわ なおき",
            MR,
            Office(LocalizedText(en="Director of International Affairs", ja="国際課長"), valley),
        ),
        "takashiro": _japanese(
            "takashiro",
            ("TAKASHIRO", "髙城"),
            ("Yui", "結"),
            "たかしろ ゆい",
            DR,
            Office(LocalizedText(en="Professor of Public Policy", ja="教授（公共政策）"), institute),
        ),
        # In office until last summer: on the day of the forum she is a former mayor.
        "minamoto": _japanese(
            "minamoto",
            ("MINAMOTO", "源"),
            ("Chizuru", "千鶴"),
            "みなもと ちづる",
            MS,
            Office(LocalizedText(en="Mayor", ja="町長"), valley, starts=date(2014, 8, 1), ends=date(2026, 7, 31)),
        ),
        "haddad": keep.person(
            "2027/haddad",
            family=LocalizedText(en="Haddad", ar="حداد"),
            given=LocalizedText(en="Layla", ar="ليلى"),
            honorific=DR,
            biography=FICTIONAL,
            offices=[Office(LocalizedText(en="Adviser on city partnerships", ja="都市間連携アドバイザー"), network)],
        ),
        "lehtinen": keep.person(
            "2027/lehtinen",
            family=LocalizedText(en="Lehtinen", fi="Lehtinen"),
            given=LocalizedText(en="Aino", fi="Aino"),
            honorific=MS,
            biography=FICTIONAL,
            offices=[
                Office(
                    LocalizedText(en="Head of Partnerships", ja="連携部長", fi="Kumppanuusjohtaja"),
                    _body(OrganizationKind.CITY, "Järvikaupunki", "湖市", places.country("FI")),
                )
            ],
        ),
        "sultana": keep.person(
            "2027/sultana",
            family=LocalizedText(en="Sultana", bn="সুলতানা"),
            given=LocalizedText(en="Nasrin", bn="নাসরিন"),
            honorific=MS,
            biography=FICTIONAL,
            offices=[
                Office(
                    LocalizedText(en="City planner", ja="都市計画官", bn="নগর পরিকল্পনাবিদ"),
                    _body(OrganizationKind.CITY, "Nodipar Municipality", "ノディパル市", places.country("BD")),
                )
            ],
        ),
        "marte": keep.person(
            "2027/marte",
            family=LocalizedText(en="Marte Peña", es="Marte Peña"),
            given=LocalizedText(en="Ramón", es="Ramón"),
            honorific=MR,
            biography=FICTIONAL,
            offices=[
                Office(
                    LocalizedText(en="Agronomist", ja="農学者", es="Agrónomo"),
                    _body(
                        OrganizationKind.ASSOCIATION_NGO,
                        "Highland Growers' Cooperative",
                        "高地農業組合",
                        places.country("DO"),
                    ),
                )
            ],
        ),
    }


def _body(kind: OrganizationKind, en: str, ja: str, place: Place) -> Organization:
    return keep.organization(kind, LocalizedText(en=en, ja=ja), place=place, generated=True)


def _japanese(
    key: str, family: tuple[str, str], given: tuple[str, str], reading: str, honorific: LocalizedText, office: Office
) -> Person:
    return keep.person(
        f"2027/{key}",
        family=LocalizedText(en=family[0], ja=family[1]),
        given=LocalizedText(en=given[0], ja=given[1]),
        order=NameOrder.FAMILY_FIRST,
        reading=reading,
        honorific=honorific,
        biography=FICTIONAL,
        offices=[office],
    )
