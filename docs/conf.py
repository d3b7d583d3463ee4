"""Sphinx's configuration of the documentation site; `make docs` builds it.

Sphinx, because its gallery runs each how-to page as a script and shows the picture that it draws, and because it reads
docstrings by importing them, which names that are loaded on first use need.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")

from memristive.core.processor import use_common_arithmetic  # noqa: E402

use_common_arithmetic()  # the same figures and pictures on every processor

import memristive  # noqa: E402

project = "memristive"
author = "The project's contributors"
copyright = author
version = release = memristive.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "indented_blocks",
    "mathml",
    "reached_links",
    "repository_files",
    "setting_fields",
    "site_gallery",
]
exclude_patterns = ["requirements.lock", "how-to", "extensions", "gallery/*.ipynb", "gallery/*.json"]
nitpicky = False  # docstrings name types of torch, whose pages are not at hand without a network
suppress_warnings = ["myst.header", "toc.empty_glob"]

# Docstrings are plain text with `code` between single backticks.
default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

copybutton_prompt_text = r">>> |\$ "
copybutton_prompt_is_regexp = True

html_math_renderer = "mathml"
myst_update_mathjax = False
html_theme = "furo"
html_title = "memristive"
html_static_path = ["style"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#00508a", "color-brand-content": "#00508a"},
    "dark_css_variables": {"color-brand-primary": "#8ac8ff", "color-brand-content": "#8ac8ff"},
}

# Pages that a search for external links does not open: publishers turn programs away.
linkcheck_ignore = [r"https://doi\.org/.*"]
linkcheck_timeout = 20


sphinx_gallery_conf = {
    "examples_dirs": "how-to",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"(digits|__init__)\.py",
    "within_subsection_order": "site_gallery.InOrder",
    "reset_modules": ("matplotlib", "site_gallery.pictures"),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "min_reported_time": 5,
    "show_memory": False,
    "write_computation_times": False,
    "remove_config_comments": True,
}
