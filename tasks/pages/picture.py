"""A picture that Prefect's UI shows within a page: bars, as an SVG that the page itself holds."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ledger.money import ZERO
from tasks.pages.markdown import Markup

WIDTH: Final = 680
HEIGHT: Final = 220
"""Pixels; a page's column is about 690 of them wide in a window of 1440."""

MARGIN: Final = 24
"""Above the highest and below the lowest bar, for their labels."""

UP, DOWN, INK = "#2563eb", "#dc2626", "#475569"

Bar = tuple[str, Decimal]
"""A short label, such as 2024-01, and an amount."""


def bars(of: str, values: Sequence[Bar]) -> Markup:
    """Draw an amount for each label, positive ones up; nothing without any.

    `of`: what they are, for whom the picture is not shown to; plain words of ours.
    """
    if not values:
        return Markup("")
    picture = base64.b64encode(_svg(values).encode()).decode()
    return Markup(f"![{of}](data:image/svg+xml;base64,{picture})")


def _svg(values: Sequence[Bar]) -> str:
    top = max(ZERO, *(value for _, value in values))
    bottom = min(ZERO, *(value for _, value in values))
    scale = (HEIGHT - 2 * MARGIN) / (top - bottom or Decimal(1))
    axis, step = MARGIN + round(top * scale), WIDTH // len(values)
    drawn = [
        _bar(label, value, left=place * step, step=step, axis=axis, scale=scale)
        for place, (label, value) in enumerate(values)
    ]
    line = f'<line x1="0" x2="{step * len(values)}" y1="{axis}" y2="{axis}" stroke="{INK}"/>'
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(drawn)}{line}</svg>'


def _bar(label: str, value: Decimal, *, left: int, step: int, axis: int, scale: Decimal) -> str:
    width, height, is_up = step * 3 // 5, round(abs(value) * scale), value >= 0
    y, colour = (axis - height, UP) if is_up else (axis, DOWN)
    place = f'x="{left + step // 5}" y="{y}" width="{width}" height="{height}"'
    middle = left + step // 2
    return (
        f'<rect {place} fill="{colour}"/>'
        + _text(label, x=middle, y=axis + 14 if is_up else axis - 5, size=11)
        + _text(_short(value), x=middle, y=y - 4 if is_up else y + height + 12, size=10)
    )


def _text(text: str, *, x: int, y: int, size: int) -> str:
    style = f'font-size="{size}" font-family="sans-serif" text-anchor="middle" fill="{INK}"'
    return f'<text x="{x}" y="{y}" {style}>{text}</text>'


def _short(value: Decimal) -> str:
    """Write an amount in thousands where it has more than four digits."""
    return f"{value / 1000:,.0f}k" if abs(value) >= 10_000 else f"{value:,.0f}"
