"""What happens when at the edition to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventapp.core.localized import LocalizedText
from eventapp.demo.keep import tokyo
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind

TRACKS = {
    "promotion": LocalizedText(en="Being known abroad", ja="海外発信"),
    "sdgs": LocalizedText(en="SDGs", ja="SDGs"),
    "partnership": LocalizedText(en="Partnerships", ja="交流と連携"),
}

BOTH = ("ja", "en")
IN, ON, FILM = Mode.IN_PERSON, Mode.ONLINE, Mode.VIDEO_MESSAGE
HOST, LECTURER, SPEAKER = ParticipationRole.HOST, ParticipationRole.LECTURER, ParticipationRole.SPEAKER
PANELLIST, MODERATOR, CHAIR = ParticipationRole.PANELLIST, ParticipationRole.MODERATOR, ParticipationRole.CHAIR


@dataclass(frozen=True)
class Talk:
    """One session of the programme; `people` are keys of forum_2027_people."""

    key: str
    kind: SessionKind
    starts: datetime
    ends: datetime
    title: LocalizedText
    abstract: LocalizedText
    rooms: tuple[str, ...] = ("hall", "online")
    track: str = ""
    spoken: tuple[str, ...] = BOTH
    interpreted: tuple[str, ...] = BOTH
    people: tuple[tuple[str, ParticipationRole, Mode], ...] = ()
    capacity: int | None = None


def _first(hour: int, minute: int = 0) -> datetime:
    return tokyo(2027, 1, 28, hour, minute)


def _second(hour: int, minute: int = 0) -> datetime:
    return tokyo(2027, 1, 29, hour, minute)


TALKS = (
    Talk(
        "opening",
        SessionKind.CEREMONY,
        _first(9, 30),
        _first(10),
        LocalizedText(en="Opening", ja="開会"),
        LocalizedText(en="A welcome, and what to expect from two days.", ja="開会のあいさつと、2日間のご案内です。"),
        people=(("hoshino", HOST, IN),),
    ),
    Talk(
        "keynote",
        SessionKind.KEYNOTE,
        _first(10),
        _first(11),
        LocalizedText(en="Nobody has heard of us: an advantage", ja="誰も知らないまちの強み"),
        LocalizedText(
            en="A harbour town of 30,000 decided to stop advertising and to start inviting. What happened in four "
            "years, "
            "what it cost, and what did not work.",
            ja="人口3万人の港町は、宣伝をやめて「招く」ことを始めました。4年間に起きたこと、かかった費用、"
            "うまくいかなかったことまで率直にお話しします。",
        ),
        track="promotion",
        spoken=("ja",),
        interpreted=("en",),
        people=(("hoshino", LECTURER, IN),),
    ),
    Talk(
        "break-1",
        SessionKind.BREAK,
        _first(11),
        _first(11, 20),
        LocalizedText(en="Tea", ja="休憩"),
        LocalizedText(),
        rooms=("hall",),
        interpreted=(),
    ),
    Talk(
        "scripts",
        SessionKind.LECTURE,
        _first(11, 20),
        _first(12, 20),
        # In the speaker's own words only, as she wants it announced.
        LocalizedText(ar="مدن صغيرة، شراكات كبيرة"),
        LocalizedText(
            en="“Small cities, large partnerships”: three cities that are on no tourist's map and what they share. In "
            "Arabic, interpreted into Japanese and English.",
            ja="「小さな都市、大きな連携」。観光地図に載らない三つの都市に共通するものとは。アラビア語による講演で、"
            "日本語と英語の通訳が付きます。",
            ar="ثلاث مدن لا تظهر على خرائط السياح، وما يجمع بينها.",
        ),
        track="partnership",
        spoken=("ar",),
        interpreted=BOTH,
        people=(("haddad", LECTURER, ON),),
    ),
    Talk(
        "workshop-story",
        SessionKind.WORKSHOP,
        _first(11, 20),
        _first(12, 20),
        LocalizedText(en="Workshop: your town in one sentence", ja="ワークショップ：まちを一文で伝える"),
        LocalizedText(
            en="Bring the sentence you use today; leave with one that a journalist abroad would read twice.",
            ja="いつもの紹介文をお持ちください。海外の記者が思わず読み返す一文に仕上げましょう。",
        ),
        rooms=("seminar",),
        track="promotion",
        spoken=("ja",),
        interpreted=(),
        capacity=40,
        people=(("segawa", MODERATOR, IN),),
    ),
    Talk(
        "lunch-1",
        SessionKind.MEAL,
        _first(12, 20),
        _first(13, 30),
        LocalizedText(en="Lunch", ja="昼食"),
        LocalizedText(),
        rooms=("hall",),
        interpreted=(),
    ),
    Talk(
        "sdgs-panel",
        SessionKind.PANEL,
        _first(13, 30),
        _first(15),
        LocalizedText(en="The SDGs on a Tuesday afternoon", ja="火曜の午後のSDGs"),
        LocalizedText(
            en="Three practitioners show one ordinary working day each, and where the goals appear in it.",
            ja="三人の実践者が、ごく普通の一日の仕事の中でSDGsがどこに顔を出すのかを紹介します。",
        ),
        track="sdgs",
        people=(
            ("takashiro", MODERATOR, IN),
            ("sultana", PANELLIST, IN),
            ("marte", PANELLIST, ON),
            ("segawa", PANELLIST, IN),
        ),
    ),
    Talk(
        "pears",
        SessionKind.LECTURE,
        _first(15, 20),
        _first(16, 10),
        LocalizedText(
            en="What a pear tree teaches about patience",
            ja="梨の木に学ぶ気の長い国際協力",
            es="Lo que un peral enseña sobre la paciencia",
        ),
        LocalizedText(
            en="A fruit that needs winter, mountains in the tropics, and growers on both sides who did not give up.",
            ja="冬を必要とする果物と、熱帯の高地と、あきらめなかった両国の生産者の話です。",
            es="Una fruta que necesita invierno, montañas tropicales y agricultores que no se rindieron.",
        ),
        track="sdgs",
        spoken=("es",),
        interpreted=BOTH,
        people=(("marte", LECTURER, ON),),
    ),
    Talk(
        "reception",
        SessionKind.RECEPTION,
        _first(17, 30),
        _first(19, 30),
        LocalizedText(en="Reception with the diplomatic corps", ja="駐日外交団との交流会"),
        LocalizedText(
            en="Short tables, many cards: cities present themselves to embassies.",
            ja="自治体と各国大使館が名刺を手に語り合う時間です。",
        ),
        rooms=("hall",),
        interpreted=(),
    ),
    Talk(
        "after-the-mayor",
        SessionKind.PANEL,
        _second(9, 30),
        _second(11),
        LocalizedText(en="After the mayor: partnerships that outlast their founders", ja="首長が替わっても続く交流"),
        LocalizedText(
            en="A former mayor, her partner abroad and a researcher on what keeps a friendship of cities alive when "
            "those "
            "who began it have left.",
            ja="元町長、海外の相手都市、研究者が、立ち上げた人が去ったあとも都市の友情を支えるものを語ります。",
        ),
        track="partnership",
        people=(("takashiro", CHAIR, IN), ("minamoto", PANELLIST, IN), ("lehtinen", PANELLIST, IN)),
    ),
    Talk(
        "lake",
        SessionKind.LECTURE,
        _second(11, 20),
        _second(12, 10),
        LocalizedText(en="Two lakes, one notebook", ja="二つの湖、一冊のノート", fi="Kaksi järveä, yksi vihko"),
        LocalizedText(
            en="How a Finnish city and a Japanese town write down what they promise each other, and read it again "
            "each year.",
            ja="フィンランドの都市と日本の町が、互いの約束を書き留め、毎年読み返している取組を紹介します。",
            fi="Miten suomalainen kaupunki ja japanilainen kunta kirjaavat lupauksensa ja palaavat niihin vuosittain.",
        ),
        track="partnership",
        spoken=("en",),
        interpreted=("ja",),
        people=(("lehtinen", LECTURER, IN),),
    ),
    Talk(
        "counting",
        SessionKind.WORKSHOP,
        _second(11, 20),
        _second(12, 10),
        LocalizedText(en="Workshop: how to count a forum", ja="ワークショップ：フォーラムをどう数えるか"),
        LocalizedText(
            en="Registered, confirmed, came: three numbers that must not be mixed, and the sentence they end up in.",
            ja="登録した人、確定した人、来場した人。混ぜてはいけない三つの数と、それが行き着く一文を考えます。",
        ),
        rooms=("seminar",),
        track="partnership",
        spoken=("ja",),
        interpreted=(),
        capacity=40,
        people=(("segawa", MODERATOR, IN),),
    ),
    Talk(
        "lunch-2",
        SessionKind.MEAL,
        _second(12, 10),
        _second(13, 20),
        LocalizedText(en="Lunch", ja="昼食"),
        LocalizedText(),
        rooms=("hall",),
        interpreted=(),
    ),
    Talk(
        "opinions",
        SessionKind.OPINION_EXCHANGE,
        _second(13, 20),
        _second(15),
        LocalizedText(en="Exchange of opinions", ja="意見交換"),
        LocalizedText(
            en="Questions from the hall and from online, in turn.", ja="会場とオンラインから交互に質問をお受けします。"
        ),
        people=(("takashiro", MODERATOR, IN), ("hoshino", SPEAKER, IN), ("sultana", SPEAKER, IN)),
    ),
    Talk(
        "closing",
        SessionKind.CEREMONY,
        _second(15),
        _second(15, 30),
        LocalizedText(en="Closing", ja="閉会"),
        LocalizedText(en="What we take home.", ja="2日間を振り返ります。"),
        people=(("hoshino", HOST, IN), ("haddad", SPEAKER, FILM)),
    ),
)
