"""Every queries.sql: a stage writes only its own tables, and reads only its own or those to its left.

A table of the facts bears its stage's name in front (`ingest_contact`); other names are views, files and
temporary tables of a DuckDB that lives in memory and belongs to one run.
"""

import pytest
import sqlglot
from sqlglot import exp

from winback.store.sql import parse
from winback.terms import stages

STAGES = [stage.name for stage in stages.STAGES]
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Merge, exp.Alter, exp.TruncateTable)


def stage_of(table):
    """The stage whose table this is; None for what is local to a run."""
    return next((stage for stage in STAGES if table.startswith(f"{stage}_")), None)


def parsed(statement):
    """The statement as a tree, in the dialect of DuckDB, or of PostgreSQL where it is for the facts."""
    plain = (
        statement.replace("%s", "?").replace("{", "(").replace("}", ")") if "%s" in statement else statement
    )
    return sqlglot.parse_one(plain, dialect="postgres" if "%s" in statement else "duckdb")


def tables_of(tree):
    """Tables written, and tables read; names made by WITH left out."""
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    written = set()
    for node in tree.find_all(*WRITES):
        target = (
            node.find(exp.Table)
            if isinstance(node, exp.Drop) or isinstance(node.this, exp.Schema)
            else node.this
        )
        if isinstance(target, exp.Table):
            written.add(target.name)
    read = {table.name for table in tree.find_all(exp.Table) if table.name} - named
    return written, read - written


def faults_of(stage, statement):
    """One sentence for each table that the stage may not touch so."""
    written, read = tables_of(parsed(statement))
    faults = [
        f"writes {table} of {stage_of(table)}"
        for table in sorted(written)
        if stage_of(table) not in (None, stage)
    ]
    for table in sorted(read):
        owner = stage_of(table)
        if owner is not None and STAGES.index(owner) > STAGES.index(stage):
            faults.append(f"reads {table} of {owner}, which stands to the right")
    owners = {stage_of(table) for table in written | read}
    if None in owners and len(owners) > 1:
        faults.append("mixes tables of the facts with tables of a run")
    return faults


def all_statements(package):
    for file in sorted(package.glob("*/queries.sql")):
        for name, statement in parse(file.read_text(encoding="utf-8"), str(file)).items():
            yield file.parent.name, name, statement


def test_every_stage_keeps_to_its_tables(package):
    found = [(stage, name, faults_of(stage, statement)) for stage, name, statement in all_statements(package)]
    assert len(found) > 5
    assert [(stage, name, faults) for stage, name, faults in found if faults] == []


@pytest.mark.parametrize(
    ("stage", "statement", "faults"),
    [
        ("profile", "INSERT INTO ingest_contact VALUES (%s)", ["writes ingest_contact of ingest"]),
        ("profile", "UPDATE ingest_contact SET a = %s", ["writes ingest_contact of ingest"]),
        ("profile", "DELETE FROM ingest_contact WHERE a = %s", ["writes ingest_contact of ingest"]),
        ("profile", "CREATE TABLE warn_rule (a INT)", ["writes warn_rule of warn"]),
        ("profile", "DROP TABLE ingest_contact", ["writes ingest_contact of ingest"]),
        ("ingest", "SELECT * FROM warn_rule", ["reads warn_rule of warn, which stands to the right"]),
        (
            "ingest",
            "INSERT INTO ingest_contact SELECT * FROM warn_rule WHERE a = %s",
            ["reads warn_rule of warn, which stands to the right"],
        ),
        (
            "ingest",
            "WITH a AS (SELECT * FROM plan_step) SELECT * FROM a",
            ["reads plan_step of plan, which stands to the right"],
        ),
        ("ingest", "SELECT * FROM ingest_contact JOIN b", ["mixes tables of the facts with tables of a run"]),
        ("warn", "SELECT * FROM ingest_contact JOIN warn_rule ON a = %s", []),
        ("warn", "INSERT INTO warn_rule SELECT * FROM ingest_contact ON CONFLICT DO NOTHING", []),
        ("ingest", "CREATE TEMP TABLE ids AS SELECT * FROM read_parquet($1)", []),
    ],
)
def test_what_a_statement_touches_is_judged(stage, statement, faults):
    assert faults_of(stage, statement) == faults
