"""Which two requirements clash, read from what uv says."""

import pytest
from massgen_hub.environments.clashes import clash, clashing
from massgen_hub.environments.uv import UvFailed

TWO = """No solution found when resolving dependencies
  cause: Because crewai>=1.15.0 depends on openai>=2.30.0,<3 and openai-agents==0.24.0 depends on openai>=3,<4, we can
         conclude that crewai>=1.15.0 and openai-agents==0.24.0 are incompatible.
         And because you require crewai>=1.15 and openai-agents, we can conclude that your requirements are
         unsatisfiable."""
ALL_OF = """No solution found when resolving dependencies
  cause: Because agentscope>=2.0.1 depends on json-repair[schema]>=0.63.4 and all of:
             crewai==1.15.5.dev1
             crewai>=1.15.6.dev2
         depend on json-repair<0.61, we can conclude that they are incompatible."""
DIRECT = """No solution found when resolving dependencies
  cause: Because crewai>=1.15.29 depends on mcp>=1.30.0,<2, and you require crewai>=1.15 and mcp>=2, we can
         conclude that your requirements are unsatisfiable."""
HELD = """No solution found when resolving dependencies
  cause: Because crewai>=1.15.30 depends on openai>=2.30.0,<3 and you require crewai==1.15.30, we can conclude that you
         require openai>=2.30.0,<3.
         And because you require openai==3.57.0, we can conclude that your requirements are unsatisfiable."""
ABSENT = """No solution found when resolving dependencies
  cause: Because nosuch was not found in the package registry and you require nosuch, we can conclude that your
         requirements are unsatisfiable."""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (TWO, "crewai>=1.15.0 needs openai>=2.30.0,<3, openai-agents==0.24.0 needs openai>=3,<4"),
        (
            ALL_OF,
            "agentscope>=2.0.1 needs json-repair>=0.63.4, crewai>=1.15.6.dev2 needs json-repair<0.61",
        ),
        (DIRECT, "crewai>=1.15.29 needs mcp>=1.30.0,<2, and mcp>=2 is asked for"),
        (HELD, "crewai>=1.15.30 needs openai>=2.30.0,<3, and openai==3.57.0 is asked for"),
        (ABSENT, "there is no distribution `nosuch`"),
        ("something new", ""),
    ],
)
def test_the_two_are_named(said, told):
    assert clash(said) == told


def test_the_error_begins_with_them_and_keeps_what_uv_said():
    error = clashing(UvFailed(TWO), "the environment of ann")
    assert error is not None
    assert error.message.startswith("the environment of ann: no versions meet all requirements: crewai>=1.15.0 needs")
    assert "crewai>=1.15.0 and openai-agents==0.24.0 are incompatible" in error.message


@pytest.mark.parametrize(
    "said",
    [
        "error sending request for url",
        "No solution found\n  cause: Because httpx was not found in the cache and you require httpx, we can conclude",
        "No solution found\n  cause: Because httpx was not found in the package registry\n"
        "hint: An index (http://x/simple) returned a 403 Forbidden error.",
        "No solution found\nhint: An index URL (http://x) could not be queried due to a lack of valid authentication",
    ],
)
def test_another_failure_is_no_clash(said):
    assert clashing(UvFailed(said), "it") is None
