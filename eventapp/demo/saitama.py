"""Story 5: the Saitama Sustainable Cities Summit of November 2022, with a generated list of who came."""

from __future__ import annotations

from datetime import date, datetime

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.attendance.operations import report_count
from eventapp.attendance.rules import Rounding
from eventapp.core.localized import LocalizedText
from eventapp.demo import keep, places, register
from eventapp.demo.keep import Picture, tokyo
from eventapp.directory.rules import OrganizationKind
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventKind, HostRole
from eventapp.programme import operations as programme
from eventapp.programme.models import Room
from eventapp.programme.rules import SessionKind

SLUG = "e-kizuna-summit-2022"
ZONE = "Asia/Tokyo"
RESULT = "https://ekizuna-global.jp/en/result.html"
SOURCES = [
    places.NEWSLETTER,
    RESULT,
    "https://www.mofa.go.jp/mofaj/gaiko/local/page22_004020.html",
    "https://japan.iclei.org/ja/news/saitama-sustainable-cities-summit-e-kizuna-2022",
]


def load(owner: User) -> None:
    """The summit and its generated registrations."""
    if keep.there(SLUG):
        return
    saitama = places.japanese_city("saitama", "Saitama", "さいたま", parent=places.prefecture("saitama-prefecture"))
    host = places.city_hall(
        saitama,
        LocalizedText(en="Saitama City", ja="さいたま市"),
        aliases=("Saitama",),
        url="https://www.city.saitama.lg.jp/",
    )
    iclei = keep.organization(
        OrganizationKind.INTERNATIONAL_ORGANIZATION,
        LocalizedText(en="ICLEI Japan", ja="イクレイ日本"),
        place=None,
        aliases=("ICLEI",),
        url="https://japan.iclei.org/",
    )
    event = _event(owner)
    events.set_themes(
        event,
        [
            LocalizedText(
                en="Realizing sustainable cities through immediate action",
                ja="持続可能な都市の実現に向けて、今、わたしたちがすべきこと",
            )
        ],
    )
    events.set_hosts(event, [(host, HostRole.HOST), (iclei, HostRole.CO_HOST)])
    _programme(event)
    keep.pictures(event, _PICTURES)
    lifecycle.publish_event(event)
    report_count(
        event,
        people=300,
        rounding=Rounding.OVER,
        foreign_cities=15,
        foreign_countries=9,
        domestic_cities=22,
        organizations=50,
        of_what=LocalizedText(
            en="People who took part on site. The newsletter gives the same figures without saying how they took part.",
            ja="会場での参加者。ニュースレターの数字も同じですが、参加方法の記載はありません。",
        ),
        source=RESULT,
        as_of=date(2022, 11, 24),
    )
    register.fill(event)


def _event(owner: User) -> Event:
    return lifecycle.create_event(
        owner=owner,
        slug=SLUG,
        uid=keep.uid(SLUG),
        title=LocalizedText(en="Saitama Sustainable Cities Summit", ja="さいたまサステナブル都市サミット"),
        subtitle=LocalizedText(en="~E-KIZUNA Global Summit~", ja="～E-KIZUNAグローバルサミット～"),
        series=events.ensure_series(
            "e-kizuna-summit", title=LocalizedText(en="E-KIZUNA Summit", ja="E-KIZUNAサミット")
        ),
        kind=EventKind.SUMMIT,
        purpose=LocalizedText(
            en="To come closer to a decarbonized society through cooperation of cities in and outside Japan.",
            ja="国内外の都市が力を合わせ、脱炭素社会の実現を目指します。",
        ),
        description=LocalizedText(
            en="For three days mayors, officials and companies compared what works on the way to cities without "
            "carbon, and "
            "what does not yet. Breakout sessions on 23 November went into energy, mobility, smart cities and "
            "resilience; "
            "an excursion led to the Omiya Bonsai Art Museum.\n\n"
            "### About the numbers on this page\n\n"
            "The organizer's totals are shown as stated. The registrations that are counted beside them are "
            "**generated "
            "for demonstration**: of the cities abroad the sources name Pittsburgh, Nürnberg and Melbourne; the "
            "others, "
            "and all people and companies of the list, stand for those whose names are not published. Saitama, the "
            "host, is "
            "one of the 22 cities in Japan.",
            ja="3日間にわたり、市長や職員、企業が、脱炭素都市への道のりで得た成果と課題を持ち寄りました。11月23日の"
            "分科会ではエネルギー、モビリティ、スマートシティ、レジリエンスを議論し、"
            "大宮盆栽美術館への視察も行われました。\n\n"
            "### このページの数字について\n\n"
            "主催者が発表した数字は、そのまま示しています。その隣で集計している参加登録は、"
            "**デモ用に生成したもの**です。"
            "海外都市のうち出典に名前があるのは、ピッツバーグ、ニュルンベルク、メルボルンの3都市です。"
            "そのほかの都市と、"
            "名簿の人物・企業は、公表されていない参加者の代わりに置いたものです。開催地のさいたま市は、"
            "国内22都市に含まれます。",
        ),
        starts_at=tokyo(2022, 11, 22, 13, 0),
        ends_at=tokyo(2022, 11, 24, 15, 0),
        zone=ZONE,
        date_note=LocalizedText(
            en="The days are those of the source. It gives no hours: those of the sessions are examples, and so is "
            "the day "
            "of the excursion.",
            ja="日程は出典のとおりです。時刻の記載はなく、各セッションの時刻と視察の日は例です。",
        ),
        format=EventFormat.HYBRID,
        country_code="JP",
        place=LocalizedText(en="Saitama City, Saitama", ja="埼玉県さいたま市"),
        working_languages=["en", "ja"],
        interpretation=LocalizedText(en="English and Japanese", ja="日本語・英語"),
        sources=SOURCES,
        counts_public=True,
    )


def _programme(event: Event) -> None:
    venue = events.save_site(
        event,
        None,
        slug="venue",
        name=LocalizedText(en="Summit venue", ja="サミット会場"),
        address=LocalizedText(en="Saitama City", ja="さいたま市"),
        position=0,
        travel_minutes={"bonsai-museum": 25},
    )
    museum = events.save_site(
        event,
        None,
        slug="bonsai-museum",
        name=LocalizedText(en="Omiya Bonsai Art Museum, Saitama", ja="さいたま市大宮盆栽美術館"),
        address=LocalizedText(en="2-24-3 Toro-cho, Kita-ku, Saitama", ja="さいたま市北区土呂町2-24-3"),
        latitude=35.928,
        longitude=139.633,
        position=1,
        travel_minutes={"venue": 25},
    )
    hall = programme.save_room(event, None, name=LocalizedText(en="Main hall", ja="メインホール"), site=venue)
    garden = programme.save_room(event, None, name=LocalizedText(en="Museum garden", ja="盆栽庭園"), site=museum)
    both = {"spoken": ["en", "ja"], "interpreted": ["en", "ja"]}
    for key, kind, title, abstract, start, end, room in _plenary(hall, garden):
        keep.session(
            event, key, title=title, abstract=abstract, kind=kind, starts=start, ends=end, rooms=[room], **both
        )
    for number, (key, title, abstract) in enumerate(_BREAKOUTS, start=1):
        room = programme.save_room(
            event, None, name=LocalizedText(en=f"Room {number}", ja=f"第{number}会議室"), site=venue
        )
        track = programme.save_track(event, None, name=title, colour=number)
        keep.session(
            event,
            f"breakout-{key}",
            title=LocalizedText(en=f"Breakout: {title['en']}", ja=f"分科会：{title['ja']}"),
            abstract=abstract,
            kind=SessionKind.PANEL,
            rooms=[room],
            track=track,
            starts=tokyo(2022, 11, 23, 10 if number < 3 else 14, 0),
            ends=tokyo(2022, 11, 23, 12 if number < 3 else 16, 0),
            **both,
        )


def _plenary(
    hall: Room, garden: Room
) -> list[tuple[str, SessionKind, LocalizedText, LocalizedText | None, datetime, datetime, Room]]:
    return [
        (
            "opening",
            SessionKind.CEREMONY,
            LocalizedText(en="Opening", ja="開会"),
            None,
            tokyo(2022, 11, 22, 13, 0),
            tokyo(2022, 11, 22, 13, 30),
            hall,
        ),
        (
            "keynotes",
            SessionKind.KEYNOTE,
            LocalizedText(en="Keynote lectures", ja="基調講演"),
            None,
            tokyo(2022, 11, 22, 13, 30),
            tokyo(2022, 11, 22, 15, 0),
            hall,
        ),
        (
            "plenary",
            SessionKind.PANEL,
            LocalizedText(
                en="Global challenges and the part of local governments", ja="グローバルな課題と地方公共団体の役割"
            ),
            LocalizedText(
                en="Followed by the group photo of all speakers.", ja="終了後、登壇者全員で記念撮影を行いました。"
            ),
            tokyo(2022, 11, 22, 15, 20),
            tokyo(2022, 11, 22, 17, 0),
            hall,
        ),
        (
            "excursion",
            SessionKind.EXCURSION,
            LocalizedText(en="Visit to the Omiya Bonsai Art Museum", ja="大宮盆栽美術館の見学"),
            LocalizedText(
                en="A walk among trees some of which are older than the cities they visit.",
                ja="都市の歴史よりも長く生きてきた盆栽の間を歩きます。",
            ),
            tokyo(2022, 11, 24, 13, 0),
            tokyo(2022, 11, 24, 15, 0),
            garden,
        ),
        (
            "closing",
            SessionKind.CEREMONY,
            LocalizedText(en="Closing", ja="閉会"),
            None,
            tokyo(2022, 11, 24, 11, 0),
            tokyo(2022, 11, 24, 11, 45),
            hall,
        ),
    ]


_BREAKOUTS = (
    (
        "energy",
        LocalizedText(en="Energy", ja="エネルギー"),
        LocalizedText(
            en="Renewable power for whole districts, and small grids that keep going when the large one fails.",
            ja="地域を丸ごと再生可能エネルギーで賄う取組と、停電時にも自立して動き続けるマイクログリッドを考えます。",
        ),
    ),
    (
        "mobility",
        LocalizedText(en="Mobility", ja="モビリティ"),
        LocalizedText(
            en="Moving people without exhaust: electric fleets, charging, and streets for walking.",
            ja="電動車両と充電網、歩きたくなる街路。排気ガスを出さない移動を考えます。",
        ),
    ),
    (
        "smart-cities",
        LocalizedText(en="Smart cities", ja="スマートシティ"),
        LocalizedText(
            en="What public and private partners can do together with a city's data, and what they should leave alone.",
            ja="都市のデータを官民でどう活かすか、どこで線を引くかを話し合います。",
        ),
    ),
    (
        "resilience",
        LocalizedText(en="Resilience", ja="レジリエンス"),
        LocalizedText(
            en="Cities that adapt to a changed climate and recover quickly after a disaster.",
            ja="気候の変化に適応し、災害から早く立ち直る都市づくりを議論します。",
        ),
    ),
)

_PICTURES = [
    Picture(
        "group-on-stage",
        LocalizedText(en="Group photo of the speakers", ja="登壇者の集合写真"),
        LocalizedText(
            en="Drawing: two rows of people on a stage before a wide curtain.",
            ja="イラスト：大きな幕の前の舞台に二列に並ぶ人々。",
        ),
    ),
    Picture(
        "bonsai-museum",
        LocalizedText(en="Participants at the Omiya Bonsai Art Museum", ja="大宮盆栽美術館を訪れた参加者"),
        LocalizedText(
            en="Drawing: three bonsai on wooden stands in a garden, visitors looking at them.",
            ja="イラスト：庭の台に置かれた三鉢の盆栽と、それを眺める人々。",
        ),
    ),
]
