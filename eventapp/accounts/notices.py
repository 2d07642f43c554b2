"""E-mails about logins. They are rendered before anything is written, and then put into the outbox.

Links to choose a password work for a day, the first one for 14.
"""

from __future__ import annotations

from flask_security.recoverable import generate_reset_password_token

from eventapp.accounts.models import User
from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.core.running import rendered
from eventapp.mail import content
from eventapp.mail.content import RenderedEmail


def forgotten_password(user: User, *, language: str) -> RenderedEmail:
    """The link that somebody has asked for who has forgotten their password."""
    token = generate_reset_password_token(user)  # type: ignore[no-untyped-call]
    with force_locale(language):
        return RenderedEmail(
            to=user.email,
            subject=_("Choose a new password"),
            text=rendered("security/email/reset_instructions.txt", reset_token=token),
            html=rendered("security/email/reset_instructions.html", reset_token=token),
            kind="login.reset_instructions",
            topic="",
            language=language,
        )


def password_link(user: User, *, by: User, language: str, new: bool = False) -> RenderedEmail:
    """The link that an administrator sends: to a `new` user, or to one whose password is to be replaced."""
    token = generate_reset_password_token(user)  # type: ignore[no-untyped-call]
    name = "new_account" if new else "new_password"
    site = content.sender()[1]
    texts = content.draft(
        f"accounts/emails/{name}.txt",
        language=language,
        by=by.name or by.email,
        site=site,
        login=absolute("security.login", lang=language),
    )
    with force_locale(language):
        email = content.EmailContent(
            subject=texts.subject,
            greeting=content.greeting(user.name),
            paragraphs=texts.paragraphs,
            action=(_("Choose a password"), absolute("security.reset_password", token=token, lang=language)),
            after=content.paragraphs_of(texts.after),
            signature=site,
        )
    return content.render(email, to=user.email, language=language, kind=f"login.{name}", topic="")
