"""What every test starts from: a cache of its own, and examples that are the same in each run."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest
from hypothesis import settings
from stars import RULES

from redactscan import Scanner

# A failure should come from a change, not from the dice or a slow machine.
settings.register_profile("redactscan", deadline=None, derandomize=True, database=None)
settings.load_profile("redactscan")


# Before collection, since the parameters of some tests are the rules, and those are read through the cache.
def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # it has the cache of the process that started it
    folder = tempfile.mkdtemp(prefix="redactscan-tests-")
    os.environ["REDACTSCAN_CACHE"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(scope="session")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Scanner:
    """One that knows one rule, and finds stars."""
    file = tmp_path_factory.mktemp("rules") / "rules.yaml"
    file.write_text(RULES)
    return Scanner(rules=[file], default_rules=False)
