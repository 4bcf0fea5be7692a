"""What a check reports: the invariant it breaks, the place, expected, found and difference."""

from dataclasses import dataclass

from ledger.tables import BookRow


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach: the invariant's id, and what is wrong in both languages."""

    id: str
    zh: str
    en: str

    @property
    def text(self) -> str:
        """Both sentences."""
        return f"{self.zh} / {self.en}"

    def __str__(self) -> str:
        return f"{self.id}: {self.text}"


def breach(book: BookRow, name: str, zh: str, en: str, *, expected: object, found: object) -> Finding:
    gap_zh = gap_en = ""
    if isinstance(expected, int) and isinstance(found, int):
        gap_zh, gap_en = f"，差 {found - expected}", f", difference {found - expected}"
    return Finding(
        name,
        f"账套 {book.entity} {zh}：应为 {expected}，实为 {found}{gap_zh}",
        f"book {book.entity} {en}: expected {expected}, found {found}{gap_en}",
    )
