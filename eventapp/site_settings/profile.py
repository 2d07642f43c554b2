"""The settings of the site, kept in memory until they change."""

from __future__ import annotations

from dataclasses import dataclass, field

from eventapp.core import errors
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import known
from eventapp.core.running import extension, once, settings
from eventapp.site_settings.models import SiteSettings
from eventapp.site_settings.queries import row as stored
from eventapp.site_settings.rules import LegalPage, SiteColour

NEVER = "None"  # the version of a scope that was never raised
# What new events begin with where nothing is set.
ZONE, COUNTRY, LANGUAGES = "Asia/Tokyo", "JP", ("en", "ja")


@dataclass(frozen=True)
class SiteProfile:
    """The settings as plain values. `logo`: address of the picture (empty without one), and its size in pixels."""

    name: LocalizedText
    colour: SiteColour = SiteColour.VERMILION
    pages: dict[LegalPage, LocalizedText] = field(default_factory=dict)
    contact_email: str = ""
    links: tuple[tuple[str, str], ...] = ()
    zone: str = ZONE
    country_code: str = COUNTRY
    languages: tuple[str, ...] = LANGUAGES
    logo: tuple[str, int, int] = ("", 0, 0)

    def said_name(self, language: str) -> str:
        """The name in a language."""
        return self.name.resolve(language).text


def profile() -> SiteProfile:
    """The settings of the site. One quick read per request."""
    return once("site_profile", _present)


def _present() -> SiteProfile:
    kept: dict[str, SiteProfile] = extension("site profile")
    if errors.answers_one():
        # The database may be what has failed: the page must not wait for it.
        return next(iter(kept.values()), None) or _profile(None)
    version, _is_fresh = known("site")
    key = f"{version} {settings().site_name}"
    made = kept.get(key)
    if made is None:
        # Each change raises the revision: without one, nothing was ever saved.
        made = _profile(stored() if version != NEVER else None)
        kept.clear()
        kept[key] = made
    return made


def _profile(row: SiteSettings | None) -> SiteProfile:
    usual = LocalizedText(en=settings().site_name)
    if row is None:
        return SiteProfile(usual)
    address = f"/pictures/{row.logo_digest}-{row.logo_width}.png" if row.logo_digest else ""
    return SiteProfile(
        name=row.name or usual,
        colour=row.colour,
        pages={page: getattr(row, page.value) for page in LegalPage if getattr(row, page.value)},
        contact_email=row.contact_email,
        links=tuple((one["text"], one["address"]) for one in row.links),
        zone=row.zone or ZONE,
        country_code=row.country_code or COUNTRY,
        languages=tuple(row.languages) or LANGUAGES,
        logo=(address, row.logo_width, row.logo_height),
    )
