"""A bucket for tests: the part of Amazon's S3 protocol that storing pictures needs, over real HTTP, with signatures.

Requests are refused as Amazon refuses them unless they are signed with the right secret (Signature Version 4:
https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit

KEY, SECRET, NAME = "KEY4711", "se/cret+of the bucket", "pictures"


class _Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BucketServer

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, status: int, body: bytes = b"", *, kind: str = "application/octet-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.send_header("ETag", f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')
        self.send_header("Last-Modified", "Mon, 02 Jan 2034 03:04:05 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _signature(self) -> str:
        words = self.headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ")
        parts = dict(one.strip().split("=", 1) for one in words.split(","))
        _key, day, region, service, end = parts["Credential"].split("/")
        url = urlsplit(self.path)
        query = sorted(parse_qsl(url.query, keep_blank_values=True))
        canonical = [self.command, quote(unquote(url.path), safe="/-_.~")]
        canonical.append("&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query))
        signed = parts["SignedHeaders"].split(";")
        canonical += [f"{name}:{' '.join(self.headers[name].split())}" for name in signed]
        canonical += ["", ";".join(signed), self.headers["x-amz-content-sha256"]]
        digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        scope = f"{day}/{region}/{service}/{end}"
        text = f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{scope}\n{digest}"
        key = f"AWS4{SECRET}".encode()
        for part in (day, region, service, end):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex() if parts["Signature"] else ""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.headers.get("Authorization", "").endswith(f"Signature={self._signature()}"):
            return self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", kind="application/xml")
        if self.server.broken:
            return self._answer(500)
        url = urlsplit(self.path)
        name = unquote(url.path).removeprefix(f"/{NAME}").removeprefix("/")
        files = self.server.files
        if self.command == "PUT":
            files[name] = body
        elif self.command == "DELETE":
            files.pop(name, None)
            return self._answer(204)
        elif self.command == "POST":  # DeleteObjects
            keys = re.findall(r"<Key>([^<]+)</Key>", body.decode())
            for key in keys:
                files.pop(key, None)
            done = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return self._answer(200, f"<DeleteResult>{done}</DeleteResult>".encode(), kind="application/xml")
        elif not name:
            rows = "".join(
                f"<Contents><Key>{one}</Key><LastModified>{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
                f"<Size>{len(content)}</Size></Contents>"
                for one, content in sorted(files.items())
            )
            listing = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
            return self._answer(200, listing.encode(), kind="application/xml")
        elif name not in files:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>", kind="application/xml")
        else:
            return self._answer(200, files[name])
        return self._answer(200)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle


class BucketServer(ThreadingHTTPServer):
    """`files` are its objects by name; while it is `broken` it answers everything with 500."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Bucket)
        self.files: dict[str, bytes] = {}
        self.broken = False

    def url(self, secret: str = SECRET) -> str:
        """The setting EVENTAPP_PICTURES_URL for it."""
        return f"s3://{KEY}:{quote(secret, safe='')}@127.0.0.1:{self.server_port}/{NAME}?tls=off"


@contextmanager
def bucket() -> Iterator[BucketServer]:
    """A bucket that answers until the end of the block."""
    server = BucketServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
