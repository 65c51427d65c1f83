"""The title of a diagnosis is what the workspace calls itself in the reader's language."""

from dataclasses import dataclass

from winback.diagnose.labels import labelled, workspace_label
from winback.settings.model import Settings, WorkspaceSection


@dataclass(frozen=True)
class Titled:
    workspace: str
    channel: str


def test_the_workspace_is_told_by_its_label_and_a_channel_of_that_name_is_not():
    settings = Settings(workspace=WorkspaceSection(name="shop", zh="商城", en="The Shop"))
    found = Titled("shop", "shop")
    assert labelled(found, workspace_label(settings, "zh")) == Titled("商城", "shop")
    assert labelled(found, workspace_label(settings, "en")) == Titled("The Shop", "shop")
