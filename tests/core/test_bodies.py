"""Request bodies must be small, except where files are uploaded."""

from __future__ import annotations

from werkzeug.test import EnvironBuilder

from eventapp.core.bodies import SMALL, UPLOAD, limit_of
from eventapp.core.gateway import REFUSED


def limit(app, path: str) -> int:
    environ = EnvironBuilder(path, method="POST").get_environ()
    return limit_of(app)(environ)


def test_only_an_upload_may_be_large(app):
    assert limit(app, "/manage/events/forum/programme/import") == UPLOAD
    for path in ("/login", "/events/forum/register/link", "/nowhere", "/manage/events/forum/edit", "/%00"):
        assert limit(app, path) == SMALL


def test_every_view_with_a_file_field_takes_uploads_and_no_other(app):
    uploads = {endpoint for endpoint, view in app.view_functions.items() if hasattr(view, "max_body")}
    assert uploads == {
        "attendance_reports.upload",
        "email_settings.logo",
        "exchange_manage.upload",
        "registration.send_registration",
        "registration.change",
        "invitations.accept",
        "people_import.upload",
        "person.add",
        "person.registration",
        "pictures.edit",
        "pictures.upload",
        "site_settings.logo",
    }


def test_a_file_may_be_as_large_as_the_view_takes_it(client, make):
    make.option(make.event("forum"))
    head = b'--b\r\nContent-Disposition: form-data; name="q"; filename="q.pdf"\r\n\r\n'
    for size, status in ((SMALL + 1, 422), (UPLOAD, 413)):
        response = client.post(
            "/events/forum/register",
            data=head + b"x" * size + b"\r\n--b--\r\n",
            content_type="multipart/form-data; boundary=b",
        )
        assert response.status_code == status


def test_a_large_form_is_refused_in_words(client, make):
    make.option(make.event("forum"))
    response = client.post("/events/forum/register", data={"given_name": "x" * (SMALL + 1)})
    assert response.status_code == 413
    assert client.page.text(client.page.one("h1")) == "The file is too large"


def test_what_the_gateway_refused_has_our_page(client):
    for status, heading in ((408, "That took too long"), (413, "The file is too large"), (503, "not available")):
        response = client.post("/login", environ_overrides={REFUSED: status})
        assert response.status_code == status
        assert heading in client.page.text(client.page.one("h1"))
        assert ("Retry-After" in response.headers) is (status != 413)
