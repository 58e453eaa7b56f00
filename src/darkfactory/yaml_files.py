"""The one reader of YAML: cards, records and tables on the command line.

Numbers are those of YAML 1.2. Where YAML 1.1 says something else (octal ``014``, sexagesimal ``1:30``, ``on`` and ``yes``),
the file is refused with the line, for nobody can know what was meant. Keys that stand twice, aliases that multiply, files
that are no plain files or too large are refused too: a card or a record comes from others.
"""

from __future__ import annotations

import functools
import os
import re
import stat
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from darkfactory.errors import InvalidInput, shortened

__all__ = ["dump_yaml", "is_file", "named_files", "parse_yaml", "plain_file", "read_yaml"]

LARGEST_YAML = 1 << 20
LARGEST_EXPANSION = 20_000
"""Most values of a document after every alias is replaced by what it stands for."""
_CORE = {
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
    "merge": (r"<<", "<"),
}
_AMBIGUOUS = (
    (r"[-+]?0[0-9]+", "octal in older YAML; write {decimal}, or quotes for text"),
    (r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", "a sexagesimal number in older YAML; write a decimal or quotes"),
    (r"[-+]?0b[01_]+", "binary in older YAML; write the decimal number, or quotes for text"),
    (r"(?=.*_)[-+]?[.0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?", "a number with _ only in older YAML; leave out the _"),
    (r"(?i:yes|no|on|off)", "a boolean in older YAML; write true or false, or quotes for text"),
)
_LONGEST_NUMBER = 300
_TOO_MANY = "aliases (*name) that stand for more than {most} values, or for themselves, or so many values; write less"


def plain_file(path: str | Path, largest: int = LARGEST_YAML) -> bytes:
    """Content of a plain file of at most ``largest`` bytes.

    Raises
    ------
    InvalidInput
        If it cannot be read, is a folder, device or pipe, or is larger; the text names no file.
    """
    file = Path(path)
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise InvalidInput("cannot be read: not a plain file; give the path of one")
        with file.open("rb") as stream:
            data = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InvalidInput(f"cannot be read: {reason}; give the path of a plain file") from None
    if len(data) > largest:
        raise InvalidInput(f"larger than {largest} bytes, the most that is read")
    return data


def read_yaml(path: str | Path) -> tuple[Any, list[str]]:
    """Content of a YAML file in UTF-8 and its problems, which name the line but not the file (see :func:`parse_yaml`)."""
    try:
        text = plain_file(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, ["cannot be read: not a text in UTF-8; save it as plain YAML in UTF-8"]
    except InvalidInput as problem:
        return None, [str(problem)]
    return parse_yaml(text)


def named_files(value: Any) -> list[Path]:
    """Files that are named anywhere in some data, and by those of them that are YAML: what comes of the data depends on them.

    Parameters
    ----------
    value : object
        Texts and paths, also several with commas in a text, in mappings and sequences.
    """
    found: dict[Path, None] = {}
    left = deque([value])
    while left:
        one = left.popleft()
        if isinstance(one, Mapping):
            left += one.values()
        elif isinstance(one, (list, tuple)):
            left += one
        elif isinstance(one, (str, os.PathLike)):
            text = os.fspath(one)
            new = [path for path in map(Path, dict.fromkeys((text, *text.split(",")))) if is_file(path)]
            left += [read_yaml(path)[0] for path in new if path not in found and path.suffix in (".yaml", ".yml")]
            found |= dict.fromkeys(new)
    return list(found)


def is_file(path: Path) -> bool:
    """Whether a path is that of a plain file.

    Parameters
    ----------
    path : Path
        Also of a text that was not meant as one.
    """
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def parse_yaml(text: str, most: int = LARGEST_EXPANSION) -> tuple[Any, list[str]]:
    """Content of a YAML text and its problems, each with its line; content None if it could not be made.

    Parameters
    ----------
    text : str
        One document.
    most : int
        Most values that it may have after every alias is replaced by what it stands for.

    Returns
    -------
    content : object
        Of dict, list, str, int, float, bool and None; not to be used if there are problems, only to look for more.
    problems : list of str
        Nothing is raised.

    Examples
    --------
    >>> parse_yaml("{days: 28, flux: 1e8}")
    ({'days': 28, 'flux': 100000000.0}, [])
    >>> parse_yaml("days: 014")[1]
    ['line 1: 014: octal in older YAML; write 14, or quotes for text']
    """
    import yaml

    try:
        loader = _loader()(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None, []
            if _expanded(node, {}, most) > most:
                return None, [f"not YAML: {_TOO_MANY.format(most=most)}"]
            return loader.construct_document(node), [*_problems(node)]
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        return None, [f"{line}not YAML: {error.problem or error.context}; mend the syntax"]
    except RecursionError:
        return None, ["not YAML: too many brackets within brackets; mend the syntax"]
    except (yaml.YAMLError, ValueError) as error:
        return None, [f"not YAML: {' '.join(str(error).split())}; mend the syntax"]


@functools.cache
def _loader() -> Any:
    """A safe loader with the numbers of the core schema of YAML 1.2."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    for name, (pattern, first) in _CORE.items():
        starts = [character.replace("\0", "") for character in first]
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"(?:{pattern})\\Z"), starts)
    Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: _integer(loader.construct_scalar(node)))
    Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: _real(loader.construct_scalar(node)))
    return Loader


def dump_yaml(content: Any) -> str:
    """YAML text that :func:`parse_yaml` reads back: keys in their order, a text that older or newer YAML takes for more quoted.

    Examples
    --------
    >>> print(dump_yaml({"name": "1e5", "label": "on", "cl": 0.9}), end="")
    name: '1e5'
    label: 'on'
    cl: 0.9
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    for pattern in (*(pattern for pattern, _ in _CORE.values()), *(pattern for pattern, _ in _AMBIGUOUS)):
        Dumper.add_implicit_resolver("tag:yaml.org,2002:ambiguous", re.compile(f"(?:{pattern})\\Z"), None)
    Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]
    return str(yaml.dump(content, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120))


def _integer(text: str) -> int:
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _real(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _problems(root: Any) -> Iterator[str]:
    """What is wrong with a tree of nodes: its keys, and numbers of older YAML."""
    stack, seen = [("", root)], set()
    while stack:
        prefix, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.id == "scalar":
            yield from _scalar_problem(node)
        elif node.id == "sequence":
            stack += [(prefix, item) for item in reversed(node.value)]
        else:
            yield from _key_problems(prefix, node)
            stack += [(f"{prefix}{shortened(key.value, quoted=False)}.", value) for key, value in reversed(node.value)]


def _key_problems(prefix: str, node: Any) -> Iterator[str]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.tag.rpartition(":")[2] not in ("str", "merge"):
            yield f"line {line}: key {prefix}{shortened(key.value, quoted=False)}: must be text; put it in quotes"
            continue
        name = f"{prefix}{shortened(key.value, quoted=False)}"
        yield from _scalar_problem(key)
        if key.value in lines:
            yield f"line {line}: {name} is given twice, first in line {lines[key.value]}; keep one"
        lines.setdefault(key.value, line)


def _scalar_problem(node: Any) -> Iterator[str]:
    quoted = node.style in ("'", '"', "|", ">")
    if quoted and node.tag.endswith(":str"):
        return
    start = f"line {node.start_mark.line + 1}: {shortened(node.value, quoted=False)}:"
    for pattern, remedy in _AMBIGUOUS:
        plain = re.fullmatch(pattern, node.value)
        if plain and (remedy.startswith("octal") or node.tag.endswith(":str") or node.tag.endswith(":bool")):
            yield f"{start} {remedy.format(decimal=node.value.lstrip('+-0') or '0')}"
            return
    if node.tag.endswith(":int") and len(node.value) > _LONGEST_NUMBER:
        yield f"{start} more than {_LONGEST_NUMBER} digits; write a number such as 1e10"


def _expanded(node: Any, known: dict[int, int], most: int) -> int:
    """Number of values (long texts count for more) with every alias replaced; too many for one that holds itself."""
    if node.id == "scalar":
        return 1 + len(node.value) // 50
    if id(node) not in known:
        known[id(node)] = most + 1  # what an alias within itself finds
        parts = node.value if node.id == "sequence" else [part for pair in node.value for part in pair]
        known[id(node)] = 1 + sum(_expanded(part, known, most) for part in parts)
    return known[id(node)]
