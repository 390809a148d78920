"""A list as JSON, for programs, and as GeoJSON, for maps."""

import datetime
import json

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


def json_response(export):
    return streamed(export, "json", "application/json", export.notice, "resultats", export.row)


def geojson_response(export):
    head = {"type": "FeatureCollection", **export.notice}
    return streamed(
        export,
        "geojson",
        "application/geo+json",
        head,
        "features",
        lambda record: feature(export, record),
    )


def feature(export, record):
    """A record at its point, nowhere when that is not known."""
    geometry = None
    if point := export.point(record):
        latitude, longitude = point
        geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    return {
        "type": "Feature",
        "id": export.reference(record),
        "geometry": geometry,
        "properties": export.row(record),
    }


def streamed(export, extension, content_type, head, key, item):
    response = StreamingHttpResponse(
        pieces({**head, "total": export.count}, key, map(item, export.stream())),
        content_type=content_type,
    )
    response["Content-Disposition"] = content_disposition_header(False, export.file_name(extension))
    return response


def pieces(head, key, items):
    """The text of `{**head, key: items}`, one item at a time."""
    yield f"{dump(head)[:-1]}, {dump(key)}: ["
    separator = "\n"
    for item in items:
        yield separator + dump(item)
        separator = ",\n"
    yield "\n]}\n"


def dump(value):
    return json.dumps(value, ensure_ascii=False, default=datetime.date.isoformat)
