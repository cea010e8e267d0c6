"""``livelihood-map serve``: the program on this computer, opened in its browser."""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
import webbrowser
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import label
from livelihood_map.office.application import build_app
from livelihood_map.office.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN_VARIABLE: Final = "LIVELIHOOD_MAP_TOKEN"  # noqa: S105  (the name of a variable)
LOOPBACK: Final = "127.0.0.1"
CONNECTIONS_MAX: Final = 200


def serve(
    root: Path,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    is_opened: bool = True,
    say: Callable[[str], None],
) -> None:
    """Serve the program until somebody ends it.

    Parameters
    ----------
    root
        Folder of the projects; made when it does not exist.
    host
        Address to listen at; another one than this computer's own asks for a token.
    port
        Port; a free one when 0.
    is_opened
        Whether the browser is opened.
    say
        Tells the user where the program is.

    Raises
    ------
    SettingsError
        When the address is none, is every address at once, or asks for a token that is not there;
        or when the port is taken.
    """
    own = os.environ.get(TOKEN_VARIABLE)
    address = _address(host)
    if not address.is_loopback and own is None:
        raise SettingsError("office.token_wanted", host=host, variable=TOKEN_VARIABLE)
    keys, listening = Keys(own), _listen(str(address), port)
    port = listening.getsockname()[1]
    server: uvicorn.Server | None = None

    def leave() -> None:
        if server is not None:
            server.should_exit = True

    app = build_app(root, keys, hosts=hosts_of(str(address), port), leave=leave)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=False,  # who opened what is nobody's business
            log_level="warning",
            server_header=False,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_keep_alive=5,
            ws="none",
        )
    )
    base = f"http://{_in_address(str(address))}:{port}"
    with _opening(f"{base}/open?key={keys.new_link()}", is_opened=is_opened) as link:
        say(label("office.serving", base=base, folder=root, link=link))
        server.run(sockets=[listening])


def hosts_of(address: str, port: int) -> frozenset[str]:
    """Return what a browser may call this program, port included."""
    names = {_in_address(address)}
    if ipaddress.ip_address(address).is_loopback:
        names |= {"localhost"}
    return frozenset(f"{name}:{port}" for name in names)


def _in_address(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address to listen at; SettingsError for none and for every address at once."""
    try:
        address = ipaddress.ip_address(LOOPBACK if host == "localhost" else host)
    except ValueError as error:
        raise SettingsError("office.host_wrong", host=host) from error
    if address.is_unspecified:
        raise SettingsError("office.host_wrong", host=host)
    return address


def _listen(address: str, port: int) -> socket.socket:
    """Return the listening end; SettingsError where the port is taken."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "nt":  # elsewhere a port in use is refused without asking
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(CONNECTIONS_MAX)  # the browser may come before the server does
    except (OSError, OverflowError) as error:
        listening.close()
        raise SettingsError("office.port_taken", port=port, host=address) from error
    return listening


@contextmanager
def _opening(link: str, *, is_opened: bool) -> Iterator[str]:
    """Return a context with the link, which the browser is led to by a file that only we may read.

    So the key stands in no list of processes; the file goes with the context.
    """
    handle, name = tempfile.mkstemp(prefix="livelihood-map-", suffix=".html")
    page = (
        '<!doctype html><meta charset="utf-8"><title>livelihood-map</title>'
        f'<meta http-equiv="refresh" content="0;url={link}">'
    )
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(page)
    try:
        if is_opened:
            with suppress(webbrowser.Error):
                webbrowser.open(Path(name).as_uri())
        yield link
    finally:
        Path(name).unlink(missing_ok=True)
