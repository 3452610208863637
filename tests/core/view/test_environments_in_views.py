"""What a person sees of agents that run in environments of their own."""

from massgen_hub.view.text import versions


def test_versions_are_told_without_our_own_distributions():
    found = {
        "python": "3.12.1",
        "massgen-hub": "0.1.0",
        "massgen-hub-crewai": "0.1.0",
        "crewai": "1.15",
        "openai": "2.54",
    }
    assert versions(found) == "Python 3.12.1, crewai 1.15, openai 2.54"
