"""HTML that old and small viewers show as well as browsers do.

QGIS shows pages in a text browser of Qt's, or in an old WebKit: so there are tables with their widths in attributes,
pictures inside of the page, and neither scripts nor flexible boxes.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

WIDTH = 980
"""Width of a page, px."""

_STYLE = """
body { font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; font-size: 15px; color: #22262a;
  background-color: #ffffff; margin: 24px auto; padding: 0 16px; max-width: 980px;
  -webkit-print-color-adjust: exact; print-color-adjust: exact }
h1 { font-size: 26px; margin: 0 0 2px 0 }
h2 { font-size: 19px; margin: 28px 0 8px 0 }
h3 { font-size: 15px; margin: 16px 0 4px 0 }
p { margin: 4px 0 10px 0 }
td, th { vertical-align: top; text-align: left }
.faint { color: #646a70 }
.number { text-align: right; white-space: nowrap }
.warning { background-color: #fff3d6 }
.lined table { border-collapse: collapse }
.lined td, .lined th { border-bottom: 1px solid #dddddd; padding: 3px 8px }
pre { white-space: pre-wrap; word-wrap: break-word; font-size: 12px; margin: 0 }
summary { cursor: pointer }
"""


def text(value: object) -> str:
    """Any value as text that is safe in a page, attributes among it."""
    return html.escape(str(value))


def document(title: str, parts: Iterable[str]) -> str:
    """A whole page.

    Args:
        title: plain text.
        parts: HTML, one below the other.
    """
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def preformatted(content: str) -> str:
    """Plain text as it is, on grey."""
    return (
        f'<table width="{WIDTH}" cellspacing="0" cellpadding="8">'
        f'<tr><td bgcolor="#f3f4f2"><pre>{text(content)}</pre></td></tr></table>'
    )
