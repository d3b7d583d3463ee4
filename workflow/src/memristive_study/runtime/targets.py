"""Targets of a command that no rule makes: one line with the nearest one, and those that there are.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

MOST_NAMED = 40


def wrong(
    targets: Iterable[str], rules: Sequence[str], files: Sequence[str], made: Callable[[str], bool]
) -> str | None:
    """Two lines on the first of `targets` that is neither one of `rules` nor a file that is there or can be made.

    Args:
        rules: names that stand for many files (`all`, `figures`).
        files: paths of what a reader may ask for, figures first.
        made: whether some rule has this name or makes a file of this path.
    """
    for target in targets:
        if target in rules or Path(target).exists() or made(target):
            continue
        kind = [path for path in files if Path(path).suffix == Path(target).suffix] or list(files)
        name = Path(target).stem
        by_name = {Path(path).stem: path for path in reversed(kind)}
        near = [each for each in reversed(by_name) if name and (name in each or each in name)]
        near = near or difflib.get_close_matches(name, by_name, n=1)
        hint = f"did you mean {by_name[near[0]]}?" if near else "there is no such target"
        shown = ", ".join(kind[:MOST_NAMED]) + (f" and {len(kind) - MOST_NAMED} more" if len(kind) > MOST_NAMED else "")
        return f"{target}: {hint}\nTargets: {', '.join(rules)}; {shown}"
    return None
