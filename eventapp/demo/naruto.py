"""Story 2: Naruto (Tokushima) and Narayanganj (Bangladesh), before the first friendship city of the two countries."""

from __future__ import annotations

from datetime import date

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.core.localized import LocalizedText
from eventapp.demo import keep, places
from eventapp.demo.keep import Office, Picture, tokyo
from eventapp.directory.models import Organization
from eventapp.directory.rules import NameOrder, OrganizationKind
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventKind, HostRole, Precision
from eventapp.programme import operations as programme
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import ParticipationRole, SessionKind

SLUG = "naruto-narayanganj-2022"
ZONE = "Asia/Tokyo"
# Three sources tell the story: the newsletter, the embassy, the city.
SOURCES = [
    places.NEWSLETTER,
    "https://www.mofa.go.jp/mofaj/gaiko/local/page23_004195.html",
    "Embassy of Japan in Bangladesh and Naruto City: memorandum of 28 January 2020, agreement of 28 March 2023",
]
UNDATED = LocalizedText(
    en="The newsletter says December 2022; the day and the hour are not known. The programme shows the order only: the "
    "first day of the month stands in for the day.",
    ja="ニュースレターには2022年12月とだけ記されており、日と時刻はわかりません。プログラムは順序を示すもので、"
    "日付は便宜上その月の1日としています。",
    bn="সূত্রে শুধু ডিসেম্বর ২০২২ বলা হয়েছে; সঠিক দিন ও সময় জানা নেই।",
)


def load(owner: User) -> None:
    """The ambassador's visit to Naruto."""
    if keep.there(SLUG):
        return
    city = places.japanese_city("naruto", "Naruto", "鳴門", parent=places.prefecture("tokushima-prefecture"), bn="নারুতো")
    narayanganj = places.city(
        "narayanganj",
        LocalizedText(en="Narayanganj", ja="ナラヤンガンジ", bn="নারায়ণগঞ্জ"),
        code="BD",
        zone="Asia/Dhaka",
        aliases=("Narayangonj",),
    )
    hall = places.city_hall(
        city, LocalizedText(en="Naruto City", ja="鳴門市", bn="নারুতো শহর"), url="https://www.city.naruto.tokushima.jp/"
    )
    places.city_hall(
        narayanganj,
        LocalizedText(en="Narayanganj City Corporation", ja="ナラヤンガンジ市", bn="নারায়ণগঞ্জ সিটি কর্পোরেশন"),
        aliases=("Narayanganj City",),
    )
    keep.organization(
        OrganizationKind.ASSOCIATION_NGO,
        LocalizedText(
            en="Tokushima Japan-Bangladesh Friendship Association",
            ja="徳島・日本バングラデシュ友好協会",
            bn="তোকুশিমা জাপান-বাংলাদেশ মৈত্রী সমিতি",
        ),
        place=city,
    )
    event = _event(owner)
    events.set_hosts(event, [(hall, HostRole.HOST)])
    _programme(event, hall)
    keep.pictures(event, _PICTURES)
    lifecycle.publish_event(event)


def _event(owner: User) -> Event:
    return lifecycle.create_event(
        owner=owner,
        slug=SLUG,
        uid=keep.uid(SLUG),
        title=LocalizedText(
            en="Naruto – Narayanganj: towards a friendship city",
            ja="鳴門市・ナラヤンガンジ市　友好都市に向けて",
            bn="নারুতো – নারায়ণগঞ্জ: মৈত্রী নগরীর পথে",
        ),
        subtitle=LocalizedText(
            en="The ambassador's visit to Naruto City",
            ja="駐バングラデシュ大使の鳴門市訪問",
            bn="রাষ্ট্রদূতের নারুতো সফর",
        ),
        kind=EventKind.COURTESY_VISIT,
        purpose=LocalizedText(
            en="To prepare the first friendship city relation between Japan and Bangladesh.",
            ja="日本とバングラデシュで初めての友好都市提携に向けた準備を進めます。",
            bn="জাপান ও বাংলাদেশের মধ্যে প্রথম মৈত্রী নগরী সম্পর্কের প্রস্তুতি।",
        ),
        description=LocalizedText(
            en="Ambassador IWAMA came to Naruto to see how the ties with Narayanganj have grown and spoke with the "
            "mayor, "
            "the chairperson of the city council and the friendship association. The embassy intends to go on "
            "supporting both cities.\n\n"
            "### On the way\n\n"
            "- **28 January 2020** – memorandum of understanding, signed in Dhaka\n"
            "- **December 2022** – the ambassador's visit to Naruto\n"
            "- **28 March 2023** – friendship city agreement, signed in Naruto\n"
            "- A ceremony marked the first anniversary of the agreement.",
            ja="岩間大使が鳴門市を訪れ、ナラヤンガンジ市との交流の歩みについて、市長、市議会議長、友好協会の皆さんと"
            "話し合いました。大使館は今後も両市を支援していく考えです。\n\n"
            "### これまでとこれから\n\n"
            "- **2020年1月28日** ダッカで覚書に署名\n"
            "- **2022年12月** 大使が鳴門市を訪問\n"
            "- **2023年3月28日** 鳴門市で友好都市協定に調印\n"
            "- 締結1周年を記念する式典も開かれました。",
            bn="রাষ্ট্রদূত ইওয়ামা নারুতো সফর করে মেয়র, নগর পরিষদের চেয়ারপারসন এবং মৈত্রী সমিতির সঙ্গে মতবিনিময় করেন।",
        ),
        starts_at=tokyo(2022, 12, 1, 0, 0),
        ends_at=tokyo(2022, 12, 31, 23, 59),
        zone=ZONE,
        precision=Precision.MONTH,
        date_note=UNDATED,
        format=EventFormat.IN_PERSON,
        country_code="JP",
        place=LocalizedText(en="Naruto City, Tokushima", ja="徳島県鳴門市", bn="নারুতো, তোকুশিমা"),
        working_languages=["ja", "bn"],
        sources=SOURCES,
    )


def _programme(event: Event, hall: Organization) -> None:
    bangladesh_embassy = places.embassy(
        "JP",
        LocalizedText(en="Embassy of Japan in Bangladesh", ja="在バングラデシュ日本国大使館", bn="বাংলাদেশে জাপান দূতাবাস"),
    )
    mr = LocalizedText(en="Mr.", ja="氏")
    # The newsletter gives family names and offices. No date of an office is in it.
    iwama = keep.person(
        "person/iwama",
        family=LocalizedText(en="IWAMA", ja="岩間", bn="ইওয়ামা"),
        honorific=LocalizedText(en="Ambassador", ja="大使", bn="রাষ্ট্রদূত"),
        order=NameOrder.FAMILY_FIRST,
        reading="いわま",
        offices=[
            Office(
                LocalizedText(
                    en="Ambassador of Japan to Bangladesh",
                    ja="駐バングラデシュ日本国特命全権大使",
                    bn="বাংলাদেশে জাপানের রাষ্ট্রদূত",
                ),
                bangladesh_embassy,
            )
        ],
    )
    izumi = keep.person(
        "person/izumi",
        family=LocalizedText(en="IZUMI", ja="泉", bn="ইজুমি"),
        honorific=LocalizedText(en="Mayor", ja="市長", bn="মেয়র"),
        order=NameOrder.FAMILY_FIRST,
        reading="いずみ",
        offices=[Office(LocalizedText(en="Mayor", ja="市長", bn="মেয়র"), hall)],
    )
    azuma = keep.person(
        "person/azuma",
        # The characters of the name are not in the newsletter.
        family=LocalizedText(en="AZUMA", ja="アズマ", bn="আজুমা"),
        honorific=mr,
        order=NameOrder.FAMILY_FIRST,
        reading="あずま",
        # "At that time": in office during the visit, no more when the newsletter came out some weeks later. The date is
        # not stated in the source; the last day of the month of the visit is the earliest that fits.
        offices=[
            Office(
                LocalizedText(en="Chairperson of the City Council", ja="市議会議長", bn="নগর পরিষদের চেয়ারপারসন"),
                hall,
                ends=date(2022, 12, 31),
            )
        ],
    )
    site = events.save_site(
        event,
        None,
        name=LocalizedText(en="Naruto City Hall", ja="鳴門市役所", bn="নারুতো সিটি হল"),
        slug="city-hall",
        address=LocalizedText(en="Naruto, Tokushima", ja="徳島県鳴門市"),
    )
    room = programme.save_room(event, None, name=LocalizedText(en="City hall", ja="市役所", bn="সিটি হল"), site=site)
    guest = ParticipationInput(iwama, ParticipationRole.GUEST)
    keep.session(
        event,
        "mayor",
        title=LocalizedText(
            en="Exchange of views with the mayor and the city council",
            ja="市長・市議会議長との意見交換",
            bn="মেয়র ও নগর পরিষদের সঙ্গে মতবিনিময়",
        ),
        abstract=UNDATED,
        kind=SessionKind.COURTESY_VISIT,
        starts=tokyo(2022, 12, 1, 10, 0),
        ends=tokyo(2022, 12, 1, 11, 30),
        rooms=[room],
        spoken=["ja"],
        parts=[
            guest,
            ParticipationInput(izumi, ParticipationRole.HOST),
            ParticipationInput(azuma, ParticipationRole.HOST),
        ],
    )
    keep.session(
        event,
        "association",
        title=LocalizedText(
            en="Meeting with the Tokushima Japan-Bangladesh Friendship Association",
            ja="徳島・日本バングラデシュ友好協会との懇談",
            bn="মৈত্রী সমিতির সঙ্গে সভা",
        ),
        abstract=UNDATED,
        kind=SessionKind.OPINION_EXCHANGE,
        starts=tokyo(2022, 12, 1, 13, 0),
        ends=tokyo(2022, 12, 1, 14, 30),
        spoken=["ja", "bn"],
        parts=[guest],
    )


_PICTURES = [
    Picture(
        "city-hall-visit",
        LocalizedText(
            en="The ambassador's visit to the city hall of Naruto",
            ja="鳴門市役所を訪問する大使",
            bn="নারুতো সিটি হলে রাষ্ট্রদূতের সফর",
        ),
        LocalizedText(
            en="Drawing: a city hall with two flagpoles, visitors and hosts before its steps.",
            ja="イラスト：二本の旗竿が立つ市庁舎と、階段の前に並ぶ訪問者と迎える人々。",
        ),
    ),
    Picture(
        "city-hall-meeting",
        LocalizedText(en="With the mayor of Naruto", ja="鳴門市長とともに", bn="নারুতোর মেয়রের সঙ্গে"),
        LocalizedText(
            en="Drawing: two people shake hands before a low table with flowers.",
            ja="イラスト：花を飾った低いテーブルの前で握手する二人。",
        ),
    ),
    Picture(
        "association-meeting",
        LocalizedText(
            en="At the meeting of the Tokushima Japan-Bangladesh Friendship Association",
            ja="徳島・日本バングラデシュ友好協会との会合",
            bn="মৈত্রী সমিতির সভায়",
        ),
        LocalizedText(
            en="Drawing: eight people around a long table, seen from above.",
            ja="イラスト：長いテーブルを囲む八人を上から見たところ。",
        ),
    ),
]
