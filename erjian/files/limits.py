"""What a place in a form takes: kinds of file, size, dimensions, pages. Values come from policy."""

from dataclasses import dataclass

from erjian import policy

JPEG = "image/jpeg"
PNG = "image/png"
PDF = "application/pdf"
IMAGES = (JPEG, PNG)

# More pixels than any phone takes today, and what decoding costs in memory stays bounded (4 bytes each).
MAX_PIXELS = 64_000_000


@dataclass(frozen=True)
class Limits:
    """`max_bytes` of the upload, `image_bytes` of a picture where less is allowed (0: the same); `min_width` and
    `min_height` in pixels of the upright image, `max_pixels` of the whole.

    `aspect` is width : height of a portrait, kept within `aspect_tolerance` (a share of it).
    """

    types: tuple[str, ...]
    max_bytes: int
    image_bytes: int = 0
    max_pixels: int = MAX_PIXELS
    min_width: int = 0
    min_height: int = 0
    max_pages: int = 50
    aspect: tuple[int, int] | None = None
    aspect_tolerance: float = 0.1

    def __post_init__(self) -> None:
        unknown = set(self.types) - {JPEG, PNG, PDF}
        if unknown or not self.types:
            raise ValueError(f"uploads of {sorted(unknown)} cannot be judged")

    def bytes_for(self, media_type: str) -> int:
        """The size that an upload of this kind may have."""
        return self.image_bytes if media_type in IMAGES and self.image_bytes else self.max_bytes

    @property
    def pdf_is_larger(self) -> bool:
        """Whether a picture may be less than a PDF."""
        return PDF in self.types and 0 < self.image_bytes < self.max_bytes

    @classmethod
    def of(cls, place: str) -> "Limits":
        """What the policy lets a place take: a row of its `material_limits`."""
        row = policy.current().material_limits[place]
        return cls(
            types=row.types,
            max_bytes=row.max_bytes,
            image_bytes=row.image_bytes,
            max_pixels=min(row.max_pixels, MAX_PIXELS) or MAX_PIXELS,
            min_width=row.min_width,
            min_height=row.min_height,
            max_pages=row.max_pages,
        )

    @classmethod
    def portrait(cls, *, max_bytes: int, min_width: int = 295, min_height: int = 413) -> "Limits":
        """一寸免冠照片: 25 × 35 mm, 295 × 413 px at 300 dpi."""
        return cls(types=IMAGES, max_bytes=max_bytes, min_width=min_width, min_height=min_height, aspect=(5, 7))
