"""The command as a person runs it, in a folder of its own."""

import pytest
from typer.testing import CliRunner


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in an empty folder; gives exit code, standard output and standard error."""
    from winback.doors.cli.commands import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    for name in ("WINBACK_WORKSPACE", "WINBACK_CONTACTS_KEY", "WINBACK_CONTACTS_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)

    def ran(*args):
        return CliRunner().invoke(app, [str(arg) for arg in args])

    return ran


SHOP = """
[workspace]
name = "shop"
language = "en"
time_zone = "UTC"
currency = "EUR"

[[sources]]
name = "customers"
format = "csv"
path = "customers.csv"
[[sources.events]]
kind = { const = "register" }
customer = "id"
at = "joined"
channel = "came_by"

[[sources]]
name = "orders"
format = "csv"
path = "orders.csv"
[[sources.events]]
kind = { const = "purchase" }
customer = "who"
at = "paid_at"
id = "number"
amount = "sum"
"""

CUSTOMERS = """id,joined,came_by
a,2026-01-01,friend
b,2026-01-02,advert
c,2026-01-03,advert
"""

ORDERS = """number,who,paid_at,sum
1,a,2026-01-05 10:00:00,12.50
2,b,2026-01-06 11:00:00,8.00
3,a,2026-03-01 09:30:00,20.00
4,,2026-03-01 09:31:00,20.00
5,c,yesterday,7.00
"""


@pytest.fixture
def shop(tmp_path):
    """A small shop: three customers, five orders, two of them bad."""
    (tmp_path / "winback.toml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def one_playbook(tmp_path):
    """A shop of two customers with one playbook, its workspace file written; nothing has been run."""
    from tests.plan.worlds import SAVE, shop

    ws = shop(tmp_path, {"ann": [(0.5, "visit")], "bob": [(0.5, "visit"), (9.5, "visit")]})
    name = ws.settings.sources[0].name
    mapping = "\n".join(f"{key} = '{key}'" for key in ("kind", "customer", "at", "amount", "channel"))
    text = "[workspace]\nlanguage = 'en'\n[experiment]\ncontrol_share = 0.0\n"
    text += f"[[sources]]\nname = '{name}'\nformat = 'csv'\npath = 'app.csv'\n[[sources.events]]\n{mapping}\n"
    (tmp_path / "winback.toml").write_text(text, encoding="utf-8")
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "save.toml").write_text(SAVE, encoding="utf-8")
    return tmp_path
