"""Programmes in the formats of other systems, invented from what is publicly known of them."""

from __future__ import annotations

from html import escape
from uuid import NAMESPACE_URL, uuid5

# As frab writes a congress: guids that are not UUIDs, days that begin late in the morning, talks past midnight.
CONGRESS = """<?xml version='1.0' encoding='utf-8' ?>
<schedule>
<version>1.3</version>
<conference><acronym>congress</acronym><title>A congress</title><start>2031-03-18</start><days>2</days>
<timeslot_duration>00:05</timeslot_duration></conference>
<day date='2031-03-18' end='2031-03-19T04:00:00+01:00' index='1' start='2031-03-18T11:00:00+01:00'>
<room name='Saal 1'>
<event guid='HOqeNIb6G7M4hYFKFRkCmQ' id='6264'>
<date>2031-03-18T23:00:00+01:00</date><start>23:00</start><duration>02:00</duration><room>Saal 1</room>
<slug>a</slug><recording><license>cc-by</license><optout>true</optout></recording>
<title>Wir beteiligen uns &amp; fragen</title><subtitle>Die Agenda</subtitle><track>Ethics</track><type>lecture</type>
<language>DE</language><abstract>Kurz.</abstract><description>&lt;p&gt;Viel &lt;strong&gt;länger&lt;/strong&gt;.&lt;/p&gt;</description>
<persons><person id='4085'>Martin H./maha</person><person id='7'>erdgeist</person></persons>
<links><link href='https://example.org/x'>Mehr</link><link href='javascript:alert(1)'>nein</link></links>
</event>
<event id='6265'><start>00:30</start><duration>0:45</duration><title>Nachts</title><type>Assembly</type><language>xx-klingon</language></event>
</room>
<room name='Saal 2'>
<event guid='HOqeNIb6G7M4hYFKFRkCmQ' id='6264'>
<date>2031-03-18T22:00:00Z</date><start>23:00</start><duration>02:00</duration><title>Wir beteiligen uns &amp; fragen</title>
</event>
</room>
</day>
</schedule>
"""

# As EuroPython wrote it: entries instead of rooms, 0930, lengths in minutes, several rooms in one element, no offset.
ENTRIES = """<schedule created="2031-03-01T11:40:02"><day date="2031-03-18">
<entry id="1"><category></category><start>0930</start><duration>30</duration><room>C01, B05/B06</room><title>Breakfast</title><speakers></speakers></entry>
<entry id="37"><category>Keynote</category><start>1030</start><duration>45</duration><room id="1">C01</room><title>One year</title>
<abstract>Since June</abstract><description>Since June</description>
<speakers><speaker id="1332"><name>Constanze K.</name><profile>https://example.org/1332</profile></speaker></speakers></entry>
<entry id="93"><category>Training</category><start>1400</start><duration>180</duration><room id="7">B05/B06</room><title>Jails</title></entry>
<entry id="64"><start>1900</start><duration>180</duration><room>ALL</room><title>Party</title></entry>
</day></schedule>"""

PRETALX = """{"count": 5, "next": null, "results": [
 {"code": "ABCDEF", "title": {"en": "Rivers", "ja-jp": "川"}, "submission_type": {"en": "Talk"}, "track": {"en": "Water"},
  "state": "confirmed", "abstract": "About rivers", "description": null, "duration": 45, "content_locale": "en",
  "do_not_record": true, "speakers": [{"code": "SPKONE", "name": "Ada Lovelace", "biography": null, "email": "ada@example.org"}],
  "slot": {"room": {"en": "Main hall"}, "start": "2031-03-18T10:00:00+09:00", "end": "2031-03-18T10:45:00+09:00"}},
 {"code": "GHJKLM", "title": "Later", "state": "accepted", "duration": 30, "speakers": [], "slot": null},
 {"code": "NOPQRS", "title": "Not taken", "state": "rejected", "duration": 30, "speakers": [], "slot": null},
 {"code": "TUVWXY", "title": "Called off", "state": "canceled", "duration": 30, "speakers": [], "slot": null},
 {"code": "ZZZZZZ", "title": "Twice", "state": "confirmed", "submission_type": 3, "duration": 30, "speakers": ["SPKTWO"], "slots": [
   {"id": 1, "room": 12, "start": "2031-03-18T02:00:00Z", "end": "2031-03-18T02:30:00Z"},
   {"id": 2, "room": {"name": {"en": "Annex"}}, "start": "2031-03-18T12:00:00+09:00", "end": "2031-03-18T12:30:00+09:00"}]}
]}"""

CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//ExportPerson//PyCon//EN\r
BEGIN:VTIMEZONE\r
TZID:Custom East\r
BEGIN:STANDARD\r
DTSTART:19700101T000000\r
TZOFFSETTO:+0900\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:one@example.org\r
SUMMARY:A talk\\, in two\\nlines and a lo\r
 ng title\r
DTSTART;TZID=Tokyo Standard Time:20310318T100000\r
DTEND;TZID=Asia/Tokyo:20310318T110000\r
LOCATION:Main hall\r
DESCRIPTION:First\\nsecond\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:two@example.org\r
SUMMARY:Custom\r
DTSTART;TZID="Custom East":20310318T110000\r
DURATION:PT45M\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:three@example.org\r
SUMMARY:Every week\r
DTSTART:20310318T030000Z\r
DURATION:PT45M\r
RRULE:FREQ=WEEKLY\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:All day\r
DTSTART;VALUE=DATE:20310318\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:No UID\r
DTSTART:20310318T040000Z\r
DTEND:20310318T050000Z\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:two@example.org\r
SEQUENCE:2\r
SUMMARY:Custom, moved\r
DTSTART;TZID=/example.org/Asia/Tokyo:20310318T120000\r
DTEND:20310318T040000Z\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:nowhere@example.org\r
SUMMARY:Nowhere\r
DTSTART;TZID=Moon/Base:20310318T120000\r
DTEND;TZID=Moon/Base:20310318T130000\r
END:VEVENT\r
END:VCALENDAR\r
"""

SPREADSHEET = (
    "\ufeffTitel;Datum;Beginn;Ende;Raum;Referenten;Art;Sprache;Beschreibung\r\n"
    'Eröffnung;18.03.2031;10:00;10:30;Großer Saal;;Eröffnung;Deutsch;"Mit ""Musik""\r\nund Tanz"\r\n'
    "Vortrag;18.03.2031;1030;11:15;Großer Saal;Ada Lovelace, Bo Ek;Vortrag;en;\r\n"
    "Unklar;3/4/2031;10:00;11:00;;;;;\r\n"
    "Nachts;18.03.2031;23:30;0:30;;Lovelace, Ada;;;\r\n"
)


def fair(number: int, *, words: int = 60) -> bytes:
    """A large weekend like FOSDEM: many rooms, a track for each, HTML in the texts."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?><schedule><conference><acronym>fair</acronym><title>Fair</title>'
        "<time_zone_name>Asia/Tokyo</time_zone_name></conference>"
    ]
    per_room = 25
    for room in range(-(-number // per_room)):
        parts.append(f'<day date="2031-03-18"><room name="Room {room}">')
        for slot in range(min(per_room, number - room * per_room)):
            one = room * per_room + slot
            at = f"{9 + slot * 25 // 60:02d}:{slot * 25 % 60:02d}"
            text = escape(f"<p>{'word ' * words}{one}</p>")
            parts.append(
                f'<event guid="{uuid5(NAMESPACE_URL, str(one))}" id="{one + 1}"><start>{at}</start><duration>00:25</duration>'
                f"<title>Talk {one}</title><track>Track {room}</track><type>devroom</type><language>en</language>"
                f'<abstract>{text}</abstract><persons><person id="{one}">Person {one % 400}</person></persons></event>'
            )
        parts.append("</room></day>")
    return ("".join(parts) + "</schedule>").encode()
