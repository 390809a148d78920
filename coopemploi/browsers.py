"""What every answer forbids browsers to do, and the methods that no page takes."""

from django.http import HttpResponseNotAllowed

METHODS = ("GET", "HEAD", "POST")
# « Autour de moi » and passkeys; nothing else of the device is any use here.
POLICY = ", ".join(
    (
        "geolocation=(self)",
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "autoplay",
                "browsing-topics",
                "camera",
                "display-capture",
                "encrypted-media",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "usb",
                "xr-spatial-tracking",
            )
        ),
    )
)


def guard_browsers(get_response):
    """The admin takes any other method for a reading: here, none is anything."""

    def guarded(request):
        if request.method in METHODS:
            response = get_response(request)
        else:
            response = HttpResponseNotAllowed(METHODS)
        response.setdefault("Permissions-Policy", POLICY)
        return response

    return guarded
