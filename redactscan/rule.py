"""What a rule is, and how rules files become rules: strict, and every complaint names file:line: id."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, get_args

import msgspec
import regex

from redactscan import __version__, cache
from redactscan.errors import RedactscanError, suggestion
from redactscan.record import Kind, Severity, Slot, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import yaml

Weight = Literal["strong", "weak"]
Place = Literal["anywhere", "head", "tail"]
Missing = Literal["number", "name"]
"""What the scorer of boundaries can tell to be missing."""
Zone = Literal["fence", "inline-code", "url", "mail-header", "front-matter", "math", "contents"]
Profile = Literal["prose", "form", "exam", "code", "log", "transcript", "edition"]

AMOUNTS = ("missing", "total", "visible", "percent_missing", "percent_visible")
"""Groups of a pattern that carry a declared amount."""

IDENTIFIERS = ("code", "key", "kept_before", "kept_after")
"""Groups that say why something was hidden, what the same mask always stands for, and what of it is still visible."""


_DEFAULT = "rules/"
"""What the names of the package's own files begin with."""

LANGUAGES = ("zh", "ja", "ko", "en")
"""What `language` can tell apart."""

NOT_PROSE: tuple[Profile, ...] = ("code", "log")
"""Genres in which a rule is quiet unless it says otherwise: there a sign means what the program means by it."""

MARK_CHECKS = (
    "numbering",
    "promise",
    "sequence",
    "announcement",
    "contents",
    "reference",
    "footnote",
    "page",
    "halves",
    "half-character",
    "open-fence",
    "unclosed",
    "shown-differs",
)
"""Functions of `structure` that a rule may name, which judge the matches of its pattern ..."""

TEXT_CHECKS = ("cut-start", "small-start", "cut-end", "open-value", "unclosed-link")
"""... and those that read every text themselves, whose rules have no pattern."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One form of damage: how it is recognised, and the examples that are its documentation and its test.

    `pattern` and `unless` are in the syntax of the `regex` package; a match counts unless a match of one of `unless`
    touches it. `check` names a function of `structure` that turns the matches, or the text where there is no pattern,
    into findings; without it each match is one. `scorer`: a match counts only where the scorer of boundaries finds that
    missing at its hole.
    What is found does not count in one of the zones `outside`, nor in a document of a genre in `quiet`.
    `forms` are the forms of damage in `Pack.forms` that it covers. `source` is the "file:line" where the rule begins.
    """

    id: str
    kind: Kind
    slot: Slot | None
    severity: Severity
    message: str
    source: str
    pattern: str = ""
    weight: Weight = "strong"
    languages: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    at: Place = "anywhere"
    unit: Unit | None = None
    check: str | None = None
    scorer: Missing | None = None
    outside: tuple[Zone, ...] = ()
    quiet: tuple[Profile, ...] = NOT_PROSE
    forms: tuple[str, ...] = ()
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()

    @property
    def default(self) -> bool:
        """Whether the rule comes with the package."""
        return self.source.startswith(_DEFAULT)


class Pack(msgspec.Struct, frozen=True):
    r"""All rules of a run, in the order of their files, with the word lists that their patterns name (`\L<list>`).

    `digest` is another for other rules, `default_digest` for other rules of the package. `reaches`: how many
    code points a match of an `unless` pattern and what it looks ahead to can have, by pattern; absent where that cannot
    be told. `forms`: the known forms of damage, by id, and what each looks like; `uncovered`: why no rule covers some.
    """

    rules: tuple[Rule, ...]
    lists: dict[str, tuple[str, ...]]
    digest: str
    reaches: dict[str, int]
    forms: dict[str, str] = {}
    uncovered: dict[str, str] = {}
    default_digest: str = ""

    def compile(self, pattern: str, flags: int = 0) -> regex.Pattern[str]:
        """Return `pattern` compiled with the lists of the pack."""
        return compiled(pattern, self.lists, flags)

    def find(self, rule_id: str) -> Rule:
        """Return the rule with this id; raise RedactscanError with a suggestion when there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise RedactscanError(f"no rule is called {rule_id!r}{suggestion(rule_id, [r.id for r in self.rules])}")


class Example(NamedTuple):
    """An example text without its marks, and the ranges that were marked in it."""

    text: str
    holes: tuple[tuple[int, int], ...]


def example(marked: str) -> Example:
    """Read `[|…|]` marks: the text without them, and what stood between them, as ranges of that text."""
    text, holes, start = "", [], None
    for part in regex.split(r"(\[\||\|\])", marked):
        if part == "[|" and start is None:
            start = len(text)
        elif part == "|]" and start is not None:
            holes.append((start, len(text)))
            start = None
        else:
            text += part
    if start is not None:
        raise ValueError("a mark [| is not closed by |]")
    return Example(text, tuple(holes))


def list_names(pattern: str) -> list[str]:
    """Return the names of the word lists that a pattern uses, each once."""
    return list(dict.fromkeys(regex.findall(r"\\L<(\w+)>", pattern))) if r"\L<" in pattern else []


def compiled(pattern: str, lists: Mapping[str, tuple[str, ...]], flags: int = 0) -> regex.Pattern[str]:
    """Return `pattern` compiled with those of `lists` that it uses (`regex` refuses unused ones)."""
    used: dict[str, Any] = {name: lists[name] for name in list_names(pattern)}
    return regex.compile(pattern, flags, **used)


# --- files -------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def default_folder() -> Path:
    """Return the folder of the rules that come with the package."""
    inside = Path(__file__).parent / "rules"
    # A wheel carries the rules inside the package; in a checkout they lie beside it.
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def rule_files(path: Path) -> list[Path]:
    """Return the YAML files at `path` (a file, or a folder with all below it), sorted."""
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file())
        if not found:
            raise RedactscanError(f"{path}: no .yaml file in this folder")
        return found
    if not path.exists():
        raise RedactscanError(f"{path}: no such file or folder; --rules wants a YAML file or a folder of them")
    return [path]


def load(paths: Sequence[str | Path] = (), *, default: bool = True) -> Pack:
    """Return the rules of the given files and folders, after those of the package unless `default` is false.

    Raises RedactscanError, naming file:line: id, for the first thing that is wrong.
    """
    folders = [default_folder()] if default else []
    files = [file for path in [*folders, *map(Path, paths)] for file in rule_files(path)]
    if not files:
        raise RedactscanError("no rules are left: give some with --rules, or leave out --no-default-rules")
    contents = [(file, _read(file)) for file in files]
    names = [_shown(file) for file in files]
    digest = _digest(names, contents)
    kept = cache.load(f"rules-{digest}")
    if kept is not None:
        try:
            return msgspec.msgpack.decode(kept, type=Pack)
        except msgspec.MsgspecError:
            pass
    pack = _parsed([(name, data) for name, (_, data) in zip(names, contents, strict=True)], digest)
    ours = sum(name.startswith(_DEFAULT) for name in names)
    pack = msgspec.structs.replace(pack, default_digest=_digest(names[:ours], contents[:ours]))
    cache.store(f"rules-{digest}", msgspec.msgpack.encode(pack))
    return pack


def _digest(names: Sequence[str], contents: Sequence[tuple[Path, bytes]]) -> str:
    # regex is part of the key because only its own compiler says whether a pattern is valid.
    return cache.key(__version__, regex.__version__, *names, *(data for _, data in contents))


def _shown(file: Path) -> str:
    base = default_folder()
    return f"{_DEFAULT}{file.relative_to(base).as_posix()}" if file.is_relative_to(base) else str(file)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise RedactscanError(f"{file}: cannot be read: {error.strerror}") from None


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


# --- strict reading ----------------------------------------------------------------------------------------------

_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": get_args(Kind),
    "slot": get_args(Slot),
    "severity": get_args(Severity),
    "weight": get_args(Weight),
    "at": get_args(Place),
    "unit": get_args(Unit),
    "scorer": get_args(Missing),
}
_TEXTS = ("id", "message", "pattern", "check")
_CHOICE_ROWS: dict[str, tuple[str, ...]] = {
    "languages": LANGUAGES,
    "outside": get_args(Zone),
    "quiet": get_args(Profile),
}
_ROWS = (*_CHOICE_ROWS, "unless", "forms", "hits", "misses")
_KEYS = (*_TEXTS, *_ROWS, *_CHOICES)
_REQUIRED = ("id", "kind", "severity", "message", "hits", "misses")


def _parsed(contents: Sequence[tuple[str, bytes]], digest: str) -> Pack:
    files = [_File(name, data) for name, data in contents]
    lists: dict[str, tuple[str, ...]] = {}
    for file in files:
        for list_name, words, node in file.lists():
            if list_name in lists:
                file.fail(node, f"the list {list_name!r} is defined twice; give one of them another name")
            lists[list_name] = words
    forms, uncovered = _defined(files, "forms"), _defined(files, "uncovered")
    rules: dict[str, Rule] = {}
    for file in files:
        for rule in file.rules(lists):
            for form in rule.forms:
                if form not in forms:
                    raise RedactscanError(
                        f"{rule.source}: {rule.id}: no form is called {form!r}{suggestion(form, forms)}"
                    )
            if rule.id in rules:
                raise RedactscanError(f"{rule.source}: {rule.id}: this id is taken by {rules[rule.id].source}")
            rules[rule.id] = rule
    from redactscan.pattern import reach  # noqa: PLC0415 - not needed while the cache is warm

    reaches = {source: reach(source, lists) for rule in rules.values() for source in rule.unless}
    known = {source: n for source, n in reaches.items() if n is not None}
    return Pack(tuple(rules.values()), lists, digest, known, forms, uncovered)


def _defined(files: Sequence[_File], key: str) -> dict[str, str]:
    """Return the words that stand under `key` in the files, and what each means."""
    meanings: dict[str, str] = {}
    for file in files:
        for word, node in file.meanings(key):
            if word in meanings:
                file.fail(node, f"the form {word!r} stands in two files")
            meanings[word] = file.text(node)
    return meanings


def _kind(node: yaml.Node) -> str:
    return str(node.id)  # type: ignore[attr-defined]


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if _kind(node) == "mapping" else []


class _File:
    """One rules file as nodes of YAML, which know their lines; scalars stay the strings that were written."""

    def __init__(self, name: str, data: bytes) -> None:
        import yaml  # noqa: PLC0415 - costs a third of the start-up and is not needed when the cache is warm

        self.name = name
        self.seen: set[int] = set()
        try:
            root = yaml.compose(data.decode("utf-8"), Loader=yaml.BaseLoader)
        except UnicodeDecodeError as error:
            raise RedactscanError(f"{name}: not UTF-8 at byte {error.start}") from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f"{name}:{mark.line + 1}" if mark else name
            raise RedactscanError(f"{place}: not valid YAML: {_one_line(error.problem or error.context)}") from None
        except yaml.YAMLError as error:
            raise RedactscanError(f"{name}: not valid YAML: {_one_line(error)}") from None
        except RecursionError:
            raise RedactscanError(f"{name}: not valid YAML: nested too deeply") from None
        if root is None:
            raise RedactscanError(f"{name}:1: the file is empty; it wants `rules:` or `lists:`")
        self.top = self.mapping(root, ("rules", "lists", "forms", "uncovered"))
        if not self.top:
            self.fail(root, "neither `rules:` nor `lists:` is here")

    def fail(self, node: yaml.Node, why: str, rule_id: str | None = None) -> NoReturn:
        raise RedactscanError(f"{self.name}:{node.start_mark.line + 1}: {f'{rule_id}: ' if rule_id else ''}{why}")

    def mapping(self, node: yaml.Node, known: Sequence[str] = (), rule_id: str | None = None) -> dict[str, yaml.Node]:
        """Return the keys and nodes of a mapping; unknown and repeated keys, and aliases, are refused."""
        if _kind(node) != "mapping":
            self.fail(node, f"a mapping is wanted here, not a {_kind(node)}", rule_id)
        out: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node, rule_id)
            if known and key not in known:
                self.fail(key_node, f"unknown key {key!r}{suggestion(key, known)}", rule_id)
            if key in out:
                self.fail(key_node, f"the key {key!r} is given twice", rule_id)
            out[key] = value
        return out

    def sequence(self, node: yaml.Node, rule_id: str | None = None) -> list[yaml.Node]:
        if _kind(node) != "sequence":
            self.fail(node, f"a list is wanted here, not a {_kind(node)}", rule_id)
        return list(node.value)

    def text(self, node: yaml.Node, rule_id: str | None = None) -> str:
        if _kind(node) != "scalar":
            self.fail(node, f"a text is wanted here, not a {_kind(node)}", rule_id)
        # The composer hands out one node for an anchor and all its aliases; nested ones would grow without bound.
        if id(node) in self.seen:
            self.fail(node, "anchors and aliases are not for rules files; write it out", rule_id)
        self.seen.add(id(node))
        text = str(node.value)
        if not text.isascii() and regex.search(r"[\uD800-\uDFFF]", text):
            self.fail(node, "half of a surrogate pair is no character", rule_id)
        return text

    def texts(self, node: yaml.Node, rule_id: str | None = None) -> tuple[str, ...]:
        """Return the texts of a list; one text alone is a list of one."""
        if _kind(node) == "scalar":
            return (self.text(node, rule_id),)
        return tuple(self.text(item, rule_id) for item in self.sequence(node, rule_id))

    def lists(self) -> Iterable[tuple[str, tuple[str, ...], yaml.Node]]:
        if "lists" not in self.top:
            return
        for name, node in self.mapping(self.top["lists"]).items():
            # A text is a list written without commas: words apart by spaces.
            words = tuple(self.text(node).split()) if _kind(node) == "scalar" else self.texts(node)
            if not words or "" in words:
                self.fail(node, f"the list {name!r} has no words, or an empty one")
            repeated = next((word for i, word in enumerate(words) if word in words[:i]), None)
            if repeated:
                self.fail(node, f"the list {name!r} has {repeated!r} twice")
            yield name, words, node

    def meanings(self, key: str) -> Iterable[tuple[str, yaml.Node]]:
        return self.mapping(self.top[key]).items() if key in self.top else ()

    def rules(self, lists: dict[str, tuple[str, ...]]) -> Iterable[Rule]:
        for node in self.sequence(self.top["rules"]) if "rules" in self.top else []:
            yield self.rule(node, lists)

    def rule(self, node: yaml.Node, lists: dict[str, tuple[str, ...]]) -> Rule:
        rule_id = next((v.value for k, v in _pairs(node) if k.value == "id" and isinstance(v.value, str)), None)
        nodes = self.mapping(node, _KEYS, rule_id or "(no id)")
        for key in _REQUIRED:
            if key not in nodes:
                self.fail(node, f"the key {key!r} is missing", rule_id or "(no id)")
        values: dict[str, Any] = {"slot": None, "source": f"{self.name}:{node.start_mark.line + 1}"}
        for key, value in nodes.items():
            values[key] = self.texts(value, rule_id) if key in _ROWS else self.text(value, rule_id)
            if key in _CHOICES and values[key] not in _CHOICES[key]:
                wanted = ", ".join(_CHOICES[key])
                self.fail(value, f"{key} is {values[key]!r}; it is one of {wanted}", rule_id)
        rule = Rule(**values)
        self.check(rule, nodes, lists)
        return rule

    def check(self, rule: Rule, nodes: dict[str, yaml.Node], lists: dict[str, tuple[str, ...]]) -> None:
        """Refuse what is well formed and cannot be right."""
        if not regex.fullmatch(r"[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)+", rule.id):
            self.fail(nodes["id"], "an id is written kind.what-is-seen, in small letters, digits, - and .", rule.id)
        if rule.id.split(".")[0] != rule.kind:
            self.fail(nodes["id"], f"the id begins with its kind, here {rule.kind!r}", rule.id)
        if rule.slot is None and rule.kind != "boilerplate":
            self.fail(nodes["id"], "the key 'slot' is missing", rule.id)
        if not rule.message:
            self.fail(nodes["message"], "the message is empty", rule.id)
        self.choices(rule, nodes)
        if rule.check is not None and rule.check not in (*MARK_CHECKS, *TEXT_CHECKS):
            wanted = ", ".join((*MARK_CHECKS, *TEXT_CHECKS))
            self.fail(nodes["check"], f"no check is called {rule.check!r}; it is one of {wanted}", rule.id)
        if rule.scorer and (rule.kind, rule.weight) != ("gap", "weak"):
            self.fail(nodes["scorer"], "only a gap of weight weak asks the scorer", rule.id)
        for key in ("hits", "misses"):
            self.examples(rule.id, key, nodes[key], getattr(rule, key))
        self.patterns(rule, nodes, lists)

    def choices(self, rule: Rule, nodes: dict[str, yaml.Node]) -> None:
        for key, choices in _CHOICE_ROWS.items():
            for word in getattr(rule, key):
                if key in nodes and word not in choices:
                    self.fail(nodes[key], f"{key} has {word!r}; each is one of {', '.join(choices)}", rule.id)

    def patterns(self, rule: Rule, nodes: dict[str, yaml.Node], lists: dict[str, tuple[str, ...]]) -> None:
        if rule.check in TEXT_CHECKS:
            for key in ("pattern", "unless"):
                if key in nodes:
                    self.fail(
                        nodes[key], f"the check {rule.check!r} reads the text itself, and takes no {key}", rule.id
                    )
            return
        if not rule.pattern:
            self.fail(nodes.get("pattern", nodes["id"]), "the key 'pattern' is missing, or empty", rule.id)
        for source in rule.unless:
            self.pattern(rule.id, nodes["unless"], source, lists)
        groups = self.pattern(rule.id, nodes["pattern"], rule.pattern, lists).groupindex
        if any(name in groups for name in AMOUNTS[:3]) and not rule.unit:
            self.fail(nodes["pattern"], "a pattern with an amount needs `unit:`", rule.id)
        strange = [name for name in groups if name not in ("hole", *AMOUNTS, *IDENTIFIERS)]
        if strange and not rule.check:
            known = suggestion(strange[0], ("hole", *AMOUNTS, *IDENTIFIERS))
            self.fail(nodes["pattern"], f"the group {strange[0]!r} means nothing{known}", rule.id)

    def examples(self, rule_id: str, key: str, node: yaml.Node, texts: Sequence[str]) -> None:
        if not texts:
            self.fail(node, f"a rule needs at least one of its {key}", rule_id)
        items = node.value if isinstance(node.value, list) else [node]
        for marked, item in zip(texts, items, strict=True):
            try:
                holes = example(marked).holes
            except ValueError as error:
                self.fail(item, str(error), rule_id)
            if key == "hits" and not holes:
                self.fail(item, "a hit marks its hole with [| and |]", rule_id)
            if key == "misses" and holes:
                self.fail(item, "a miss has no hole to mark", rule_id)

    def pattern(
        self, rule_id: str, node: yaml.Node, pattern: str, lists: Mapping[str, tuple[str, ...]]
    ) -> regex.Pattern[str]:
        for name in list_names(pattern):
            if name not in lists:
                self.fail(node, f"the list {name!r} is not defined{suggestion(name, lists)}", rule_id)
        try:
            return compiled(pattern, lists)
        except (regex.error, ValueError, KeyError, IndexError, OverflowError) as error:
            self.fail(node, f"the pattern is not valid: {_one_line(error)}", rule_id)


# --- choosing ----------------------------------------------------------------------------------------------------


def chosen(pack: Pack, select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """Return the ids of the rules in force.

    `select` and `ignore` name rules by id, by a prefix of it ("mask.", "gap.number"), or by kind; with an empty
    `select` all are. Raises RedactscanError for a name that fits no rule, which would otherwise silence nothing or all.
    """
    ids = [rule.id for rule in pack.rules]
    checked_names(pack, "--select", select)
    checked_names(pack, "--ignore", ignore)
    return frozenset(
        i for i in ids if (not select or i.startswith(tuple(select))) and not i.startswith(tuple(ignore) or ("\n",))
    )


def checked_names(pack: Pack, option: str, names: Sequence[str]) -> None:
    """Raise RedactscanError where a name that an option has is that of no rule, nor a prefix or kind of one."""
    ids = [rule.id for rule in pack.rules]
    for name in names:
        if not any(i.startswith(name) for i in ids):
            raise RedactscanError(f"{option} {name}: no rule is called so{suggestion(name, [*ids, *get_args(Kind)])}")
