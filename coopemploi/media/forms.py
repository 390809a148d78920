from django import forms
from django.core.files.base import ContentFile

from ..admin import ModelForm
from .documents import EXTENSIONS, recognise
from .pictures import draw_anew


class UploadForm(ModelForm):
    """A row whose file is asked for once, then kept unless another one is sent."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = self.instance.pk is None


class PictureForm(UploadForm):
    # Not Django's ImageField, which would read the file before our limits.
    upload = forms.FileField(
        label="Image",
        help_text="JPEG, PNG ou WebP, 12 Mo au plus. Elle est redessinée : ni lieu ni appareil.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload:
            self.instance.hold(draw_anew(upload))
        return upload


class DocumentForm(UploadForm):
    upload = forms.FileField(
        label="Fichier",
        help_text="PDF, odt, ods, odp, docx, xlsx ou pptx, sans macro, 20 Mo au plus.",
        widget=forms.FileInput(
            attrs={"accept": ",".join(f".{extension}" for extension in EXTENSIONS.values())}
        ),
    )

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload:
            media_type, name = recognise(upload)
            self.instance.media_type, self.instance.size = media_type, upload.size
            self.instance.file = ContentFile(upload.read(), name=name)
        return upload
