"""The pictures of a model's figures, as files and for a page. Loads matplotlib late, as it takes a while."""

from pathlib import Path

from triage.training.card import Performance
from triage.training.page import Picture
from triage.training.sheet import PictureName


def pictures_as_png(folder: Path, found: Performance, limit: float) -> dict[Path, bytes]:
    """Each picture by the file in `folder` that it belongs to, `reliability.png` for example."""
    from triage.training.pictures import PICTURES, as_png, draw  # noqa: PLC0415 - loads matplotlib

    return {folder / f"{name}.png": as_png(draw(name, found, limit)) for name in PICTURES}


def pictures_for_page(found: Performance, limit: float) -> dict[PictureName, Picture]:
    """Each picture as SVG, with what it shows in words."""
    from triage.training.pictures import PICTURES, alt_text, as_svg, draw  # noqa: PLC0415 - loads matplotlib

    return {name: Picture(as_svg(draw(name, found, limit)), alt_text(name, found, limit)) for name in PICTURES}
