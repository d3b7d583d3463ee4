"""The table of times in docs/benchmarks.md, written from results/benchmarks: ``python -m benchmarks.page``."""

from pathlib import Path

from benchmarks import goals, options
from benchmarks.cases import REPOSITORY
from memristive.core.files import read_json, write_text

PAGE = REPOSITORY / "docs" / "benchmarks.md"
RESULTS = REPOSITORY / "results" / "benchmarks"
BEGIN, END = "<!-- times: written by python -m benchmarks.page -->", "<!-- end of times -->"
VERDICTS = {"goal": "yes", "limit": "within the limit", "missed": "no", "not measured": ""}


def block(folder: Path) -> str:
    """Markdown: the tables of goals and of options and where they were measured, from the files in `folder`."""
    lines = ["| what | measured | goal | limit | reached |", "| --- | --- | --- | --- | --- |"]
    for row in goals.rows(folder):
        cells = (row["what"], row["measured"], row["goal"], row["limit"], VERDICTS[row["verdict"]])
        lines.append(f"| {' | '.join(cells)} |")
    path = folder / "machine.json"
    if not path.exists():
        return "Not measured: `make bench`."
    machines = read_json(path)
    machine, levels = next(iter(machines.values())), {}
    for part, of in machines.items():
        levels.setdefault(of["kernel_level"], []).append(part)
    most = max(levels, key=lambda level: len(levels[level]))
    others = [f"{level} for {', '.join(parts)}" for level, parts in levels.items() if level != most]
    return "\n".join(
        [
            *lines,
            "",
            "![Time by setting and by simulator, growth of time and memory](../results/benchmarks/benchmarks.png)",
            "",
            *options.lines(folder),
            f"{machine['processor']}, {machine['threads']} threads, kernels at level {'; '.join([most, *others])}; "
            f"torch {machine['torch']}; ratios are medians of paired rounds. Written by `make bench`; all figures: "
            "[results/benchmarks](../results/benchmarks).",
        ]
    )


def update(text: str, new: str) -> str:
    """`text` with `new` between the marks; ValueError where they are missing."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n\n{new}\n\n{END}{after}"


def write(folder: Path = RESULTS) -> None:
    """Bring the page up to date with the files in `folder`."""
    write_text(PAGE, update(PAGE.read_text(encoding="utf-8"), block(folder)))


if __name__ == "__main__":
    write()
