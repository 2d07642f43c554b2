"""Where pictures are stored: a folder, or a bucket over HTTP. Both do the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventapp.config import BadSetting, Bucket, Settings
from eventapp.core.refusals import Refused
from eventapp.media import storage
from eventapp.media.rules import PictureUse
from eventapp.media.storage import store_at
from tests.support.bucket import NAME, SECRET, bucket


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path):
    if request.param == "folder":
        yield store_at(tmp_path / "pictures", None)
    else:
        with bucket() as server:
            yield store_at(tmp_path, server.url())


def test_a_file_is_put_found_listed_and_deleted(store):
    assert store.get("a-640.jpg") is None
    store.put("a-640.jpg", b"one")
    store.put("cards/b.jpg", b"two" * 100_000)
    assert (store.get("a-640.jpg"), store.get("cards/b.jpg")) == (b"one", b"two" * 100_000)
    assert sorted(file.name for file in store.files()) == ["a-640.jpg", "cards/b.jpg"]
    assert all(file.written_at.tzinfo is not None for file in store.files())
    store.delete("a-640.jpg")
    store.delete("a-640.jpg")
    assert [file.name for file in store.files()] == ["cards/b.jpg"]


def test_a_name_can_not_lead_out_of_the_folder(tmp_path):
    (tmp_path / "secret_key").write_text("secret")
    for name in ("../secret_key", "/../secret_key", "..\\secret_key"):
        with pytest.raises((ValueError, OSError)):
            store_at(tmp_path / "pictures", None).get(name) or (_ for _ in ()).throw(OSError)


@pytest.mark.slow
def test_a_wrong_secret_and_a_broken_bucket_are_told_in_words(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(storage, "PATIENCE", timedelta(seconds=1))
    with bucket() as server:
        with pytest.raises(Refused):
            store_at(tmp_path, server.url("another")).put("a.jpg", b"")
        server.broken = True
        with pytest.raises(Refused, match="Try again"):
            store_at(tmp_path, server.url()).put("a.jpg", b"")
    assert SECRET not in caplog.text and "another" not in caplog.text


def test_the_setting_is_read_whole():
    found = Bucket.from_url("s3://K:a%2Fb%20c@s3.example.org:9000/pictures?region=eu-1")
    assert (found.endpoint, found.name, found.key, found.secret, found.region) == (
        "https://s3.example.org:9000",
        "pictures",
        "K",
        "a/b c",
        "eu-1",
    )
    assert "a/b c" not in repr(found)


@pytest.mark.parametrize(
    "url", ["https://K:S@host/b", "s3://host/b", "s3://K:S@host", "s3://K:S@host/b/c", "s3://K:S@host/b?acl=public"]
)
def test_another_setting_is_refused_without_its_secret(url, tmp_path):
    with pytest.raises(BadSetting, match="EVENTAPP_PICTURES_URL") as caught:
        Settings.from_environment({"EVENTAPP_INSTANCE": str(tmp_path), "EVENTAPP_PICTURES_URL": url})
    assert "K:S" not in str(caught.value).replace("KEY:SECRET", "")


def test_pictures_are_shown_from_the_bucket(app, organizer, client, make, monkeypatch):
    with bucket() as server:
        monkeypatch.setitem(app.extensions, "pictures", store_at(app.config["SETTINGS"].instance, server.url()))
        photo = make.photo(make.event("forum"), PictureUse.COVER)
        assert len(server.files) == 2 and NAME
        answer = client.get(photo.address(640))
        assert (answer.status_code, answer.data[:2]) == (200, b"\xff\xd8")
