"""Story 1: the Local Partnership Cooperation Forum of January 2023, and two earlier editions of its series."""

from __future__ import annotations

from datetime import date
from typing import Any

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.attendance.operations import report_count
from eventapp.attendance.rules import Rounding
from eventapp.core.localized import LocalizedText
from eventapp.demo import keep, places
from eventapp.demo.keep import Office, Picture, tokyo
from eventapp.directory.models import Person
from eventapp.directory.rules import NameOrder, OrganizationKind
from eventapp.events import operations as events
from eventapp.events.models import Event, EventSeries
from eventapp.events.rules import EventFormat, EventKind, EventStatus, HostRole
from eventapp.programme import operations as programme
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind

ZONE = "Asia/Tokyo"
TITLE = LocalizedText(en="Local Partnership Cooperation Forum", ja="地方連携フォーラム")
FY2019 = "https://www.mofa.go.jp/mofaj/ms/lpc/page23_003220.html"
FY2020 = "https://www.mofa.go.jp/mofaj/ms/lpc/page24_001315.html"
THEMES = (
    LocalizedText(en="Overseas promotion strategy after COVID-19", ja="コロナ後の海外プロモーション戦略"),
    LocalizedText(en="Promoting the SDGs in Japan's regions", ja="日本の地域におけるSDGsの推進"),
)


def series() -> EventSeries:
    """The yearly series, held since fiscal year 2008."""
    return events.ensure_series("local-partnership-cooperation-forum", title=TITLE)


def load(owner: User) -> None:
    """The edition of the newsletter and the two whose counts the record gives."""
    if not keep.there("cooperation-forum-2023"):
        _edition_2023(owner)
    if not keep.there("cooperation-forum-2020"):
        _edition_2020(owner)
    if not keep.there("cooperation-forum-2021"):
        _edition_2021(owner)


def _kodama() -> Person:
    press_center = keep.organization(
        OrganizationKind.ASSOCIATION_NGO,
        LocalizedText(en="Foreign Press Center Japan", ja="フォーリン・プレスセンター"),
        place=places.country("JP"),
        aliases=("FPCJ",),
    )
    return keep.person(
        "person/kodama",
        # The newsletter gives family names only, here and below.
        family=LocalizedText(en="KODAMA", ja="兒玉"),
        honorific=LocalizedText(en="Mr.", ja="氏"),
        order=NameOrder.FAMILY_FIRST,
        reading="こだま",
        offices=[Office(LocalizedText(en="President", ja="理事長"), press_center)],
    )


def _ito() -> Person:
    yonezawa = places.japanese_city("yonezawa", "Yonezawa", "米沢", parent=places.prefecture("yamagata-prefecture"))
    hall = places.city_hall(
        yonezawa, LocalizedText(en="Yonezawa City, Yamagata Prefecture", ja="山形県米沢市"), aliases=("Yonezawa",)
    )
    return keep.person(
        "person/ito",
        # The newsletter does not give the characters of the name, and several are read Ito.
        family=LocalizedText(en="ITO", ja="イトウ"),
        honorific=LocalizedText(en="Mr.", ja="氏"),
        order=NameOrder.FAMILY_FIRST,
        reading="いとう",
        # "Former" on the day of the forum. The date is not stated in the source: the last day of the year before is
        # the latest that leaves no doubt.
        offices=[
            Office(LocalizedText(en="Special Advisor to the Mayor", ja="市長特別顧問"), hall, ends=date(2022, 12, 31))
        ],
    )


def _edition_2023(owner: User) -> None:
    event = lifecycle.create_event(
        owner=owner,
        slug="cooperation-forum-2023",
        uid=keep.uid("cooperation-forum-2023"),
        title=TITLE,
        subtitle=LocalizedText(en="Fiscal year 2022", ja="令和4年度"),
        series=series(),
        kind=EventKind.FORUM,
        purpose=LocalizedText(
            en="To support the international activities of local governments.",
            ja="地方自治体の国際的な取組を支援します。",
        ),
        description=LocalizedText(
            en="Municipal and prefectural staff who work with partners abroad met online to hear two practitioners and "
            "to compare notes.\n\nThe first lecture asked how a region can make itself known abroad once travel is "
            "possible again, the second how the Sustainable Development Goals become daily work in a Japanese town. "
            "Afterwards the participants exchanged opinions with both lecturers.",
            ja="海外と交流する自治体の職員がオンラインで集まり、お二人の実践者の講演を聞いて意見を交わしました。\n\n"
            "第一の講演では、往来の再開後に地域をどう海外へ発信するか、第二の講演では、SDGsを地域の日々の仕事に"
            "どう落とし込むかが取り上げられました。講演後は、講師と参加者による意見交換が行われました。",
        ),
        starts_at=tokyo(2023, 1, 27, 14, 0),
        ends_at=tokyo(2023, 1, 27, 16, 30),
        zone=ZONE,
        date_note=LocalizedText(
            en="The newsletter gives the day, 27 January, without a year; that it was 2023 follows from its other "
            "stories. It gives no times: those shown here are examples.",
            ja="ニュースレターに記された日付は「1月27日」のみです。2023年であることは、"
            "同じ号のほかの記事から推定しました。"
            "時刻の記載はなく、ここに示す時刻は例です。",
        ),
        format=EventFormat.ONLINE,
        country_code="JP",
        place=LocalizedText(en="Online", ja="オンライン"),
        working_languages=["ja"],
        sources=[places.NEWSLETTER],
    )
    events.set_themes(event, THEMES)
    events.set_hosts(event, [(places.ministry(), HostRole.HOST)])
    online = programme.save_room(event, None, name=LocalizedText(en="Online", ja="オンライン"), online=True)
    kodama, ito = _kodama(), _ito()
    _session(
        event,
        "lecture-1",
        SessionKind.LECTURE,
        (14, 10),
        (14, 50),
        rooms=[online],
        title=THEMES[0],
        abstract=LocalizedText(
            en="What foreign media look for in Japan's regions, and how a town finds its own story to tell.",
            ja="海外メディアは日本の地域に何を求めているのか。まちが自らの物語を見つけて伝えるための視点を語ります。",
        ),
        parts=[ParticipationInput(kodama, ParticipationRole.LECTURER, Mode.ONLINE)],
    )
    _session(
        event,
        "lecture-2",
        SessionKind.LECTURE,
        (14, 55),
        (15, 35),
        rooms=[online],
        title=THEMES[1],
        abstract=LocalizedText(
            en="Experience from advising a mayor: where the goals help a small city, and what they ask of it.",
            ja="市長を支えた経験から、小さな市にとってSDGsがどこで役立ち、何を求められるのかを話します。",
        ),
        parts=[ParticipationInput(ito, ParticipationRole.LECTURER, Mode.ONLINE)],
    )
    _session(
        event,
        "opinions",
        SessionKind.OPINION_EXCHANGE,
        (15, 40),
        (16, 25),
        rooms=[online],
        title=LocalizedText(en="Exchange of opinions with the participants", ja="参加者との意見交換"),
        parts=[
            ParticipationInput(kodama, ParticipationRole.SPEAKER, Mode.ONLINE),
            ParticipationInput(ito, ParticipationRole.SPEAKER, Mode.ONLINE),
        ],
    )
    keep.pictures(
        event,
        [
            Picture(
                "lecture-hall",
                LocalizedText(
                    en="The lectures were followed by an exchange of opinions.",
                    ja="講演に続いて意見交換が行われました。",
                ),
                LocalizedText(
                    en="Drawing: a lecturer beside a screen, listeners in rows before a wide window.",
                    ja="イラスト：スクリーンの横に立つ講師と、大きな窓の前に並ぶ聴衆。",
                ),
            ),
        ],
    )
    lifecycle.publish_event(event)


def _session(
    event: Event, key: str, kind: SessionKind, start: tuple[int, int], end: tuple[int, int], **values: Any
) -> None:
    day = (2023, 1, 27)
    keep.session(event, key, kind=kind, starts=tokyo(*day, *start), ends=tokyo(*day, *end), spoken=["ja"], **values)


def _edition_2020(owner: User) -> None:
    event = lifecycle.create_event(
        owner=owner,
        slug="cooperation-forum-2020",
        uid=keep.uid("cooperation-forum-2020"),
        title=TITLE,
        subtitle=LocalizedText(en="Fiscal year 2019", ja="令和元年度"),
        series=series(),
        kind=EventKind.FORUM,
        purpose=LocalizedText(
            en="To support the international activities of local governments.",
            ja="地方自治体の国際的な取組を支援します。",
        ),
        description=LocalizedText(
            en="Three parts: a briefing on foreign policy, group discussions of local officials with experts, and a "
            "meeting with the diplomatic corps.",
            ja="外交政策説明会、自治体職員と専門家による分科会、駐日外交団との意見交換会の三部で行われました。",
        ),
        starts_at=tokyo(2020, 1, 22, 13, 0),
        ends_at=tokyo(2020, 1, 22, 19, 0),
        zone=ZONE,
        date_note=LocalizedText(
            en="The source gives no times: those shown here are examples.",
            ja="出典に時刻の記載はなく、ここに示す時刻は例です。",
        ),
        format=EventFormat.IN_PERSON,
        country_code="JP",
        place=LocalizedText(en="Mita Kaigisho, Tokyo", ja="三田共用会議所（東京）"),
        working_languages=["ja"],
        sources=[FY2019],
        status=EventStatus.ARCHIVED,
    )
    events.set_hosts(event, [(places.ministry(), HostRole.HOST)])
    held = date(2020, 1, 22)
    report_count(
        event,
        people=300,
        rounding=Rounding.OVER,
        source=FY2019,
        as_of=held,
        of_what=LocalizedText(en="All parts together; people who attended", ja="全体（当日の参加者）"),
    )
    report_count(
        event,
        people=150,
        rounding=Rounding.ABOUT,
        source=FY2019,
        as_of=held,
        of_what=LocalizedText(
            en="Part 2, group discussions: officials of local governments who attended",
            ja="第2部（分科会）に参加した自治体の実務担当者等",
        ),
    )
    report_count(
        event,
        people=180,
        rounding=Rounding.ABOUT,
        source=FY2019,
        as_of=held,
        of_what=LocalizedText(
            en="Part 3, meeting with the diplomatic corps: diplomats and others who attended",
            ja="第3部（意見交換会）に参加した駐日外交団等",
        ),
    )


def _edition_2021(owner: User) -> None:
    event = lifecycle.create_event(
        owner=owner,
        slug="cooperation-forum-2021",
        uid=keep.uid("cooperation-forum-2021"),
        title=TITLE,
        subtitle=LocalizedText(en="Fiscal year 2020", ja="令和2年度"),
        series=series(),
        kind=EventKind.FORUM,
        purpose=LocalizedText(
            en="To support the international activities of local governments.",
            ja="地方自治体の国際的な取組を支援します。",
        ),
        description=LocalizedText(
            en="The first edition held as a webinar. Its number is of people who *registered*, while that of the year "
            "before is of people who *attended*: the two cannot be compared.",
            ja="初めてウェビナー形式で開催されました。この回の人数は**参加登録者数**、前年の人数は**参加者数**であり、"
            "そのまま比べることはできません。",
        ),
        starts_at=tokyo(2021, 3, 2, 13, 30),
        ends_at=tokyo(2021, 3, 2, 16, 30),
        zone=ZONE,
        date_note=LocalizedText(
            en="The source gives no times: those shown here are examples.",
            ja="出典に時刻の記載はなく、ここに示す時刻は例です。",
        ),
        format=EventFormat.ONLINE,
        country_code="JP",
        place=LocalizedText(en="Online", ja="オンライン"),
        working_languages=["ja"],
        sources=[FY2020],
        status=EventStatus.ARCHIVED,
    )
    events.set_hosts(event, [(places.ministry(), HostRole.HOST)])
    report_count(
        event,
        people=200,
        rounding=Rounding.OVER,
        source=FY2020,
        as_of=date(2021, 3, 2),
        of_what=LocalizedText(en="People who registered", ja="参加登録者"),
    )
