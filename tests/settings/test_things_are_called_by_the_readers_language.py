"""A workspace may call itself differently in each language; where it says nothing, its name stands."""

from winback.settings.called import kind_called, workspace_called
from winback.settings.model import KindSection, Settings, WorkspaceSection


def test_a_workspace_is_called_by_the_readers_language():
    section = WorkspaceSection(name="shop", zh="商城", en="The Shop")
    settings = Settings(workspace=section)
    assert workspace_called(settings, "zh") == "商城"
    assert workspace_called(settings, "en") == "The Shop"


def test_a_workspace_that_says_nothing_more_is_called_by_its_name():
    assert workspace_called(Settings(workspace=WorkspaceSection(name="shop", zh="商城")), "en") == "shop"


def test_a_kind_of_ones_own_is_called_by_its_label():
    settings = Settings(kinds={"maturity": KindSection(zh="到期", en="maturity day")})
    assert kind_called(settings, "maturity", "zh") == "到期"
    assert kind_called(settings, "maturity", "en") == "maturity day"
    assert kind_called(settings, "visit", "en") == "visit"
