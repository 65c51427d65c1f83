"""`winback rewards list`, `show`, `budgets`, `claims` and `ledger export`: grants, money and claims."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import Language, number, percent
from winback.reward.nouns import Claim, ClaimState, Grant, GrantState, Offer
from winback.store.whole import written_whole
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.money import Money


class OpenClaim(StrEnum):
    """Claims as they are asked for."""

    REFUSED = "refused"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


#: So many names of others' rewards are told.
_NAMED_MAX = 5
Rows = Annotated[int, typer.Option("--rows", min=1, help="So many are shown at most.")]


def list_grants(
    *,
    state: Annotated[
        GrantState | None, typer.Option("--state", help="Only grants in this state, one by one.")
    ] = None,
    rows: Rows = 20,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List the rewards of the settings, with odds, and how many grants there are; or grants in a state."""
    from winback.reward import read

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    if state is not None:
        found = read.grants_in(ws, state, rows)
        if as_json:
            shown.show_json(found)
        else:
            _tell_grants(ws, found, language)
        return
    offers, totals = read.offers(ws), read.totals(ws)
    if as_json:
        counted = [
            {"reward": name, "state": each, "grants": count, "amount_minor": money}
            for name, each, count, money in totals
        ]
        shown.show_json({"rewards": offers, "grants": counted})
        return
    say, word = read.speak(language), read.word
    heads = [say(head) for head in ("reward", "kind", "pot", "amount", "a claim needs", "odds")]
    shown.show_table(say("Rewards"), heads, (False,) * 6, [_offer(ws, each, language) for each in offers])
    cells = [
        (name, word(each.value, language), number(count), _money(ws, money))
        for name, each, count, money in totals
    ]
    if cells:
        heads = [say(head) for head in ("reward", "state", "grants", "money")]
        shown.show_table(say("Grants"), heads, (False, False, True, True), cells)


def show(
    *,
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show every grant of a customer, and every claim of each. Ends with 1 where there is none."""
    from winback.reward import read

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    found = read.grants_of(ws, customer)
    if not found:
        raise Problem("Nothing of {customer} is known.", customer=customer)
    claims = [claim for grant in found for claim in read.claims_of(ws, grant.id)]
    if as_json:
        shown.show_json({"grants": found, "claims": claims})
        return
    _tell_grants(ws, found, language)
    if claims:
        _tell_claims(ws, claims, language)


def budgets(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show what is in every pot, what days and playbooks used of it, and requests that wait."""
    from winback.reward import read

    ws = open_workspace(workspace)
    found, waiting = read.budgets(ws), read.requests(ws)
    if as_json:
        shown.show_json({"pots": found, "requests": waiting})
        return
    language = lang.value if lang else ws.settings.workspace.language
    say, word = read.speak(language), read.word
    accounts = ("funded", "budget", "outstanding", "claimed", "expired")
    cells = [
        (pot.name, *(_money(ws, getattr(pot, f"{each}_minor"), pot.currency) for each in accounts))
        for pot in found
    ]
    heads = [say("pot"), *(word(each, language) for each in accounts)]
    shown.show_table(say("Pots"), heads, (False, *(True,) * 5), cells)
    limits = [(pot, limit) for pot in found for limit in pot.limits if limit.limit_minor is not None]
    if limits:
        heads = [say(head) for head in ("pot", "scope", "key", "used", "limit")]
        rows = [
            (
                pot.name,
                word(each.scope, language),
                _key(each.scope, each.key),
                _money(ws, each.used_minor, pot.currency),
                _money(ws, each.limit_minor or 0, pot.currency),
            )
            for pot, each in limits
        ]
        shown.show_table(say("Limits"), heads, (False, False, False, True, True), rows)
    if waiting:
        heads = [say(head) for head in ("id", "pot", "money", "who", "why")]
        asked = [(str(r.id), r.pot, _money(ws, r.amount_minor, r.currency), r.maker, r.why) for r in waiting]
        shown.show_table(say("Requests for money"), heads, (True, False, True, False, False), asked)


def claims(
    *,
    state: Annotated[OpenClaim, typer.Option("--state", help="Which claims.")] = OpenClaim.REFUSED,
    rows: Rows = 20,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List claims: those refused and not yet reviewed, or those in another state.

    Claims of rewards that are none of winback's are only counted ([reward] foreign_claims).
    """
    from winback.reward import read

    ws = open_workspace(workspace)
    found, foreign = read.claims(ws, ClaimState(state.value), rows), read.foreign_claims(ws)
    if as_json:
        shown.show_json({"claims": found, "foreign": foreign})
        return
    language = lang.value if lang else ws.settings.workspace.language
    _tell_claims(ws, found, language)
    if foreign:
        text = read.speak(language)(
            "{claims} claims are of rewards that are not ours ({rewards}): counted, and left alone."
        )
        names = ", ".join(f"{each.reward or '–'} {number(each.claims)}" for each in foreign[:_NAMED_MAX])
        shown.show_line(text.format(claims=number(sum(each.claims for each in foreign)), rewards=names))


def export_ledger(
    *,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    after: Annotated[int, typer.Option("--after", min=0, help="Only entries after the one of this id.")] = 0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the entries of the ledger to a CSV file, in order. Money is in whole minor units."""
    import pyarrow.csv

    from winback.reward import read

    ws, rows = open_workspace(workspace), 0
    with (
        written_whole(file) as aside,
        pyarrow.csv.CSVWriter(aside, read.ENTRY_SCHEMA) as writer,
    ):
        for part in read.ledger(ws, after):
            writer.write_table(part)
            rows += part.num_rows
    if as_json:
        shown.show_json({"file": file, "rows": rows})
        return
    say = read.speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Wrote {rows} entries to {file}.").format(rows=number(rows), file=file))


def _tell_grants(ws: Workspace, found: tuple[Grant, ...], language: Language) -> None:
    from winback.reward.read import speak, word

    say = speak(language)
    if not found:
        shown.show_line(say("Nothing is there."))
        return
    heads = [
        say(head) for head in ("id", "customer", "reward", "state", "reason", "on it", "amount", "until")
    ]
    cells = [
        (
            str(each.id),
            each.customer_id,
            each.reward,
            word(each.state.value, language),
            word(each.reason, language),
            _money(ws, each.face_minor, each.currency),
            _money(ws, each.amount_minor, each.currency),
            _when(ws, each.expires_us),
        )
        for each in found
    ]
    shown.show_table(say("Grants"), heads, (True, False, False, False, False, True, True, False), cells)


def _tell_claims(ws: Workspace, found: list[Claim] | tuple[Claim, ...], language: Language) -> None:
    from winback.reward.read import speak, word

    say = speak(language)
    if not found:
        shown.show_line(say("Nothing is there."))
        return
    heads = [
        say(head) for head in ("id", "customer", "reward", "grant", "when", "state", "reason", "money", "why")
    ]
    cells = [
        (
            str(each.id),
            each.customer_id,
            each.reward,
            "" if each.grant_id is None else str(each.grant_id),
            _when(ws, each.at_us),
            word(each.state.value, language),
            word(each.reason, language),
            _money(ws, each.claimed_minor),
            each.why,
        )
        for each in found
    ]
    numeric = (True, False, False, True, False, False, False, True, False)
    shown.show_table(say("Claims"), heads, numeric, cells)


def _offer(ws: Workspace, offer: Offer, language: Language) -> tuple[str, ...]:
    from winback.reward.read import word

    odds = ", ".join(f"{_money(ws, amount)} {percent(share)}" for amount, share in offer.odds)
    way = word(offer.way, language)
    return offer.name, word(offer.kind, language), offer.pot, way, _needs(ws, offer, language), odds


def _needs(ws: Workspace, offer: Offer, language: Language) -> str:
    from winback.reward.read import word

    return " ".join(_needed(ws, offer)) or word("none", language)


def _needed(ws: Workspace, offer: Offer) -> Iterator[str]:
    if offer.purchase_times:
        yield f"{offer.purchase_times}×"
    if offer.purchase_min_minor:
        yield _money(ws, offer.purchase_min_minor)
    yield from offer.product_kinds


def _money(ws: Workspace, minor: int, currency: str | None = None) -> str:
    section = ws.settings.workspace
    return str(Money(minor, currency or section.currency, section.minor_digits))


def _when(ws: Workspace, moment_us: int) -> str:
    at = datetime.fromtimestamp(moment_us / 1_000_000, UTC).astimezone(ws.settings.workspace.zone)
    return at.strftime("%Y-%m-%d %H:%M")


def _key(scope: str, key: str) -> str:
    from winback.terms.time import day_of

    return day_of(int(key)).isoformat() if scope == "day" else key
