"""What the database itself sees to: entries are never changed, and balances are the sum of the entries."""

from typing import Any

from django.db import migrations

ACCOUNTS = ("funded", "budget", "outstanding", "claimed", "expired")
KEPT = ("reward_entry", "reward_act")

POSTINGS = """
CREATE VIEW reward_posting AS
SELECT id AS entry_id, 1 AS leg, pot, currency, from_account AS account, -amount_minor AS amount_minor
FROM reward_entry
UNION ALL
SELECT id, 2, pot, currency, to_account, amount_minor FROM reward_entry
"""


def _sqlite() -> list[str]:
    """SQLite: a trigger a row. What INSERT OR REPLACE would overwrite is left as it is."""
    sums = ", ".join(
        f"{each}_minor = {each}_minor"
        f" + CASE NEW.to_account WHEN '{each}' THEN NEW.amount_minor ELSE 0 END"
        f" - CASE NEW.from_account WHEN '{each}' THEN NEW.amount_minor ELSE 0 END"
        for each in ACCOUNTS
    )
    found = [
        f"""
        CREATE TRIGGER reward_entry_counts AFTER INSERT ON reward_entry BEGIN
            UPDATE reward_pot SET {sums} WHERE name = NEW.pot AND currency = NEW.currency;
            SELECT CASE WHEN changes() <> 1 THEN RAISE(ABORT, 'there is no such pot') END;
        END
        """,
        """
        CREATE TRIGGER reward_entry_once BEFORE INSERT ON reward_entry
        WHEN EXISTS (SELECT 1 FROM reward_entry WHERE subject_id = NEW.subject_id AND kind = NEW.kind)
            OR EXISTS (SELECT 1 FROM reward_entry WHERE id = NEW.id)
        BEGIN SELECT RAISE(IGNORE); END
        """,
        """
        CREATE TRIGGER reward_act_once BEFORE INSERT ON reward_act
        WHEN EXISTS (SELECT 1 FROM reward_act WHERE id = NEW.id) BEGIN SELECT RAISE(IGNORE); END
        """,
    ]
    for table in KEPT:
        for deed in ("UPDATE", "DELETE"):
            found.append(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )
    found.append(
        "CREATE TRIGGER reward_pot_no_delete BEFORE DELETE ON reward_pot"
        " BEGIN SELECT RAISE(ABORT, 'a pot is never deleted'); END"
    )
    return found


def _postgresql() -> list[str]:
    """PostgreSQL: a trigger a statement, which counts all its entries at once."""
    sums = ", ".join(f"{each}_minor = pot.{each}_minor + moved.{each}" for each in ACCOUNTS)
    moved = ", ".join(
        f"sum(CASE to_account WHEN '{each}' THEN amount_minor ELSE 0 END"
        f" - CASE from_account WHEN '{each}' THEN amount_minor ELSE 0 END)::bigint AS {each}"
        for each in ACCOUNTS
    )
    found = [
        f"""
        CREATE FUNCTION reward_count_entries() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE counted bigint;
        DECLARE pots bigint;
        BEGIN
            SELECT count(DISTINCT (pot, currency)) INTO pots FROM fresh;
            UPDATE reward_pot AS pot SET {sums}
            FROM (SELECT pot, currency, {moved} FROM fresh GROUP BY pot, currency) AS moved
            WHERE pot.name = moved.pot AND pot.currency = moved.currency;
            GET DIAGNOSTICS counted = ROW_COUNT;
            IF counted <> pots THEN RAISE EXCEPTION 'there is no such pot' USING ERRCODE = '23503'; END IF;
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER reward_entry_counts AFTER INSERT ON reward_entry
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION reward_count_entries()
        """,
        """
        CREATE FUNCTION reward_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = '23001';
        END $$
        """,
    ]
    for table in KEPT:
        found.append(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION reward_only_added_to()"
        )
    found.append(
        "CREATE TRIGGER reward_pot_kept BEFORE DELETE OR TRUNCATE ON reward_pot"
        " FOR EACH STATEMENT EXECUTE FUNCTION reward_only_added_to()"
    )
    return found


def lay_down(apps: Any, editor: Any) -> None:
    """Make the view and the triggers, and the one row of the book."""
    laws = _sqlite() if editor.connection.vendor == "sqlite" else _postgresql()
    book = "INSERT INTO reward_book (id, turn, seen_due_us, log_version) VALUES (1, 0, 0, 0)"
    for statement in (POSTINGS, *laws, book):
        editor.execute(statement, params=None)


class Migration(migrations.Migration):  # type: ignore[misc]

    dependencies = [("reward", "0001_initial")]

    operations = [migrations.RunPython(lay_down)]
