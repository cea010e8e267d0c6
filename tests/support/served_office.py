"""The office program on a free port of this computer, and a browser of few words that asks it."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import uvicorn

from livelihood_map.office.application import build_app
from livelihood_map.office.keys import Keys

BOUNDARY = "b0undary"


@dataclass
class Answer:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()


@dataclass
class Client:
    """Asks the program as a browser would that was let in, or not."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Return the program's address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method, path, body=b"", headers=None, *, follows=True) -> Answer:
        """Return the answer to one request."""
        sent = {"Host": f"127.0.0.1:{self.port}"}
        if method == "POST":
            sent |= {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            got = connection.getresponse()
            answer = Answer(
                got.status,
                {name.lower(): value for name, value in got.headers.items()},
                got.read(),
                path,
            )
        finally:
            connection.close()
        for line in got.headers.get_all("set-cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if follows and answer.status == 303:
            return self.get(answer.headers["location"].partition("#")[0])
        return answer

    def get(self, path, **headers) -> Answer:
        """Return a page."""
        return self.ask("GET", path, headers=headers)

    def post(self, path, *, follows=True, **fields) -> Answer:
        """Return what comes of a form."""
        pairs = [(n, one) for n, v in fields.items() for one in (v if isinstance(v, list) else [v])]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(pairs).encode(), headers, follows=follows)

    def upload(self, path, files) -> Answer:
        """Return what comes of files that are handed over: name and bytes of each."""
        parts = [
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="files"; filename="{name}"\r\n'
            "content-type: application/octet-stream\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, content in files
        ]
        body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self.ask("POST", path, body, {"Content-Type": kind})

    def settle(self, path, *, seconds=240) -> Answer:
        """Return a page when nothing is at work on it any more."""
        for _ in range(seconds * 4):
            answer = self.get(path)
            if "hx-get" not in answer.text:
                return answer
            time.sleep(0.25)
        raise TimeoutError(path)


def version_in(answer) -> str:
    """Return the mark of the settings that a page was made of."""
    return re.search(r'name="version" value="(\w+)"', answer.text)[1]


@dataclass
class Served:
    """The program at work."""

    app: object
    keys: Keys
    port: int

    def visitor(self) -> Client:
        """Return somebody who was not let in."""
        return Client(self.port)

    def client(self) -> Client:
        """Return somebody who came by a link."""
        client = Client(self.port)
        assert client.get(f"/open?key={self.keys.new_link()}").status == 200
        return client

    def project(self, title="试点") -> tuple[Client, str]:
        """Return somebody with a new project, and its address."""
        client = self.client()
        page = client.post("/projects", title=title)
        assert page.status == 200, page.text
        return client, urlsplit(page.path).path.rpartition("/")[0]


@contextmanager
def served_office(root, own=None):
    """Return a context with the program on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    port, keys = listening.getsockname()[1], Keys(own)
    hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
    app = build_app(root, keys, hosts=hosts)
    config = uvicorn.Config(app, log_level="critical", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield Served(app, keys, port)
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
