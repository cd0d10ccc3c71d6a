"""Just enough SVG for a plot: text, lines, dots, on a logarithmic scale, in light and dark."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape

FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"


@dataclass(frozen=True)
class Theme:
    name: str
    ink: str
    muted: str
    grid: str
    colours: tuple[str, ...]


LIGHT = Theme(
    "light", "#1f2328", "#59636e", "#d1d9e0", ("#0969da", "#bf3989", "#1a7f37", "#9a6700")
)
DARK = Theme("dark", "#f0f6fc", "#9198a1", "#3d444d", ("#4493f8", "#f778ba", "#3fb950", "#d29922"))


@dataclass(frozen=True)
class Scale:
    """From values to pixels, by powers of ten."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = math.log10(self.high / self.low)
        share = math.log10(max(value, self.low) / self.low) / span
        return self.start + share * (self.end - self.start)

    def decades(self) -> list[float]:
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        return [10.0**power for power in range(first, last + 1)]


@dataclass
class Drawing:
    width: int
    height: int
    theme: Theme
    parts: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        what: str,
        *,
        anchor: str = "start",
        size: int = 13,
        fill: str = "",
    ) -> None:
        style = f'text-anchor="{anchor}" font-size="{size}" fill="{fill or self.theme.ink}"'
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(what)}</text>')

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = "") -> None:
        where = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        self.parts.append(f'<line {where} stroke="{colour or self.theme.grid}"/>')

    def path(self, points: list[tuple[float, float]], colour: str) -> None:
        where = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f'<polyline points="{where}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )

    def dot(self, x: float, y: float, colour: str) -> None:
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>')

    def __str__(self) -> str:
        size = f'width="{self.width}" height="{self.height}"'
        view = f'viewBox="0 0 {self.width} {self.height}" font-family="{FONT}"'
        body = "\n".join(self.parts)
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view}>\n{body}\n</svg>\n'
