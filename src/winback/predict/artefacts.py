"""Models on disk: a folder a version, written whole, and the list of who promoted which and why."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from winback.predict.calibration import from_json, to_json
from winback.predict.estimator import ChurnClassifier
from winback.predict.nouns import ModelCard, Promotion, Training
from winback.predict.paths import Paths, find_paths
from winback.predict.stored import card_from_json, card_to_json, from_plain
from winback.store.whole import sync, write_json
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place, Problem

#: Grows with every change of the form of a folder.
FORM = 1


@dataclass(frozen=True)
class Origin:
    """What a model was made from: digests of the catalogue, of the data and of the settings, and the code."""

    catalogue: str
    data: str
    settings: str
    winback: str


@dataclass(frozen=True)
class Artefact:
    """A kept model: its version, what it was made from, how to ask it, and its card."""

    version: str
    origin: Origin
    model: ChurnClassifier
    card: ModelCard

    @cached_property
    def paths(self) -> Paths:
        """The ways to the leaves of its trees, for those who explain."""
        return find_paths(self.model.trees_)


def folder(ws: Workspace) -> Path:
    """Where the models of a workspace lie."""
    return ws.data / "predict" / "models"


def keep(ws: Workspace, artefact: Artefact, pages: dict[str, str]) -> Path:
    """Write a version whole: the folder is there with all its files, or not at all.

    `pages` are HTML texts by file name. A version that is there already is replaced.
    """
    target = folder(ws) / artefact.version
    aside = target.with_name(f".{artefact.version}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    (aside / "model.txt").write_text(artefact.model.booster_.model_to_string(), encoding="utf-8")
    write_json(aside / "model.json", _described(artefact))
    write_json(aside / "card.json", card_to_json(artefact.card))
    for name, text in pages.items():
        (aside / name).write_text(text, encoding="utf-8")
    for file in aside.iterdir():
        sync(file)
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    sync(target.parent)
    return target


def _described(artefact: Artefact) -> dict[str, Any]:
    model = artefact.model
    return {
        "form": FORM,
        "version": artefact.version,
        "origin": asdict(artefact.origin),
        "parameters": model.get_params(),
        "columns": [str(name) for name in model.feature_names_in_],
        "categories": {name: list(words) for name, words in model.categories_.items()},
        "calibration": to_json(model.calibration_),
    }


def versions(ws: Workspace) -> tuple[str, ...]:
    """The versions that are kept, oldest first by name (names begin with the date)."""
    found = folder(ws)
    if not found.is_dir():
        return ()
    return tuple(sorted(path.name for path in found.iterdir() if path.is_dir() and path.name[0] != "."))


def load(ws: Workspace, version: str) -> Artefact:
    """A kept model, ready to be asked.

    Raises NotReadyProblem where there is no such version, Problem where its form is another.
    """
    here = folder(ws) / version
    _description(here, version)
    told = ((here / name).stat() for name in ("model.json", "model.txt", "card.json"))
    return _load(here, tuple((file.st_ino, file.st_mtime_ns) for file in told))


@lru_cache(maxsize=2)
def _load(here: Path, _state: tuple[tuple[int, int], ...]) -> Artefact:
    """Reads it once for each state of its files; nobody changes it in memory."""
    version = here.name
    told = _description(here, version)
    model = ChurnClassifier(**told["parameters"])
    model.take(lgb.Booster(model_str=(here / "model.txt").read_text(encoding="utf-8")))
    model.calibration_ = from_json(told["calibration"])
    model.categories_ = {name: tuple(words) for name, words in told["categories"].items()}
    model.feature_names_in_ = np.array(told["columns"], object)
    model.n_features_in_ = len(told["columns"])
    model.classes_ = np.array([False, True])
    return Artefact(version, Origin(**told["origin"]), model, _card(here))


def load_card(ws: Workspace, version: str) -> ModelCard:
    """The card of a kept model. Raises NotReadyProblem where there is no such version."""
    here = folder(ws) / version
    _description(here, version)
    return _card(here)


def _card(here: Path) -> ModelCard:
    return card_from_json(json.loads((here / "card.json").read_text(encoding="utf-8")))


def _description(here: Path, version: str) -> dict[str, Any]:
    file = here / "model.json"
    if not file.is_file():
        what = "there is no model {version!r}" if version else "there is no model"
        todo = "winback models lists those there are"
        raise NotReadyProblem(what, version=version, place=Place(file=str(here)), todo=todo)
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if told["form"] != FORM:
        raise Problem(
            "model {version} has the form {found}; this winback reads form {known}",
            version=version,
            found=told["form"],
            known=FORM,
            place=Place(file=str(file)),
            todo="train anew with winback train",
        )
    return told


def promotions(ws: Workspace) -> tuple[Promotion, ...]:
    """Who promoted which version and why, the latest last."""
    file = _promotions_file(ws)
    if not file.is_file():
        return ()
    return tuple(from_plain(Promotion, entry) for entry in json.loads(file.read_text(encoding="utf-8")))


def promoted(ws: Workspace) -> str | None:
    """The version in use; None where none was ever promoted."""
    told = promotions(ws)
    return told[-1].version if told else None


def record(ws: Workspace, promotion: Promotion) -> None:
    """Add to the list; the file is replaced whole."""
    write_json(_promotions_file(ws), [asdict(entry) for entry in (*promotions(ws), promotion)])


def trainings(ws: Workspace) -> tuple[Training, ...]:
    """Who had which version trained, in order."""
    file = _trainings_file(ws)
    if not file.is_file():
        return ()
    return tuple(from_plain(Training, entry) for entry in json.loads(file.read_text(encoding="utf-8")))


def record_trainings(ws: Workspace, known: tuple[Training, ...]) -> None:
    """Put this list in place of the one before, whole."""
    write_json(_trainings_file(ws), [asdict(entry) for entry in known])


def _trainings_file(ws: Workspace) -> Path:
    return folder(ws) / "trainings.json"


def _promotions_file(ws: Workspace) -> Path:
    return folder(ws) / "promotions.json"
