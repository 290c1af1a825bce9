"""Figures of a part: a table for people, and JSON."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any

# A decoded JSON object.
Json = dict[str, Any]
# The values of a row of a query.
Row = tuple[Any, ...]
# What one round measured, by name and unit.
Figures = dict[str, float]

NAME_WIDTH = 44
NUMBER_WIDTH = 11


@dataclass(frozen=True)
class Report:
    """Our rounds, and those of the yardstick that was measured in turn with us, if any."""

    title: str
    yardstick: str = ""
    ours: list[Figures] = field(default_factory=list)
    theirs: list[Figures] = field(default_factory=list)

    def table(self) -> str:
        heads = ["ours", self.yardstick, "ratio"] if self.yardstick else ["ours"]
        lines = [self.title, " " * NAME_WIDTH + "".join(f"{h:>{NUMBER_WIDTH}}" for h in heads)]
        if self.yardstick:
            lines[-1] += "   each round"
        return "\n".join([*lines, *(self._line(name) for name in self.ours[0])])

    def as_dict(self) -> dict[str, object]:
        return {
            "title": self.title,
            "yardstick": self.yardstick,
            "figures": {
                name: {
                    "ours": _column(self.ours, name),
                    "theirs": _column(self.theirs, name),
                    "ratio": self._ratio(name),
                    "ratios": self._ratios(name),
                }
                for name in self.ours[0]
            },
        }

    def _line(self, name: str) -> str:
        cells = [_number(median(_column(self.ours, name)))]
        if not self.yardstick:
            return _row(name, cells)
        cells += [_number(median(_column(self.theirs, name))), _number(self._ratio(name))]
        return _row(name, cells) + "   " + "  ".join(map(_number, self._ratios(name)))

    def _ratio(self, name: str) -> float | None:
        if not self.theirs:
            return None
        return _divide(median(_column(self.ours, name)), median(_column(self.theirs, name)))

    def _ratios(self, name: str) -> list[float | None]:
        return [
            _divide(ours[name], theirs[name])
            for ours, theirs in zip(self.ours, self.theirs, strict=False)
        ]


def _column(rounds: list[Figures], name: str) -> list[float]:
    return [figures[name] for figures in rounds]


def _divide(ours: float, theirs: float) -> float | None:
    return ours / theirs if theirs else None


def _row(name: str, cells: list[str]) -> str:
    return f"  {name:<{NAME_WIDTH - 2}}" + "".join(f"{cell:>{NUMBER_WIDTH}}" for cell in cells)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 or value == 0 else f"{value:.3g}"
