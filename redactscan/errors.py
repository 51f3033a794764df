"""The one exception of the package: rules or settings are wrong, or a path cannot be used."""

from __future__ import annotations


class RedactscanError(Exception):
    """Something that the user gave is wrong.

    The message is one line that names the place (`file:line: id:` for rules) and says what to do. Documents never raise
    this: what is wrong with a document stands in its record.
    """
