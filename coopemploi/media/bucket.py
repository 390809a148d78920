"""The same files in a bucket of an S3-compatible storage, that several machines share.

Nobody reads the bucket but the site: files keep their addresses, and whom they are shown to.
"""

from contextlib import contextmanager
from urllib.parse import urljoin

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from .storage import FilesUnreachableError


@contextmanager
def told():
    """What the client of S3 raises, as the site knows it."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise FilesUnreachableError(f"The bucket does not answer as it should: {error}") from error


class BucketStorage(S3Storage):
    def get_default_settings(self):
        return {
            **super().get_default_settings(),
            "file_overwrite": False,
            # A page waits for these: rather a refusal than a site that hangs.
            "client_config": Config(
                connect_timeout=3,
                read_timeout=10,
                retries={"total_max_attempts": 2},
                s3={"addressing_style": "path"},
                # Asked otherwise by default, which not every compatible storage knows.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    def url(self, name, parameters=None, expire=None, http_method=None):
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name))

    def _open(self, name, mode="rb"):
        with told():
            opened = super()._open(name, mode)
            opened.open()  # read now: later, nobody would tell what fails
            return opened

    def _save(self, name, content):
        with told():
            return super()._save(name, content)

    def delete(self, name):
        with told():
            super().delete(name)

    def exists(self, name):
        with told():
            return super().exists(name)

    def listdir(self, name):
        with told():
            return super().listdir(name)

    def size(self, name):
        with told():
            return super().size(name)

    def get_modified_time(self, name):
        with told():
            return super().get_modified_time(name)
