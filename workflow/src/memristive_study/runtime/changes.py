"""The jobs of a run in a line, with what has changed since the last one: "3 evaluations: max_input_voltage 9 to 5".

Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

import ast
import contextlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from memristive.core.setting import FIELDS

# What a reader knows of each rule's jobs; those of other rules only carry files from one to the next.
WORDS = {
    "prepare_dataset": "data set",
    "train_fold": "training",
    "train_published": "training",
    "evaluate": "evaluation",
    "time_inference": "timing",
    "validate_network": "comparison with MemTorch",
    "device_curves": "sweep of the devices",
    "figure": "figure",
    "table": "table",
    "choices": "table",
    "claims": "ledger of claims",
    "report": "report",
}
ONCE = ("claims", "report", "device_curves")  # rules of one job
MOST_CAUSES = 4  # named of one kind of job
LONGEST_VALUE = 30  # characters
_HASH = re.compile(r"[0-9a-f]{16}")


def summary(jobs: Iterable[Any], reason: Callable[[Any], Any]) -> str:
    """The jobs by kind, each kind with its causes, of which each is named once; jobs that only follow have none.

    Args:
        jobs: Snakemake's, those that are to run.
        reason: a job's reason, as `DAG.reason` gives it.
    """
    causes: dict[str, Counter[str]] = {word: Counter() for word in WORDS.values()}
    once: set[str] = set()
    for job in jobs:
        rule = _rule(job.rule.name)
        if rule in ONCE:
            once.add(WORDS[rule])
        elif rule in WORDS:
            causes[WORDS[rule]][cause(reason(job))] += 1
    named: set[str] = {"new"} if not causes["evaluation"][""] and not causes["evaluation"].keys() - {"new"} else set()
    found = []
    for word, counts in causes.items():
        mine: Counter[str] = Counter()
        for text, count in counts.items():
            mine["" if text in named else text] += count
        found += [word] if word in once else _texts(word, mine)
        named |= set(counts) - {"new"}
    return "; ".join(found) or "small jobs alone"


def _rule(name: str) -> str:
    """A rule's own name, where another workflow that uses this one has put a prefix before it."""
    return next((rule for rule in WORDS if name.endswith(f"_{rule}")), name)


def _texts(word: str, counts: Counter[str]) -> list[str]:
    """A kind of jobs by their causes, the most frequent ones first."""
    counts = +counts
    shown = counts.most_common(MOST_CAUSES if len(counts) > MOST_CAUSES + 1 else None)
    texts = [f"{_plural(count, word)}{f': {text}' if text else ''}" for text, count in shown]
    rest = counts.total() - sum(count for _, count in shown)
    return [*texts, f"{_plural(rest, word)} for other reasons"] if rest else texts


def _plural(count: int, word: str) -> str:
    head, *rest = word.split(" ", 1) if word.startswith("comparison") else (word,)
    return " ".join([f"{count:,} {head}{'' if count == 1 else 's'}", *rest])


def cause(reason: Any) -> str:
    """The cause of one job; empty where it only follows from another job, or is the first of its kind."""
    if reason.forced:
        return "asked for"
    if reason.params_changed:
        return differences(reason.params_changed.only_old, reason.params_changed.only_new)
    if reason.code_changed:
        return "the rule's code"
    if reason.incomplete_output:
        return "unfinished"
    if reason.missing_output:
        return "new"
    if reason.updated_input and not reason.updated_input_run:
        return "changed files"
    return ""


def differences(old: Iterable[str], new: Iterable[str]) -> str:
    """What differs between two sets of a rule's params, as Snakemake has recorded them: "sigma 0 to 20, code"."""
    before, after = ([_plain(text) for text in sorted(texts)] for texts in (old, new))
    found: list[str] = []
    for value in after:
        other = next((each for each in before if _kind(each) == _kind(value)), None)
        if other is not None:
            before.remove(other)
        found += _difference(other, value)
    return ", ".join(dict.fromkeys(found)) or "other parameters"


def _difference(old: Any, new: Any) -> list[str]:
    if _kind(new) == "code":
        return ["code"]
    if _kind(new) == "seeds":
        return [f"repeats {len(old or [])} to {len(new)}" if len(old or []) != len(new) else "other seeds"]
    if _kind(new) == "mapping":
        return list(_fields(old or {}, new))
    short = old is not None and max(len(str(old)), len(str(new))) <= LONGEST_VALUE
    return [f"{_shown(old)} to {_shown(new)}" if short else "other parameters"]


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    """Each key in which two mappings differ; what a setting leaves out is neutral."""
    for key in dict.fromkeys([*old, *new]):
        neutral = FIELDS[key].neutral if key in FIELDS else None
        before, after = old.get(key, neutral), new.get(key, neutral)
        if before == after:
            continue
        before, after = (_parsed(value) for value in (before, after))
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _fields(before, after)
        elif isinstance(after, str) and _HASH.fullmatch(after):
            yield "code"
        else:
            yield f"{FIELDS[key].short if key in FIELDS else key} {_shown(before)} to {_shown(after)}"


def _plain(text: str) -> Any:
    """A recorded param as a value: Snakemake records texts by their `repr`, and many of these are JSON."""
    value: Any = text
    with contextlib.suppress(ValueError, SyntaxError):
        value = ast.literal_eval(text)
    return _parsed(value)


def _parsed(value: Any) -> Any:
    """What a text holds as JSON; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "mapping"
    if isinstance(value, list):
        return "seeds" if all(isinstance(item, int) for item in value) else "list"
    return "code" if isinstance(value, str) and _HASH.fullmatch(value) else type(value).__name__


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        value = "x".join(_shown(item) for item in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
