"""A step on the way of a fen."""

from __future__ import annotations

from dataclasses import dataclass

from coop.kernel.registries import Link


@dataclass(frozen=True, slots=True)
class FenNode:
    """A step on the way back. Children add up to their parent, but for a sale's lines: `cost` is not price.

    Kinds: payable, voucher, reversed, sheet, takeback, voucher_line, receipt, receipt_line, fee, set_off, due,
    batch, payment, advance, sale, sale_line, cost, document.
    """

    kind: str
    key: str
    label: str
    label_en: str
    fen: int
    grams: int | None = None
    link: Link | None = None
    children: tuple[FenNode, ...] = ()

    def leaves(self) -> tuple[FenNode, ...]:
        """The last steps, left to right."""
        return tuple(leaf for child in self.children for leaf in child.leaves()) if self.children else (self,)
