from django import forms

from .logos import drawn_anew
from .models import Identity


class IdentityForm(forms.ModelForm):
    # Not Django's ImageField, which would read the file before our limits.
    logo = forms.FileField(
        label="Logo",
        required=False,
        help_text="PNG, JPEG, WebP ou GIF. Il remplace notre dessin dans l'en-tête, à 48 pixels "
        "de haut au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    class Meta:
        model = Identity
        fields = ["accent", "logo"]  # the others come as the admin lists them

    def clean_accent(self):
        return self.cleaned_data["accent"].strip().lower()

    def clean_logo(self):
        logo = self.cleaned_data["logo"]
        return drawn_anew(logo) if "logo" in self.changed_data and logo else logo
