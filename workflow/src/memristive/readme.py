"""The README's results, written from the files of the published study: ``python -m memristive.readme``."""

from pathlib import Path

import pandas as pd

from memristive.files import read_json, write_text

REPOSITORY = Path(__file__).parents[3]
PUBLISHED = REPOSITORY / "results" / "published" / "mnist"
BEGIN, END = "<!-- results: written by python -m memristive.readme -->", "<!-- end of results -->"


def results(published: Path) -> str:
    """Markdown: what was run, the paper's tables beside ours, the verdicts on its claims.

    Args:
        published: folder of a study's tables, claims.csv and provenance.json.
    """
    tables = {name: pd.read_csv(published / "tables" / f"{name}.csv") for name in _TABLES}
    rows = [row for name, describe in _TABLES.items() for row in describe(tables[name])]
    lines = ["| what | network | paper | ours, 95 % interval |", "| --- | --- | --- | --- |"]
    lines += [f"| {what} | {network} | {paper} | {ours} |" for what, network, paper, ours in rows]
    verdicts = pd.read_csv(published / "claims.csv")["verdict"].value_counts()
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    commit = read_json(published / "provenance.json")["commit"][:12]
    where = published.relative_to(REPOSITORY)
    return "\n".join(
        [
            *lines,
            "",
            f"Of the paper's {verdicts.sum()} claims: {counted} "
            f"([ledger]({where}/claims.md), [report]({where}/report.html)).",
            f"Accuracies in per cent of the test images; from `{where}`, commit {commit}.",
        ]
    )


def update(text: str, block: str) -> str:
    """`text` with `block` between the marks; ValueError where they are missing."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n\n{block}\n\n{END}{after}"


def _accuracy(row: pd.Series) -> str:
    return f"{row['ours']:.2f} [{row['low']:.2f}, {row['high']:.2f}], n = {row['n']} {row['over']}"


def _paper(row: pd.Series) -> str:
    return "" if pd.isna(row["paper"]) else f"{row['paper']:.2f}"


def _rows(what: str, *fields: str):
    """A function that describes each row of a table by `what`, filled with the row's `fields`."""

    def describe(table: pd.DataFrame) -> list[tuple[str, str, str, str]]:
        return [
            (what.format(*(row[field] for field in fields)), row["network"], _paper(row), _accuracy(row))
            for _, row in table.iterrows()
        ]

    return describe


def _corners(table: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    kept = table[table["stuck_at_lrs"].isin((0, 0.05)) & table["stuck_at_hrs"].isin((0, 0.05))]
    several = table["semantics"].nunique() > 1
    return [
        (
            f"stuck at LRS {100 * row['stuck_at_lrs']:.0f} %, at HRS {100 * row['stuck_at_hrs']:.0f} %"
            f"{', ' + row['semantics'] if several else ''} (Table 6)",
            row["network"],
            _paper(row),
            _accuracy(row),
        )
        for _, row in kept.iterrows()
    ]


_TABLES = {
    "table2_training": _rows("digital, {} (Table 2)", "part"),
    "table4_max_input_voltage": _rows("best of all input voltages, {} (Table 4)", "semantics"),
    "table3_endurance_retention": _rows("{}, {}, tuned {} (Table 3)", "experiment", "semantics", "tuning"),
    "table6_stuck_at_faults": _corners,
}


if __name__ == "__main__":
    README = REPOSITORY / "README.md"
    write_text(README, update(README.read_text(encoding="utf-8"), results(PUBLISHED)))
