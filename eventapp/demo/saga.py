"""Story 4: Saga Prefecture and Finland, from a training camp to working together on policy."""

from __future__ import annotations

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.core.localized import LocalizedText
from eventapp.demo import keep, places
from eventapp.demo.keep import Picture, tokyo
from eventapp.directory.rules import OrganizationKind
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventKind, HostRole, Precision
from eventapp.programme.rules import SessionKind

SLUG = "finland-fair-2023"
ZONE = "Asia/Tokyo"
SOURCES = [
    places.NEWSLETTER,
    "https://www.mofa.go.jp/mofaj/gaiko/local/page22_004023.html (24 February 2023: logo presented in December 2022)",
    "https://www.mofa.go.jp/mofaj/gaiko/local/pagew_000001_01517.html (21 March 2025: logo presented in December 2021)",
    "https://portal.jamp.jiji.com/portal/news/detail/20230119930889J (19 January 2023: the fair has been held)",
]
UNDATED = LocalizedText(
    en="The newsletter gives the year in the fair's name only. A press report of 19 January 2023 says that this year's "
    "fair has been held, so January is inferred; day and hour are not known, and the first of the month stands in for "
    "them.",
    ja="ニュースレターには催しの名称に「2023」とあるのみです。2023年1月19日の報道で今年のフェアの開催が伝えられている"
    "ことから、1月と推定しました。日と時刻はわからないため、便宜上その月の1日としています。",
    fi="Päivä ei ole tiedossa; tammikuu 2023 on päätelty lehtiuutisesta.",
)


def load(owner: User) -> None:
    """The Finland Fair 2023 and the way that led to it."""
    if keep.there(SLUG):
        return
    prefecture = keep.organization(
        OrganizationKind.PREFECTURE_REGION,
        LocalizedText(en="Saga Prefecture", ja="佐賀県", fi="Sagan prefektuuri"),
        place=places.prefecture("saga-prefecture"),
        url="https://www.pref.saga.lg.jp/",
    )
    event = _event(owner)
    events.set_themes(
        event,
        [
            LocalizedText(
                en="From a training camp to policy",
                ja="事前キャンプから政策連携へ",
                fi="Harjoitusleiristä yhteistyöhön",
            ),
            LocalizedText(en="A walking lifestyle", ja="歩くライフスタイル", fi="Kävelevä elämäntapa"),
        ],
    )
    # The fair is the prefecture's. The other party of the story is no city and no prefecture, but a country.
    events.set_hosts(event, [(prefecture, HostRole.HOST)])
    keep.session(
        event,
        "opening",
        title=LocalizedText(
            en="Opening ceremony of the Finland Fair 2023",
            ja="フィンランドフェア2023 オープニングセレモニー",
            fi="Suomi-messujen 2023 avajaiset",
        ),
        abstract=UNDATED,
        kind=SessionKind.CEREMONY,
        starts=tokyo(2023, 1, 1, 10, 0),
        ends=tokyo(2023, 1, 1, 10, 30),
        spoken=["ja"],
    )
    keep.session(
        event,
        "fair",
        title=LocalizedText(en="Finland Fair", ja="フィンランドフェア", fi="Suomi-messut"),
        abstract=LocalizedText(
            en="Food, sauna and games along the walk from the station to the prefectural office.",
            ja="駅前から県庁前まで、歩きながら食やサウナ、遊びを楽しみました。",
            fi="Ruokaa, saunomista ja pelejä kävelyreitin varrella.",
        ),
        kind=SessionKind.FAIR,
        starts=tokyo(2023, 1, 1, 10, 30),
        ends=tokyo(2023, 1, 1, 17, 0),
        spoken=["ja"],
    )
    keep.pictures(event, _PICTURES)
    lifecycle.publish_event(event)


def _event(owner: User) -> Event:
    return lifecycle.create_event(
        owner=owner,
        slug=SLUG,
        uid=keep.uid(SLUG),
        title=LocalizedText(
            en="Saga – Finland: the Finland Fair 2023",
            ja="佐賀県・フィンランド　フィンランドフェア2023",
            fi="Suomi-messut 2023 Sagassa",
        ),
        subtitle=LocalizedText(
            en="FIN-SAGA: from exchange to working together",
            ja="FIN-SAGA　交流から連携へ",
            fi="FIN-SAGA: vaihdosta yhteistyöhön",
        ),
        kind=EventKind.FAIR,
        purpose=LocalizedText(
            en="To let people in Saga meet Finland, and to carry on what began with a training camp before the "
            "Olympics.",
            ja="佐賀の人々がフィンランドに親しむとともに、五輪の事前キャンプから始まったつながりを次へ進めます。",
            fi="Tutustuttaa Sagan asukkaat Suomeen ja jatkaa olympialaisia edeltäneestä harjoitusleiristä alkanutta "
            "yhteistyötä.",
        ),
        description=LocalizedText(
            en="Athletes from Finland trained in Saga before the Tokyo Games. The prefecture turned the "
            "acquaintance into "
            "a partnership on policy.\n\n"
            "### Steps\n\n"
            "- **Training camp** of the Finnish team before the Olympic and Paralympic Games\n"
            "- **Logo FIN-SAGA** unveiled (the date is disputed, see below)\n"
            "- **Delegation** from Saga to Finland\n"
            "- **Finland Fair 2023** opened; further activities announced\n\n"
            "### Two sources, two dates\n\n"
            "| Source | The logo was unveiled in |\n|---|---|\n"
            "| Foreign ministry's page, article by Saga Prefecture, 24 February 2023 | December **2022** |\n"
            "| Foreign ministry's page, article by Saga Prefecture, 21 March 2025 | December **2021** |\n\n"
            "Both are official. This page does not choose between them.",
            ja="東京大会を前に、フィンランドの選手たちは佐賀で事前キャンプを行いました。県はこの出会いを、政策をともに"
            "考える連携へと育ててきました。\n\n"
            "### 歩み\n\n"
            "- オリンピック・パラリンピック前の**事前キャンプ**\n"
            "- **「FIN-SAGA」ロゴ**の発表（時期は下記のとおり出典により異なります）\n"
            "- 佐賀県からフィンランドへの**使節団**\n"
            "- **フィンランドフェア2023**の開幕。今後の取組も予定されています\n\n"
            "### 出典により異なる日付\n\n"
            "| 出典 | ロゴの発表 |\n|---|---|\n"
            "| 外務省ウェブサイト（佐賀県寄稿、2023年2月24日） | **2022年**12月 |\n"
            "| 外務省ウェブサイト（佐賀県寄稿、2025年3月21日） | **2021年**12月 |\n\n"
            "いずれも公的な資料であるため、両方を示しています。",
            fi="Suomalaisurheilijoiden harjoitusleiristä Sagassa kasvoi kumppanuus. FIN-SAGA-tunnuksen "
            "julkistamisesta lähteet antavat kaksi eri ajankohtaa: joulukuu 2021 ja joulukuu 2022.",
        ),
        starts_at=tokyo(2023, 1, 1, 0, 0),
        ends_at=tokyo(2023, 1, 31, 23, 59),
        zone=ZONE,
        precision=Precision.MONTH,
        date_note=UNDATED,
        format=EventFormat.IN_PERSON,
        country_code="JP",
        place=LocalizedText(en="Saga City, Saga", ja="佐賀県佐賀市", fi="Saga, Japani"),
        working_languages=["ja", "fi"],
        sources=SOURCES,
    )


_PICTURES = [
    Picture(
        "delegation",
        LocalizedText(
            en="The delegation from Saga in Finland",
            ja="フィンランドを訪れた佐賀県の使節団",
            fi="Sagan valtuuskunta Suomessa",
        ),
        LocalizedText(
            en="Drawing: a group of people before a lake with birches and a red wooden house.",
            ja="イラスト：白樺と赤い木の家がある湖畔に立つ人々。",
        ),
    ),
    Picture(
        "logo-unveiling",
        LocalizedText(en="Unveiling of the FIN-SAGA logo", ja="FIN-SAGAロゴの除幕", fi="FIN-SAGA-tunnuksen julkistus"),
        LocalizedText(
            en="Drawing: two people draw a cloth from a round wooden board.",
            ja="イラスト：丸い木の板から布を引く二人。",
        ),
    ),
    Picture(
        "fair-opening",
        LocalizedText(
            en="Opening of the Finland Fair 2023", ja="フィンランドフェア2023の開幕", fi="Suomi-messujen avajaiset"
        ),
        LocalizedText(
            en="Drawing: a ribbon across a street of market tents with bunting.",
            ja="イラスト：旗飾りの下にテントが並ぶ通りと、張られたリボン。",
        ),
    ),
]
