"""Proposes the kind of an organization from the words in its name. Plain values only."""

from __future__ import annotations

import re
import unicodedata

from eventapp.directory.rules import OrganizationKind

# Beginnings of words in Latin letters, and patterns for Japanese names. The first kind that fits decides, so the more
# specific ones come first: an embassy names a country, a university a city, and the publisher of a newspaper is a
# company.
_WORDS: tuple[tuple[OrganizationKind, str, str], ...] = (
    (
        OrganizationKind.INTERNATIONAL_ORGANIZATION,
        "united nations; un-habitat; unesco; undp; unicef; world bank; oecd; european commission; european union;"
        "asean; iclei; uclg",
        "国連|国際連合|国際機関|世界銀行",
    ),
    (
        OrganizationKind.EMBASSY_MISSION,
        "embass; ambassad; embajada; botschaft; ambasciata; consulat; permanent mission",
        "大使館|領事館|代表部",
    ),
    (
        OrganizationKind.UNIVERSITY_SCHOOL,
        "universit; universidad; college; school; hochschule; institute of technology; academy",
        "大学|高等学校|高校|小学校|中学校|学校|学院|高専",
    ),
    (
        OrganizationKind.MEDIA,
        "news; broadcast; television; tv; radio; journal",
        "新聞|テレビ|放送|通信社|ラジオ",
    ),
    (
        OrganizationKind.COMPANY,
        "inc.; inc$; ltd; llc; gmbh; corp.; corp$; corporation; plc$; company; holdings; s.p.a; co., ; k.k.",
        r"株式会社|有限会社|合同会社|\(株\)|\(有\)",
    ),
    (
        OrganizationKind.ASSOCIATION_NGO,
        "association; foundation; society; federation; ngo; npo; chamber of; council of local; union; club; e.v.",
        "協会|財団|法人|連盟|連合会|商工会|協議会|振興会|の会$|クラブ",
    ),
    (
        OrganizationKind.NATIONAL_GOVERNMENT,
        "ministr; ministère; ministerio; national government; government of; cabinet office; parliament",
        "[外財総法農経国環防厚文].{0,6}省|内閣|[^都道府県市区]庁$|国会",
    ),
    (
        OrganizationKind.PREFECTURE_REGION,
        "prefectur; province; region of; regional government; regional council; state of; county",
        "[都道府県]庁?$|県.*[部課局室]$",
    ),
    (
        OrganizationKind.CITY,
        "city; municipal; town of; comune di; ville de; mairie; ayuntamiento; stadt; gemeente; câmara municipal",
        "[市区町村](役所|役場|庁)?$|[市区町村].*[部課局室]$",
    ),
)


def _pattern(words: str, japanese: str) -> re.Pattern[str]:
    latin = [re.escape(word.strip()).replace(r"\$", "$") for word in words.split(";")]
    return re.compile(rf"\b(?:{'|'.join(latin)})|{japanese}")


_PATTERNS = [(kind, _pattern(words, japanese)) for kind, words, japanese in _WORDS]


def proposed(name: str) -> OrganizationKind | None:
    """The kind that the words of a name speak for; None if they say nothing.

    It is a proposal for somebody who knows: never store it unseen.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return next((kind for kind, pattern in _PATTERNS if pattern.search(plain)), None)
