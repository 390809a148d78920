"""QR codes, drawn in the page."""

import segno

BORDER = 3  # modules left white around the code, for cameras to find it


def qr_code(url):
    """{"size": modules a side, "path": the black ones, as the data of an SVG path}."""
    rows = list(segno.make(url, micro=False).matrix_iter(border=BORDER))
    return {
        "size": len(rows),
        "path": "".join(
            f"M{x} {y}h1v1h-1z"
            for y, row in enumerate(rows)
            for x, is_black in enumerate(row)
            if is_black
        ),
    }
