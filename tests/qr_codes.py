"""The picture that a room's link must be drawn as."""

from __future__ import annotations

from io import BytesIO

import segno


def code_of(link):
    picture = BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(picture, kind="svg", border=4, dark="#000", light="#fff", omitsize=True)
    return picture.getvalue()
