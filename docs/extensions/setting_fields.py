"""The directive `setting-fields`: all fields of a `Setting` from their declarations, a section a group."""

import json

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from memristive.core.fields import Declaration
from memristive.core.setting import FIELDS, GROUPS, Setting


def words(text: str) -> list[nodes.Node]:
    """A sentence whose `code` stands between single backticks."""
    parts = text.split("`")
    return [nodes.literal(text=part) if number % 2 else nodes.Text(part) for number, part in enumerate(parts)]


def entry(field: Declaration) -> nodes.definition_list_item:
    """A field as a term, and below it what it means, what is allowed and what holds without it."""
    term = nodes.term("", "", nodes.literal(text=field.name))
    about = nodes.paragraph("", "", *words(field.meaning + (f" Unit: {field.unit}." if field.unit else "")))
    facts = nodes.paragraph("", "", *words(f"Allowed: {field.allowed}. Default: "))
    facts += nodes.literal(text=json.dumps(field.default))
    facts += nodes.Text(". Short form: ")
    facts += nodes.literal(text=field.short)
    facts += nodes.Text("." if field.per_layer else ". One for the whole network.")
    return nodes.definition_list_item("", term, nodes.definition("", about, facts))


class SettingFields(SphinxDirective):
    """Sections, one a group, with a definition list of its fields."""

    def run(self) -> list[nodes.Node]:
        """The sections."""
        found: list[nodes.Node] = []
        for group in GROUPS:
            section = nodes.section(ids=[f"setting-{group}"], names=[group])
            section += nodes.title(text=group)
            about = (Setting.model_fields[group].annotation.__doc__ or "").splitlines()[0]
            section += nodes.paragraph("", "", *words(about))
            fields = [entry(field) for name, field in FIELDS.items() if name.startswith(f"{group}.")]
            section += nodes.definition_list("", *fields)
            found.append(section)
        return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("setting-fields", SettingFields)
    return {"parallel_read_safe": True}
