"""`winback collector` takes events over HTTP; `winback keys` says who may send them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from winback.app import open_workspace, workspace_file
from winback.doors.cli import options, shown
from winback.language import speaker


def collector(
    *,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on; else the setting.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on; else the setting.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=64, help="Processes; else the setting.")
    ] = None,
    workspace: options.Workspace = None,
) -> None:
    """Take events over HTTP in Segment's wire format, until interrupted; winback ingest goes on from there.

    Every event that is answered with 200 is on the disk. Make a key first: winback keys add web
    Behind the same port: inboxes for your app, links in messages, and call-backs of providers.
    """
    from winback.doors.collector.serving import serve

    section = open_workspace(workspace).settings.collector
    serve(
        workspace_file(workspace),
        host=host or section.host,
        port=port or section.port,
        workers=workers or section.workers,
    )


def add(
    *,
    name: Annotated[str, typer.Argument(help="What sends with it, such as web, app or shop.")],
    browser: Annotated[
        bool,
        typer.Option(
            "--browser", help="It stands where anyone can read it: it may say only collector.browser_kinds."
        ),
    ] = False,
    inbox: Annotated[
        bool, typer.Option("--inbox", help="It may also read the inboxes of all customers: for servers.")
    ] = False,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Make a write key. It is shown once and kept as a digest only; a running collector knows it at once."""
    from winback.doors.collector.keys import make

    ws = open_workspace(workspace)
    key, secret = make(ws.data, name, is_browser=browser, reads_inboxes=inbox, now=datetime.now(UTC))
    if as_json:
        told = {"id": key.id, "name": key.name, "browser": key.is_browser, "inbox": key.reads_inboxes}
        shown.show_json(told | {"key": secret})
        return
    say = speaker(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Write key of {name}, shown only now:").format(name=key.name))
    shown.show_line(secret)


def list_keys(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the write keys: whose they are, when they were made and revoked; never the keys themselves."""
    from winback.doors.collector.keys import load

    ws = open_workspace(workspace)
    keys = load(ws.data)
    if as_json:
        shown.show_json(
            [
                {
                    "id": key.id,
                    "name": key.name,
                    "browser": key.is_browser,
                    "inbox": key.reads_inboxes,
                    "made_at": key.made_at,
                    "revoked_at": key.revoked_at,
                }
                for key in keys
            ]
        )
        return
    say = speaker(lang.value if lang else ws.settings.workspace.language)
    if not keys:
        shown.show_line(say("There is no write key; winback keys add NAME makes one."))
        return
    heads = [say(head) for head in ("id", "name", "in a browser", "reads inboxes", "made", "revoked")]
    rows = [
        (
            key.id,
            key.name,
            *(say("yes") if has else "–" for has in (key.is_browser, key.reads_inboxes)),
            key.made_at,
            key.revoked_at or "–",
        )
        for key in keys
    ]
    shown.show_table(say("Write keys"), heads, (False,) * len(heads), rows)


def revoke(
    *,
    which: Annotated[str, typer.Argument(help="Id of a key, or a name: then all keys of that name.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Revoke write keys; a running collector turns them away within a second."""
    from winback.doors.collector.keys import revoke as end

    ws = open_workspace(workspace)
    ended = end(ws.data, which, now=datetime.now(UTC))
    if as_json:
        shown.show_json({"revoked": [key.id for key in ended]})
        return
    say = speaker(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Revoked: {keys}.").format(keys=", ".join(f"{key.name} ({key.id})" for key in ended)))
