"""What a check found that no single pattern can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Evidence(NamedTuple):
    """Its span, the hole where there is one, what to say in place of the rule's message, and groups as of a match."""

    start: int
    end: int
    hole: tuple[int, int] | None
    message: str | None = None
    groups: Mapping[str, str] = {}
