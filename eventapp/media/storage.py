"""Where the files of pictures are: a folder of the instance, or a bucket that speaks Amazon's S3 protocol.

A name says what is in the file and never gets another content, so files are only added and deleted. Nothing here may
run inside a transaction that writes: a bucket is on the network.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from eventapp.config import Bucket
from eventapp.core.languages import gettext as _
from eventapp.core.outages import Unavailable
from eventapp.core.refusals import Refused
from eventapp.core.running import extension

# Seconds that a request waits for a bucket.
PATIENCE = timedelta(seconds=10)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredFile:
    """A file in the storage, and when it was written."""

    name: str
    written_at: datetime


class PictureStore:
    """Files by their names, which have no folders but `cards/`."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    def put(self, name: str, content: bytes) -> None:
        """Store a file. Raises Refused if there is no room, or the bucket does not answer."""
        try:
            obstore.put(self._store, name, content)
        except (BaseError, OSError) as error:
            # Not its text, which may have the address with the key.
            log.error("a picture could not be stored: %s", type(error).__name__)
            raise Refused(_("The picture could not be stored. Try again in a minute."), field="file") from error

    def get(self, name: str) -> bytes | None:
        """The content of a file; None if there is none of this name. Raises Unavailable if the storage does not
        answer.
        """
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            log.error("a picture could not be read: %s", type(error).__name__)
            raise Unavailable from error

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""
        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            log.warning("a picture could not be deleted, and stays: %s", type(error).__name__)

    def files(self) -> Iterator[StoredFile]:
        """All files, in no order."""
        for chunk in obstore.list(self._store):
            for one in chunk:
                yield StoredFile(one["path"], one["last_modified"])


def store_at(folder: Path, url: str | None) -> PictureStore:
    """The storage of an installation: the bucket of EVENTAPP_PICTURES_URL, else a folder."""
    if url is None:
        return PictureStore(LocalStore(prefix=folder, mkdir=True))
    bucket = Bucket.from_url(url)
    return PictureStore(
        S3Store(
            bucket.name,
            endpoint=bucket.endpoint,
            access_key_id=bucket.key,
            secret_access_key=bucket.secret,
            region=bucket.region,
            virtual_hosted_style_request=False,
            client_options={"allow_http": bucket.endpoint.startswith("http:"), "timeout": PATIENCE},
            retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        )
    )


def store() -> PictureStore:
    """The storage of this application."""
    found: PictureStore = extension("pictures")
    return found
