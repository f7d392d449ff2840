"""What a place in a form takes: kinds of file, size, dimensions, pages. Values come from policy."""

from dataclasses import dataclass

JPEG = "image/jpeg"
PNG = "image/png"
PDF = "application/pdf"
IMAGES = (JPEG, PNG)

# More pixels than any phone takes today, and what decoding costs in memory stays bounded (4 bytes each).
MAX_PIXELS = 64_000_000


@dataclass(frozen=True)
class Limits:
    """`max_bytes` of the upload; `min_width` and `min_height` in pixels of the upright image.

    `aspect` is width : height of a portrait, kept within `aspect_tolerance` (a share of it).
    """

    types: tuple[str, ...]
    max_bytes: int
    min_width: int = 0
    min_height: int = 0
    max_pages: int = 50
    aspect: tuple[int, int] | None = None
    aspect_tolerance: float = 0.1

    def __post_init__(self) -> None:
        unknown = set(self.types) - {JPEG, PNG, PDF}
        if unknown or not self.types:
            raise ValueError(f"uploads of {sorted(unknown)} cannot be judged")

    @classmethod
    def portrait(cls, *, max_bytes: int, min_width: int = 295, min_height: int = 413) -> "Limits":
        """一寸免冠照片: 25 × 35 mm, 295 × 413 px at 300 dpi."""
        return cls(types=IMAGES, max_bytes=max_bytes, min_width=min_width, min_height=min_height, aspect=(5, 7))
