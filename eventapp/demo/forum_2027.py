"""The edition to come: January 2027, in person and online, open for registration. Everybody in it is fictional."""

from __future__ import annotations

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.core.localized import LocalizedText
from eventapp.demo import forum, forum_2027_people, keep, places
from eventapp.demo.forum_2027_talks import TALKS, TRACKS
from eventapp.demo.keep import Picture, tokyo
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventKind, HostRole
from eventapp.programme import operations as programme
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode
from eventapp.registration import setup as registration
from eventapp.registration.rules import QuestionKind

SLUG = "cooperation-forum-2027"
ZONE = "Asia/Tokyo"


def load(owner: User) -> None:
    """The open edition, with its programme and its form."""
    if keep.there(SLUG):
        return
    event = _event(owner)
    events.set_themes(
        event,
        [
            LocalizedText(en="Small places on the world's map", ja="小さなまちを世界の地図に"),
            LocalizedText(en="The SDGs after the slogans", ja="掛け声のあとのSDGs"),
            LocalizedText(en="Partnerships that outlast their founders", ja="立ち上げた人のあとも続く交流"),
        ],
    )
    events.set_hosts(event, [(places.ministry(), HostRole.HOST)])
    _programme(event)
    _form(event)
    keep.pictures(
        event,
        [
            Picture(
                "lecture-hall",
                LocalizedText(
                    en="In person in Tokyo, or online from anywhere", ja="東京の会場でも、どこからでもオンラインで"
                ),
                LocalizedText(
                    en="Drawing: a lecturer beside a screen, listeners in rows before a wide window.",
                    ja="イラスト：スクリーンの横に立つ講師と、大きな窓の前に並ぶ聴衆。",
                ),
            )
        ],
    )
    lifecycle.publish_event(event)


def _event(owner: User) -> Event:
    return lifecycle.create_event(
        owner=owner,
        slug=SLUG,
        uid=keep.uid(SLUG),
        title=LocalizedText(en="Local Partnership Cooperation Forum 2027", ja="地方連携フォーラム2027"),
        subtitle=LocalizedText(en="Cities, regions and embassies at one table", ja="自治体と大使館が同じテーブルで"),
        series=forum.series(),
        kind=EventKind.FORUM,
        purpose=LocalizedText(
            en="To give people who work on international partnerships in Japan's cities and regions two days to "
            "learn from "
            "each other and to meet the embassies.",
            ja="自治体で国際交流に携わる皆さんが、互いに学び、各国大使館と出会う2日間です。",
        ),
        description=LocalizedText(
            en="This edition is an **example**: programme and people are made up, so that you can try everything – "
            "register, "
            "change your mind, put sessions into your calendar.\n\n"
            "The first day asks how small places become visible abroad and what the Sustainable Development Goals "
            "change in "
            "daily work. The second is for partnerships: how they begin, how they survive a change of mayor, and "
            "how to "
            "count what they bring.\n\n"
            "All plenary sessions are streamed and interpreted between Japanese and English.",
            ja="この回は**サンプル**です。プログラムも登壇者も架空のもので、参加登録や変更、カレンダーへの追加などを"
            "自由にお試しいただけます。\n\n"
            "1日目は、小さなまちが海外に知られるための工夫と、SDGsが日々の仕事をどう変えるかを考えます。"
            "2日目のテーマは交流です。"
            "どう始まり、首長の交代をどう乗り越え、成果をどう数えるのかを話し合います。\n\n"
            "全体セッションはすべて配信し、日本語と英語の通訳が付きます。",
        ),
        starts_at=tokyo(2027, 1, 28, 9, 30),
        ends_at=tokyo(2027, 1, 29, 16, 0),
        zone=ZONE,
        format=EventFormat.HYBRID,
        country_code="JP",
        place=LocalizedText(en="Minato, Tokyo, and online", ja="東京都港区・オンライン"),
        working_languages=["ja", "en"],
        interpretation=LocalizedText(
            en="Japanese and English in all plenary sessions", ja="全体セッションは日英同時通訳付き"
        ),
        contact_email="forum@example.org",
        join_url="https://meet.example.org/cooperation-forum-2027",
        counts_public=True,
        generated=True,
    )


def _programme(event: Event) -> None:
    site = events.save_site(
        event,
        None,
        slug="conference-centre",
        name=LocalizedText(en="Example Conference Centre", ja="サンプル会議センター"),
        address=LocalizedText(en="Minato-ku, Tokyo", ja="東京都港区"),
    )
    # What is streamed takes the hall and the online room: side by side they are one block of the grid.
    rooms = {
        "hall": programme.save_room(
            event, None, name=LocalizedText(en="Main hall", ja="大会議室"), site=site, capacity=120
        ),
        "online": programme.save_room(
            event, None, name=LocalizedText(en="Online room", ja="オンライン会場"), online=True
        ),
        "seminar": programme.save_room(
            event, None, name=LocalizedText(en="Seminar room", ja="小会議室"), site=site, capacity=40
        ),
    }
    tracks = {
        key: programme.save_track(event, None, name=name, colour=colour)
        for colour, (key, name) in enumerate(TRACKS.items(), start=1)
    }
    people = forum_2027_people.people()
    for talk in TALKS:
        keep.session(
            event,
            talk.key,
            title=talk.title,
            abstract=talk.abstract,
            kind=talk.kind,
            starts=talk.starts,
            ends=talk.ends,
            rooms=[rooms[key] for key in talk.rooms],
            track=tracks.get(talk.track),
            spoken=list(talk.spoken),
            interpreted=list(talk.interpreted),
            capacity=talk.capacity,
            parts=[ParticipationInput(people[key], role, mode) for key, role, mode in talk.people],
        )


def _form(event: Event) -> None:
    closes = tokyo(2027, 1, 20, 17, 0)
    opens = tokyo(2026, 10, 1, 10, 0)
    registration.save_option(
        event,
        None,
        mode=Mode.IN_PERSON,
        title=LocalizedText(en="In person in Tokyo", ja="会場で参加（東京）"),
        note=LocalizedText(en="Lunch on both days is included.", ja="両日とも昼食付きです。"),
        capacity=120,
        opens_at=opens,
        closes_at=closes,
    )
    registration.save_option(
        event,
        None,
        mode=Mode.ONLINE,
        title=LocalizedText(en="Online", ja="オンラインで参加"),
        note=LocalizedText(
            en="The link comes with the confirmation.", ja="参加用のリンクは確定のお知らせに記載します。"
        ),
        opens_at=opens,
        closes_at=closes,
    )
    registration.save_question(
        event,
        None,
        key="interpretation",
        label=LocalizedText(en="Which interpretation do you need?", ja="通訳は必要ですか"),
        kind=QuestionKind.CHOICE,
        choices=["不要 / None", "日本語 → English", "English → 日本語"],
    )
    registration.save_question(
        event,
        None,
        key="interest",
        label=LocalizedText(en="What would you like to hear about?", ja="関心のあるテーマ"),
        hint=LocalizedText(en="It helps the speakers to prepare.", ja="登壇者の準備の参考にします。"),
        kind=QuestionKind.LONG_TEXT,
    )
    registration.save_question(
        event,
        None,
        key="dietary",
        label=LocalizedText(en="What should the kitchen know?", ja="食事について配慮が必要なこと"),
        hint=LocalizedText(en="Allergies, halal, vegetarian …", ja="アレルギー、ハラール、ベジタリアンなど"),
        kind=QuestionKind.TEXT,
        mode=Mode.IN_PERSON,
    )
    registration.save_question(
        event,
        None,
        key="access",
        label=LocalizedText(en="What do you need to take part well?", ja="参加に当たり必要な配慮"),
        hint=LocalizedText(
            en="A seat near the stage, a step-free way, captions …", ja="前方の席、段差のない経路、字幕など"
        ),
        kind=QuestionKind.TEXT,
    )
