"""The ledger of claims as a table: the paper's value, ours, the criterion, the verdict and its reason."""

from html import escape

from memristive_study.report import markup
from memristive_study.report.markup import Html
from memristive_study.report.origin import origin
from memristive_study.report.summary import mark
from memristive_study.results import sources
from memristive_study.results.folder import Folder

HEADINGS = ("no.", "verdict", "claim; section; criterion, fixed beforehand unless it says otherwise", "paper", "ours")


def ledger(folder: Folder) -> Html:
    """A row a claim, with where the ledger came from."""
    lines = []
    for row in folder.claims.itertuples():
        ours = "<br>".join(escape(text) for text in row.ours.split("; ")) if row.ours else ""
        reason = f"<br><em>{escape(row.reason)}</em>" if row.reason else ""
        revised = getattr(row, "revised", "")  # of ledgers that were written before criteria were revised
        reason += f"<br><small>{escape(revised.capitalize())}.</small>" if revised else ""
        reason += f"<br>Why: {escape(row.explanation)}" if row.explanation else ""
        lines.append(
            f'<tr id="claim-{escape(row.number)}"><td class="number">{escape(row.number)}</td>'
            f"<td>{mark(row.verdict)} {escape(row.verdict)}</td>"
            f"<td>{escape(row.claim)}<br><small>{escape(row.section)}; {escape(row.criterion)}</small>{reason}</td>"
            f'<td data-label="paper">{escape(row.paper)}</td><td class="values" data-label="ours">{ours}</td></tr>'
        )
    head = "".join(f'<th scope="col">{name}</th>' for name in HEADINGS)
    path = folder.path / "claims.csv"
    table = (
        f'<div class="scroll ledger" tabindex="0" role="region" aria-label="Claims"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
    return Html(markup.details(f"All {len(lines)} claims", table) + origin(folder, "claims", path, sources.read(path)))
