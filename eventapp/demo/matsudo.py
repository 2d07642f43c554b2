"""Story 3: Matsudo (Chiba) and Constanza (Dominican Republic), a partnership of two cities signed across an ocean."""

from __future__ import annotations

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.core.localized import LocalizedText
from eventapp.demo import keep, places
from eventapp.demo.keep import Office, Picture, tokyo
from eventapp.directory.models import Organization, Person
from eventapp.directory.rules import NameOrder, OrganizationKind
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventKind, HostRole
from eventapp.programme import operations as programme
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind

SLUG = "matsudo-constanza-2022"
ZONE = "Asia/Tokyo"
SOURCES = [
    places.NEWSLETTER,
    "https://www.mofa.go.jp/mofaj/gaiko/local/page23_004184.html",
    "https://www.city.matsudo.chiba.jp/InternationalPortal/en/DomRep/Timeline/index.html",
    "Matsudo City, report on the agreement, 4 January 2023",
]
AREAS = (
    LocalizedText(en="Agriculture", ja="農業", es="Agricultura"),
    LocalizedText(en="Sports", ja="スポーツ", es="Deporte"),
    LocalizedText(en="Education", ja="教育", es="Educación"),
    LocalizedText(en="Culture", ja="文化", es="Cultura"),
    LocalizedText(en="Environment", ja="環境", es="Medio ambiente"),
)


def load(owner: User) -> None:
    """The ceremony of 30 November 2022."""
    if keep.there(SLUG):
        return
    matsudo = places.japanese_city("matsudo", "Matsudo", "松戸", parent=places.prefecture("chiba-prefecture"))
    constanza = places.city(
        "constanza",
        LocalizedText(en="Constanza", ja="コンスタンサ", es="Constanza"),
        code="DO",
        zone="America/Santo_Domingo",
    )
    hall = places.city_hall(
        matsudo, LocalizedText(en="Matsudo City", ja="松戸市", es="Ciudad de Matsudo"), aliases=("Matsudo",)
    )
    partner = places.city_hall(
        constanza,
        LocalizedText(en="Constanza City", ja="コンスタンサ市", es="Ayuntamiento de Constanza"),
        aliases=("Constanza",),
    )
    embassy = places.embassy(
        "DO",
        LocalizedText(
            en="Embassy of the Dominican Republic in Japan",
            ja="駐日ドミニカ共和国大使館",
            es="Embajada de la República Dominicana en Japón",
        ),
    )
    event = _event(owner)
    events.set_themes(event, AREAS)
    events.set_hosts(event, [(hall, HostRole.HOST), (partner, HostRole.CO_HOST)])
    _ceremony(event, hall, partner, embassy)
    _grower()
    keep.pictures(event, _PICTURES)
    lifecycle.publish_event(event)


def _event(owner: User) -> Event:
    return lifecycle.create_event(
        owner=owner,
        slug=SLUG,
        uid=keep.uid(SLUG),
        title=LocalizedText(
            en="Matsudo – Constanza: partnership agreement",
            ja="松戸市・コンスタンサ市　パートナーシップ協定調印式",
            es="Matsudo – Constanza: acuerdo de colaboración",
        ),
        subtitle=LocalizedText(
            en="The first agreement between cities of Japan and the Dominican Republic",
            ja="日本とドミニカ共和国の都市が結ぶ初めての協定",
            es="El primer acuerdo entre ciudades de Japón y la República Dominicana",
        ),
        kind=EventKind.SIGNING_CEREMONY,
        purpose=LocalizedText(
            en="To work together in agriculture, sports, education, culture and the environment.",
            ja="農業、スポーツ、教育、文化、環境の5分野で連携を深めます。",
            es="Colaborar en agricultura, deporte, educación, cultura y medio ambiente.",
        ),
        description=LocalizedText(
            en="It began with a pear: guests of a study tour liked the fruit of Matsudo so much that growing it in the "
            "mountains of Constanza became a joint project. The agreement widens this to five areas.\n\n"
            "### Two ways to tell it\n\n"
            "The newsletter speaks of a ceremony held *online*. The city's own report is more exact, and this page "
            "follows it: Constanza's mayor signed **online**, a vice-minister who had travelled to Japan witnessed "
            "**in the room**, and so did one ambassador, while another took part **online**.\n\n"
            "### Earlier steps\n\n"
            "- **2015** – study tour of the diplomatic corps to Matsudo\n"
            "- **2016** – visit\n"
            "- **2018** and **2019** – memoranda of understanding\n"
            "- **Early 2020** – delegation from Matsudo to the Dominican Republic\n"
            "- **2021** – courtesy visits; the ambassador sees the pear orchards\n\n"
            "### Pears\n\n"
            "Mr. TANAKA, a researcher of pears, and Dominican officials planted pear trees together.",
            ja="始まりは梨でした。視察ツアーで松戸の梨を味わった外交官がその味に感動し、コンスタンサの高地で梨を育てる"
            "共同プロジェクトが生まれました。今回の協定で、連携は5分野に広がります。\n\n"
            "### 出典による違い\n\n"
            "ニュースレターでは「オンライン開催」とされています。市の報告はより詳しく、このページはそれに従っています。"
            "コンスタンサ市長は**オンライン**で署名し、来日した外務副大臣と大使一名が**会場**で、もう一名の大使が"
            "**オンライン**で立ち会いました。\n\n"
            "### これまでの歩み\n\n"
            "- **2015年** 駐日外交団の視察ツアー\n"
            "- **2016年** 訪問\n"
            "- **2018年・2019年** 覚書\n"
            "- **2020年はじめ** 松戸市訪問団がドミニカ共和国へ\n"
            "- **2021年** 大使の表敬訪問と梨園の視察\n\n"
            "### 梨\n\n"
            "梨の研究者である田中氏とドミニカ共和国の関係者が、ともに梨の苗木を植えました。",
            es="Todo empezó con una pera. El acuerdo amplía la colaboración a cinco ámbitos: agricultura, deporte, "
            "educación, cultura y medio ambiente.",
        ),
        starts_at=tokyo(2022, 11, 30, 9, 0),
        ends_at=tokyo(2022, 11, 30, 10, 30),
        zone=ZONE,
        date_note=LocalizedText(
            en="The day is documented. The hour is not: those shown here are examples, chosen so that it was the "
            "evening before in Constanza.",
            ja="日付は記録に残っていますが、時刻はわかりません。ここに示す時刻は例で、"
            "コンスタンサでは前日の夜に当たります。",
            es="El día está documentado; la hora no, y la que se muestra es un ejemplo.",
        ),
        format=EventFormat.HYBRID,
        country_code="JP",
        place=LocalizedText(
            en="Matsudo City, Chiba, and online", ja="千葉県松戸市・オンライン", es="Matsudo, Chiba, y en línea"
        ),
        working_languages=["ja", "es"],
        interpretation=LocalizedText(en="Japanese and Spanish", ja="日本語・スペイン語", es="Japonés y español"),
        sources=SOURCES,
    )


def _ceremony(event: Event, hall: Organization, partner: Organization, embassy: Organization) -> None:
    site = events.save_site(
        event,
        None,
        name=LocalizedText(en="Matsudo City Hall", ja="松戸市役所"),
        slug="city-hall",
        address=LocalizedText(en="Matsudo, Chiba", ja="千葉県松戸市"),
    )
    room = programme.save_room(
        event, None, name=LocalizedText(en="City hall", ja="市役所", es="Ayuntamiento"), site=site
    )
    online = programme.save_room(
        event, None, name=LocalizedText(en="Online", ja="オンライン", es="En línea"), online=True
    )
    foreign_ministry = keep.organization(
        OrganizationKind.NATIONAL_GOVERNMENT,
        LocalizedText(
            en="Ministry of Foreign Affairs of the Dominican Republic",
            ja="ドミニカ共和国外務省",
            es="Ministerio de Relaciones Exteriores de la República Dominicana",
        ),
        place=places.country("DO"),
    )
    japanese_embassy = places.embassy(
        "JP", LocalizedText(en="Embassy of Japan in the Dominican Republic", ja="在ドミニカ共和国日本国大使館")
    )
    # Full names as the city and the foreign ministry published them; no date of an office is in the sources.
    mayor = LocalizedText(en="Mayor", ja="市長", es="Alcalde")
    ambassador = LocalizedText(en="Ambassador", ja="大使", es="Embajador")
    hongoya = _official(
        "hongoya", ("HONGOYA", "本郷谷"), ("Kenji", "健次"), mayor, Office(mayor, hall), "ほんごうや けんじ"
    )
    takagi = _official(
        "takagi",
        ("TAKAGI", "高木"),
        ("Masahiro", "昌弘"),
        ambassador,
        Office(
            LocalizedText(en="Ambassador of Japan to the Dominican Republic", ja="駐ドミニカ共和国日本国特命全権大使"),
            japanese_embassy,
        ),
        "たかぎ まさひろ",
    )
    # In Japanese a foreign name keeps its own order, so the whole of it stands where the family name goes.
    luna = keep.person(
        "person/luna-lora",
        family=LocalizedText(en="Luna Lora", ja="フアン・アグスティン・ルナ・ロラ", es="Luna Lora"),
        given=LocalizedText(en="Juan Agustín", es="Juan Agustín"),
        honorific=mayor,
        offices=[Office(mayor, partner)],
    )
    gomez = keep.person(
        "person/gomez",
        family=LocalizedText(en="Gómez", ja="ホセ・フリオ・ゴメス", es="Gómez"),
        given=LocalizedText(en="José Julio", es="José Julio"),
        honorific=LocalizedText(en="Vice-Minister", ja="外務副大臣", es="Viceministro"),
        offices=[
            Office(
                LocalizedText(
                    en="Vice-Minister of Foreign Affairs", ja="外務副大臣", es="Viceministro de Relaciones Exteriores"
                ),
                foreign_ministry,
            )
        ],
    )
    takata = keep.person(
        "person/takata",
        family=LocalizedText(en="Takata", ja="ロバート・タカタ", es="Takata"),
        given=LocalizedText(en="Robert", es="Robert"),
        honorific=ambassador,
        offices=[
            Office(
                LocalizedText(
                    en="Ambassador of the Dominican Republic to Japan",
                    ja="駐日ドミニカ共和国特命全権大使",
                    es="Embajador de la República Dominicana en Japón",
                ),
                embassy,
            )
        ],
    )
    keep.session(
        event,
        "signing",
        title=LocalizedText(en="Signing of the agreement", ja="協定書への署名", es="Firma del acuerdo"),
        abstract=LocalizedText(
            en="Students of Matsudo Municipal High School take part in the ceremony.",
            ja="松戸市立松戸高等学校の生徒も式典に参加しました。",
            es="Participan alumnos del instituto municipal de Matsudo.",
        ),
        kind=SessionKind.CEREMONY,
        starts=tokyo(2022, 11, 30, 9, 0),
        ends=tokyo(2022, 11, 30, 10, 0),
        rooms=[room, online],
        spoken=["ja", "es"],
        interpreted=["ja", "es"],
        parts=[
            ParticipationInput(hongoya, ParticipationRole.SIGNATORY),
            ParticipationInput(luna, ParticipationRole.SIGNATORY, Mode.ONLINE),
            ParticipationInput(gomez, ParticipationRole.WITNESS),
            ParticipationInput(takata, ParticipationRole.WITNESS),
            ParticipationInput(takagi, ParticipationRole.WITNESS, Mode.ONLINE),
        ],
    )


def _official(
    key: str, family: tuple[str, str], given: tuple[str, str], honorific: LocalizedText, office: Office, reading: str
) -> Person:
    return keep.person(
        f"person/{key}",
        family=LocalizedText(en=family[0], ja=family[1]),
        given=LocalizedText(en=given[0], ja=given[1]),
        honorific=honorific,
        order=NameOrder.FAMILY_FIRST,
        reading=reading,
        offices=[office],
    )


def _grower() -> Person:
    """The researcher of the planting. Its day is in no source, so there is no session for it."""
    return keep.person(
        "person/tanaka",
        family=LocalizedText(en="TANAKA", ja="田中"),
        honorific=LocalizedText(en="Mr.", ja="氏"),
        order=NameOrder.FAMILY_FIRST,
        reading="たなか",
        offices=[Office(LocalizedText(en="Pear researcher", ja="梨研究者", es="Investigador de peras"))],
    )


_PICTURES = [
    Picture(
        "online-ceremony",
        LocalizedText(
            en="Students of Matsudo Municipal High School during the online ceremony",
            ja="オンライン調印式に参加した松戸市立松戸高等学校の生徒",
            es="Alumnos del instituto municipal de Matsudo durante la ceremonia",
        ),
        LocalizedText(
            en="Drawing: a table with a document and two pens, behind it a wide screen with people on it.",
            ja="イラスト：協定書と二本のペンが置かれた机と、その奥の大きな画面に映る人々。",
        ),
    ),
    Picture(
        "pear-orchard",
        LocalizedText(
            en="The Dominican ambassador visits pear orchards",
            ja="梨園を視察するドミニカ共和国大使",
            es="El embajador dominicano visita los huertos de perales",
        ),
        LocalizedText(
            en="Drawing: rows of low pear trees with fruit under a net.", ja="イラスト：棚の下に実る梨の木の列。"
        ),
    ),
    Picture(
        "tree-planting",
        LocalizedText(
            en="Planting pear trees: Mr. TANAKA, pear researcher, and Dominican officials",
            ja="梨の苗木を植える梨研究者の田中氏とドミニカ共和国の関係者",
            es="Plantación de perales: el Sr. TANAKA, investigador, y funcionarios dominicanos",
        ),
        LocalizedText(en="Drawing: two people with spades at a young tree.", ja="イラスト：若木とスコップを持つ二人。"),
    ),
]
