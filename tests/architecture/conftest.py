"""Where the package lies, and how a small broken one is written."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root():
    return ROOT


@pytest.fixture
def package():
    return ROOT / "src" / "winback"


@pytest.fixture
def written(tmp_path):
    """Write files below a folder of their own, each package with its __init__."""

    def write(files):
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            if file.suffix == ".py":
                for folder in [file.parent, *file.parent.parents]:
                    if folder == tmp_path:
                        break
                    (folder / "__init__.py").touch()
        return tmp_path

    return write
