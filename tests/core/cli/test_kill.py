"""A real run of several frameworks with real weights, killed after its decisive events and resumed.

`MASSGEN_HUB_KILL=all` kills one run after every decisive event of it, in place of three.
"""

import os

import pytest
from killing import ROOT, check, hub, killed

QUICKSTART = ROOT / "configs" / "quickstart.yaml"
TASK = "What is the capital of France?"
MOST = 16  # start, six turns begun and over, the end; a refused ballot adds two
CHOSEN = range(1, MOST) if os.environ.get("MASSGEN_HUB_KILL") == "all" else (1, 6, 12)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("after", CHOSEN)
def test_a_run_of_three_frameworks_survives_its_death(tmp_path, after):
    died = killed("run", "-c", QUICKSTART, "--seed", "1", TASK, folder=tmp_path, after=after, seconds=300)
    if died.returncode != -9:
        pytest.skip(f"this run ended before its decisive event {after}")
    done = hub("resume", "-q", folder=tmp_path, seconds=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    check(tmp_path)
