"""Stages see of each other only nouns and read; run is called by the flow, act by the doors."""

import pytest

from tests.architecture.imports import faults_of, imports_of


def test_the_house_keeps_the_rule(package):
    assert faults_of(imports_of(package)) == []


def test_the_house_has_imports_to_look_at(package):
    assert len(imports_of(package)) > 100


@pytest.mark.parametrize(
    ("file", "line", "fault"),
    [
        ("profile/run.py", "from winback.ingest.rollup import x", "profile may see only nouns, read"),
        ("profile/run.py", "from winback.ingest import manifest", "profile may see only nouns, read"),
        ("profile/run.py", "import winback.ingest.rollup", "profile may see only nouns, read"),
        ("profile/run.py", "from winback.ingest import thing", "profile may see only nouns, read"),
        ("profile/run.py", "from ..ingest import manifest", "profile may see only nouns, read"),
        ("profile/run.py", "def f():\n    from winback.ingest.run import run", "may see only nouns, read"),
        ("ingest/nouns.py", "from winback.profile.read import features", "ingest may see only nouns"),
        ("ingest/nouns.py", "from winback.ingest.rollup import x", "nouns know only nouns"),
        ("ingest/rollup.py", "from winback.ingest.run import run", "run is called from outside only"),
        ("doors/cli.py", "from winback.ingest.run import run", "doors may see only act, nouns, read"),
        ("doors/cli.py", "from winback.ingest.models import Contact", "doors may see only act, nouns, read"),
        ("app.py", "from winback.ingest.run import run", "app may see only nouns, read"),
        ("flow.py", "from winback.ingest.act import pause", "flow may see only nouns, read, run"),
        ("deliver/run.py", "from winback.deliver.providers.aliyun import Client", "named only in app"),
        ("doors/cli.py", "from winback.deliver.providers.aliyun import Client", "named only in app"),
        ("deliver/providers/__init__.py", "from winback.deliver.providers.aliyun import Client", None),
        ("app.py", "from winback.deliver.providers.aliyun import Client", None),
        ("simulate/run.py", "from winback.ingest.read import lane", "knows nothing of the stages it feeds"),
        ("terms/money.py", "import numpy", "terms use the standard library only"),
        ("terms/money.py", "import decimal", None),
        ("profile/run.py", "from winback.ingest import nouns, read", None),
        ("flow.py", "from winback.ingest.run import run", None),
        ("doors/cli.py", "from winback.ingest.act import pause", None),
    ],
)
def test_an_import_is_judged_as_the_house_says(written, file, line, fault):
    places = ("ingest/manifest.py", "ingest/rollup.py", "ingest/run.py", "ingest/nouns.py", "ingest/read.py")
    empty = {f"winback/{place}": "" for place in places}
    tree = written(empty | {f"winback/{file}": line})
    faults = faults_of(imports_of(tree / "winback"))
    if fault is None:
        assert faults == []
    else:
        assert len(faults) == 1
        assert fault in faults[0]
