"""Names of organizations, for suggestions while somebody types one into a form."""

from __future__ import annotations

from flask import Blueprint, Response, json, request
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, select

from eventapp.core import languages
from eventapp.core.limits import limit
from eventapp.core.pages import cached_page
from eventapp.core.parameters import parameters, text
from eventapp.core.revisions import Revision
from eventapp.core.statements import QuickRead
from eventapp.directory import queries
from eventapp.directory.models import SCOPE

views = Blueprint("directory", __name__)

# Somebody who types asks a few times per second.
PACE = "240/minute"
_revision = QuickRead(select(Revision.number, Revision.at).where(Revision.scope == bindparam("scope", SCOPE)))


@views.get("/organizations.json")
@parameters(q=text(60))
def organizations() -> ResponseReturnValue:
    """Name and kind of the organizations in the directory that match `q`; none for fewer than two characters."""
    limit(PACE, "organizations")
    seen = _revision.raw()

    def build() -> Response:
        found = queries.organizations_like(request.args.get("q", ""))
        rows = [{"name": languages.resolve(one.names).text, "kind": one.kind.value} for one in found]
        return Response(json.dumps({"organizations": rows}, ensure_ascii=False), content_type="application/json")

    return cached_page(f"organizations {seen}", build, is_fresh=_revision.freshness_check(seen), seconds=600)
