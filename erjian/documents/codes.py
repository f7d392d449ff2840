"""QR codes as papers draw them: rows of "0" and "1", error correction M, without the quiet zone (ISO/IEC 18004)."""

from __future__ import annotations

import zxingcpp


def qr(text: str) -> list[str]:
    """The modules of the QR code that says `text`, "1" is dark. ValueError when it does not fit into one code."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]  # has the buffer protocol
    height, width = pixels.shape or (0, 0)
    return ["".join("1" if pixels[y, x] == 0 else "0" for x in range(width)) for y in range(height)]
