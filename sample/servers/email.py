"""The sample company's support mailbox on loopback: a real IMAP server (pymap) with real mails.

`INBOX` holds what customers sent and what machines sent, `Sent` what Fernhill wrote; how a mail is
made: `email_letters.py`. UIDs and UIDVALIDITY follow from the world alone, so a restarted server is
the same mailbox to a client that has read it before.
"""

import asyncio
import threading
import zlib
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage

from sample.servers import HOST, START_SECONDS, NotServing
from sample.servers.email_letters import letters
from sample.servers.logins import LOGINS, uri

Folders = dict[str, list[tuple[datetime, bytes]]]


def start(world: Path) -> tuple[str, Callable[[], None]]:
    """Serve the world's e-mail; returns the connection URI and how to stop.

    Raises:
        NotServing: the server did not come up.
    """
    return serve(letters(world))


def serve(folders: Folders, uid_validity: int | None = None) -> tuple[str, Callable[[], None]]:
    """Serve folders of (arrival, raw mail) from a thread of its own on a free port.

    Args:
        uid_validity: another generation of the UIDs than the mails themselves give.
    """
    state: dict[str, Any] = {}
    ready = threading.Event()

    def run() -> None:
        try:
            asyncio.run(_serve(folders, uid_validity, state, ready))
        except Exception as error:
            state["error"] = error
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="sample-email", daemon=True)
    thread.start()
    if not ready.wait(START_SECONDS) or "port" not in state:
        raise NotServing(f"email: sample server did not start on {HOST}: {state.get('error')}")

    def stop() -> None:
        if thread.is_alive():
            state["loop"].call_soon_threadsafe(state["stop"].set)
        thread.join(timeout=10)

    return uri("email", state["port"], scheme="imap"), stop


async def _serve(
    folders: Folders, uid_validity: int | None, state: dict[str, Any], ready: threading.Event
) -> None:
    login = LOGINS["email"]
    arguments = Namespace(
        debug=False,
        host=HOST,
        port=0,
        cert=None,
        key=None,
        tls=False,
        proxy_protocol=None,
        inherited_sockets=None,
        passlib_cfg=None,
        demo_data=False,
        demo_user=login.user,
        demo_password=login.secret,
    )
    backend, config = await DictBackend.init(arguments, invalid_user_sleep=0.0)
    config.apply_context()
    await _fill(config, login.user, folders, uid_validity)
    on_connect = ProxyProtocolReader(config.proxy_protocol).get_callback(
        IMAPServer(backend.login, config)
    )
    server = await asyncio.start_server(on_connect, host=HOST, port=0)
    state["loop"], state["stop"] = asyncio.get_running_loop(), asyncio.Event()
    state["port"] = server.sockets[0].getsockname()[1]
    ready.set()
    await state["stop"].wait()
    server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


async def _fill(config: Config, user: str, folders: Folders, uid_validity: int | None) -> None:
    boxes = MailboxSet()
    config.set_cache[user] = (boxes, FilterSet())
    for name, mails in folders.items():
        if name != "INBOX":
            await boxes.add_mailbox(name)
        box = await boxes.get_mailbox(name)
        # pymap draws UIDVALIDITY by the clock; a mailbox that outlives its server keeps it.
        first = mails[0][1] if mails else name.encode()
        box._uid_validity = uid_validity or zlib.crc32(first) or 1
        for arrived, raw in mails:
            await box.append(AppendMessage(raw, arrived, frozenset()))
