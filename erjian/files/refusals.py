"""Why an upload is refused, in sentences that say what to do, with the HTTP status that fits."""

from typing import Self

from erjian.files.limits import IMAGES, JPEG, PDF, PNG, Limits
from erjian.standards.errors import Refusal

_NAMES = {JPEG: "JPG 图片", PNG: "PNG 图片", PDF: "PDF 文件"}


class FileRefused(Refusal):
    """`code`: empty, too_large, type, corrupt, encrypted, active, dimensions, pages, virus, unavailable."""

    _STATUS = {"too_large": 413, "type": 415, "unavailable": 503}

    @property
    def status(self) -> int:
        return self._STATUS.get(self.code, 422)

    @classmethod
    def empty(cls) -> Self:
        return cls("文件是空的。请重新选择文件。", code="empty")

    @classmethod
    def too_large(cls, max_bytes: int, media_type: str = "") -> Self:
        what = "图片" if media_type in IMAGES else "文件"
        return cls(f"{what}超过 {size_text(max_bytes)}。请压缩后再上传。", code="too_large")

    @classmethod
    def wrong_type(cls, types: tuple[str, ...]) -> Self:
        *others, last = (_NAMES[each] for each in types)
        allowed = f"{'、'.join(others)}或 {last}" if others else last
        return cls(f"不支持这种文件。请上传 {allowed}。", code="type")

    @classmethod
    def misnamed(cls, media_type: str) -> Self:
        return cls(
            f"文件的扩展名与内容不符（内容是{_NAMES[media_type]}）。请改正扩展名或重新导出后再上传。",
            code="type",
        )

    @classmethod
    def broken_image(cls) -> Self:
        return cls("图片已损坏，无法打开。请重新拍照或导出后再上传。", code="corrupt")

    @classmethod
    def truncated_image(cls) -> Self:
        return cls("照片已损坏（只收到一部分）。请重新拍照或导出后再上传。", code="corrupt")

    @classmethod
    def too_many_pixels(cls, most: int) -> Self:
        return cls(f"图片尺寸过大（超过 {most // 10_000} 万像素）。请缩小后再上传。", code="dimensions")

    @classmethod
    def too_small(cls, width: int, height: int, *, min_width: int, min_height: int) -> Self:
        return cls(
            f"图片太小（{width}×{height} 像素）。请上传不小于 {min_width}×{min_height} 像素的图片。",
            code="dimensions",
        )

    @classmethod
    def wrong_aspect(cls, aspect: tuple[int, int]) -> Self:
        return cls(f"照片的宽高比例不对。请裁剪为 {aspect[0]}:{aspect[1]}（一寸照）后再上传。", code="dimensions")

    @classmethod
    def broken_pdf(cls) -> Self:
        return cls("PDF 已损坏，无法打开。请重新导出后再上传。", code="corrupt")

    @classmethod
    def encrypted_pdf(cls) -> Self:
        return cls("PDF 设有密码。请取消密码保护后再上传。", code="encrypted")

    @classmethod
    def active_pdf(cls) -> Self:
        return cls("PDF 含有脚本、内嵌文件或自动运行的操作。请用“打印为 PDF”重新生成后再上传。", code="active")

    @classmethod
    def too_many_pages(cls, pages: int, max_pages: int) -> Self:
        return cls(f"PDF 共 {pages} 页，最多 {max_pages} 页。请删减后再上传。", code="pages")

    @classmethod
    def infected(cls) -> Self:
        return cls("文件含有病毒，已拒绝。请查杀病毒后换一个文件上传。", code="virus")

    @classmethod
    def scan_unavailable(cls) -> Self:
        return cls("病毒查杀服务暂时不可用，文件没有保存。请稍后再上传。", code="unavailable")


def sizes_text(limits: Limits) -> str:
    """What a place takes, for people: “每个不超过 5 MB” or, where a PDF may be larger, “图片每个不超过 5 MB，PDF 每个不超过 20 MB”."""
    if limits.pdf_is_larger:
        picture, pdf = size_text(limits.image_bytes), size_text(limits.bytes_for(PDF))
        return f"图片每个不超过 {picture}，PDF 每个不超过 {pdf}"
    return f"每个不超过 {size_text(limits.max_bytes)}"


def size_text(size: int) -> str:
    """10485760 → "10 MB", 51200 → "50 KB"."""
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f}".rstrip("0").rstrip(".") + " MB"
    return f"{size / 1024:.1f}".rstrip("0").rstrip(".") + " KB"
