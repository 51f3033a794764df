"""datatrove: a step that puts the record of a document into its metadata, and a filter that drops damaged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redactscan.errors import lacking
from redactscan.options import Options, shared
from redactscan.row import COLUMN, row

try:
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.filters.base_filter import BaseFilter
except ImportError as error:
    raise lacking((error.name or "datatrove").partition(".")[0], "datatrove") from None

if TYPE_CHECKING:
    from collections.abc import Collection

    from datatrove.data import Document, DocumentsPipeline
    from datatrove.pipeline.writers.disk_base import DiskWriter

    from redactscan.record import Verdict

MISSING = "missing"
"""What is counted in place of a verdict where a document has no text."""


class Annotate(PipelineStep):
    """Puts the record of each document into its metadata as COLUMN; the statistics count the verdicts.

    The record is that of `Scanner.scan`, less what it says of a file; where the text is None it is None.
    """

    type = "🔎 - ANNOTATE"
    name = COLUMN

    def __init__(self, options: Options | None = None) -> None:
        super().__init__()
        self.options = options or Options()

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:  # noqa: ARG002
        """Yield every document, with its record."""
        for document in data:
            with self.track_time():
                found = document.metadata[COLUMN] = _row(document, self.options)
            self.stat_update("total", f"verdict_{found['verdict'] if found else MISSING}")
            self.update_doc_stats(document)
            yield document


class Filter(BaseFilter):
    """Drops documents by their record, which is then in their metadata; one that `Annotate` has put there is used.

    `drop`: verdicts that are dropped, with the reason `redactscan_VERDICT`; so is a document without text, as
    `redactscan_missing`. Under `min_completeness`, or where that is unknown, the reason is `redactscan_completeness`,
    and under `min_detail` it is `redactscan_detail`.
    """

    name = COLUMN

    def __init__(
        self,
        drop: Collection[Verdict] = ("damaged", "truncated", "template", "stub"),
        *,
        min_completeness: float | None = None,
        min_detail: float | None = None,
        options: Options | None = None,
        exclusion_writer: DiskWriter | None = None,
    ) -> None:
        super().__init__(exclusion_writer)
        self.drop = frozenset(drop)
        self.min_completeness = min_completeness
        self.min_detail = min_detail
        self.options = options or Options()

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Return whether to keep a document, and if not the reason."""
        if COLUMN not in doc.metadata:
            doc.metadata[COLUMN] = _row(doc, self.options)
        reason = self._reason(doc.metadata[COLUMN])
        return (False, f"{COLUMN}_{reason}") if reason else True

    def _reason(self, found: dict[str, Any] | None) -> str | None:
        if found is None:
            return MISSING
        verdict: str = found["verdict"]
        if verdict in self.drop:
            return verdict
        for name, least in (("completeness", self.min_completeness), ("detail", self.min_detail)):
            share = found["scores"][name]
            if least is not None and (share is None or share < least):
                return name
        return None


def _row(document: Document, options: Options) -> dict[str, Any] | None:
    return None if document.text is None else row(shared(options).scan(document.text))
