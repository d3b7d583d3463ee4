"""Verdicts of two ledgers claim by claim, each that changed with the reason.

    python -m memristive_study.report.verdicts BEFORE AFTER

BEFORE and AFTER are ledgers (claims.csv), each a path, or REVISION:path as git names a file of an earlier commit.
Prints Markdown; every word comes from the ledgers.
"""

import io
import subprocess
import sys
from pathlib import Path

import pandas as pd

from memristive.core.errors import InputError
from memristive_study.tables.text import to_markdown

NEEDED = ("number", "claim", "ours", "criterion", "verdict", "reason")
REVISED = "criterion revised after the first study, because "


def read(name: str) -> pd.DataFrame:
    """A ledger as texts, by the number of the claim.

    Args:
        name: path of claims.csv, or REVISION:path within the repository of the working folder.

    Raises:
        InputError: there is no such file, or it is no ledger.
    """
    if Path(name).is_file():
        text = Path(name).read_text(encoding="utf-8")
    else:
        done = subprocess.run(["git", "show", name], capture_output=True, text=True, check=False)
        if done.returncode:
            raise InputError(f"{name}: is neither a file nor REVISION:path of a file that git has")
        text = done.stdout
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str).fillna("")
    except ValueError as error:
        raise InputError(f"{name}: cannot be read as a ledger ({error})") from None
    if missing := [column for column in NEEDED if column not in frame]:
        raise InputError(f"{name}: no ledger, the column {missing[0]} is missing")
    return frame.set_index("number", drop=False)


def compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """A row a claim of `after`: its verdicts before (empty where it was not judged) and after, and why they differ."""
    rows = []
    for number, now in after.iterrows():
        then = before.loc[number] if number in before.index else None
        rows.append(
            {
                "claim": f"{number}. {now['claim']}",
                "before": "" if then is None else then["verdict"],
                "after": now["verdict"],
                "why": _why(then, now),
            }
        )
    return pd.DataFrame(rows, columns=["claim", "before", "after", "why"])


def _why(then: pd.Series | None, now: pd.Series) -> str:
    """What changed besides the verdict: the criterion, what was found; and the verdict's own reason."""
    revised = now.get("revised", "").removeprefix(REVISED)
    if then is None:
        return "; ".join(filter(None, ["a new claim", now["reason"]]))
    if then["verdict"] == now["verdict"]:
        return f"criterion revised: {revised}" if revised else ""
    words = []
    if revised:
        words.append(f"criterion revised: {revised}")
    if now["ours"] != then["ours"] and now["ours"]:
        words.append(f"before {then['ours']}; after {now['ours']}" if then["ours"] else f"now {now['ours']}")
    return "; ".join(filter(None, [now["reason"], *words]))


def text(before: str, after: str) -> str:
    """Both ledgers as Markdown: how many claims have each verdict, those that changed, those that did not."""
    old, new = read(before), read(after)
    found = compared(old, new)
    counts = pd.DataFrame({"before": old["verdict"].value_counts(), "after": new["verdict"].value_counts()})
    counts = counts.fillna(0).astype(int).sort_values("after", ascending=False).rename_axis("verdict").reset_index()
    changed = found[found["before"] != found["after"]]
    same = found[found["before"] == found["after"]].drop(columns="before").rename(columns={"after": "verdict"})
    parts = [f"Before: {before}. After: {after}.", to_markdown(counts)]
    parts += ["## Another verdict, or new", to_markdown(changed)] if len(changed) else []
    parts += ["## The same verdict", to_markdown(same)] if len(same) else []
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def main(arguments: list[str]) -> str | None:
    """Print the comparison; a line for the user where the arguments cannot be used."""
    if len(arguments) != 2:
        return "error: two ledgers are needed, before and after: a claims.csv, or REVISION:path"
    try:
        print(text(*arguments), end="")
    except InputError as error:
        return f"error: {error}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
