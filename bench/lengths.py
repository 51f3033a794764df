"""Print the mean length of facts in text that is whole: where the usual lengths of `score` come from.

python bench/lengths.py FOLDER...
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import mean

import regex
from tabulate import tabulate

# Only facts whose extent a pattern can see; the usual lengths of the other slots are guesses.
FACTS = {
    "number": r"(?<![\p{Latin}\d.,:/第〔\[-])\d[\d,.]*(?=\p{Han}|[%％])",
    "date": r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日",
    "place": r"(?<=[，。、在到从的])\p{Han}{2,3}(?=[省市县区](?!场|民|域|长))",
    "person": r"(?<=[，。、]|主席|总理|书记)\p{Han}{2,3}(?=同志|先生|女士|院士|教授|(?:今天|日前)?(?:主持|出席))",
}


def main() -> None:
    """Read every .txt and .md file below the folders given."""
    files = [
        path for folder in sys.argv[1:] for path in sorted(Path(folder).rglob("*")) if path.suffix in (".txt", ".md")
    ]
    texts = [path.read_text(encoding="utf-8") for path in files]
    rows = []
    for slot, pattern in FACTS.items():
        lengths = [len(fact) for text in texts for fact in regex.findall(pattern, text)]
        rows.append((slot, len(lengths), mean(lengths) if lengths else None))
    print(tabulate(rows, headers=("slot", "facts", "mean length"), floatfmt=".2f"))


if __name__ == "__main__":
    main()
