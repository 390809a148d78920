from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.validators import MaxLengthValidator

from coopemploi.robots import TrapMixin
from coopemploi.search.text import normalise, storable
from territories.forms import ActorInput, TerritoryInput, territory_named
from territories.models import Actor, StageChange

from .models import Action, Registration
from .models.registration import has_a_letter

MOST_READ = 50  # actors of about the same name
EMAIL_EXAMPLE = "«\N{NO-BREAK SPACE}prenom.nom@exemple.fr\N{NO-BREAK SPACE}»"


class LineField(forms.CharField):
    """A text on one line, that every database takes."""

    def to_python(self, value):
        return " ".join(storable(super().to_python(value)).split())


class AnswersForm(forms.Form):
    """What somebody says of themselves, and may change later."""

    name = LineField(
        label="Votre prénom et votre nom",
        max_length=100,
        validators=[has_a_letter],
        error_messages={
            "required": "Indiquez votre nom.",
            "max_length": "Ce nom dépasse %(limit_value)d caractères.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    organisation = LineField(
        label="Votre structure (facultatif)",
        max_length=150,
        required=False,
        help_text="Association, collectivité, entreprise… Elle figure sur la feuille d'émargement.",
        error_messages={"max_length": "Ce nom dépasse %(limit_value)d caractères."},
        widget=ActorInput(attrs={"autocomplete": "organization"}),
    )
    place = LineField(
        label="Votre territoire (facultatif)",
        max_length=150,
        required=False,
        help_text="Une commune, une intercommunalité, un département… Comme vous le dites.",
        error_messages={"max_length": "Ce nom dépasse %(limit_value)d caractères."},
        widget=TerritoryInput,
    )
    access_needs = forms.CharField(
        label="De quoi avez-vous besoin pour venir ? (facultatif)",
        required=False,
        help_text=(
            "Accès en fauteuil, interprète, repas, place de stationnement… "
            "Seule l'équipe qui prépare la rencontre le lit."
        ),
        validators=[
            MaxLengthValidator(500, "Dites-le en %(limit_value)d caractères (%(show_value)d ici).")
        ],
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_access_needs(self):
        return storable(self.cleaned_data["access_needs"]).strip()

    @property
    def answers(self):
        """The fields of a registration, the actor and the territory recognised when sure."""
        data = self.cleaned_data
        names = ("name", "organisation", "place", "access_needs")
        return {
            **{name: data[name] for name in names},
            "actor": actor_named(data["organisation"]),
            "territory": territory_named(data["place"]),
        }


class MessageForm(forms.Form):
    """A message to those who registered; `found`: what `messages.addressees` gives."""

    groups = forms.MultipleChoiceField(
        label="À qui",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez à qui vous écrivez."},
    )
    subject = LineField(
        label="Objet",
        max_length=150,
        error_messages={
            "required": "Donnez un objet.",
            "max_length": "Cet objet dépasse %(limit_value)d caractères.",
        },
        widget=AdminTextInputWidget,
    )
    text = forms.CharField(
        label="Message",
        help_text="Signez-le. La date, le lieu et le lien pour annuler s'ajoutent à la fin.",
        validators=[
            MaxLengthValidator(5000, "Dites-le en %(limit_value)d caractères (%(show_value)d ici).")
        ],
        error_messages={"required": "Écrivez votre message."},
        widget=AdminTextareaWidget(attrs={"rows": 12}),
    )

    def __init__(self, *args, found, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [
            (group.value, f"{group.label} ({len(each)})") for group, each in found.items()
        ]

    def clean_text(self):
        return storable("\n".join(self.cleaned_data["text"].splitlines())).strip()


class RegistrationForm(AnswersForm, TrapMixin):
    email = forms.EmailField(
        label="Votre adresse e-mail",
        help_text=(
            f"Pour recevoir la confirmation, par exemple {EMAIL_EXAMPLE}. Une adresse par "
            "personne, jamais publiée."
        ),
        error_messages={
            "required": "Indiquez votre adresse e-mail.",
            "invalid": f"Adresse incomplète. Écrivez par exemple {EMAIL_EXAMPLE}.",
            "max_length": "Cette adresse est trop longue.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        max_length=Registration._meta.get_field("email").max_length,
    )
    consent = forms.BooleanField(
        label=(
            "J'accepte que ces réponses soient gardées pour préparer la rencontre. Elles ne sont "
            "jamais publiées, et sont effacées un an après au plus tard."
        ),
        error_messages={"required": "Sans votre accord, nous ne pouvons pas vous inscrire."},
    )
    field_order = ["name", "email", "organisation", "place", "access_needs", "consent", "website"]


def actor_named(name):
    """The one published actor called so, None when there is none or several."""
    wanted = normalise(name)
    if not wanted:
        return None
    found = Actor.objects.published().matching(name)[:MOST_READ]
    called = [actor for actor in found if normalise(actor.name) == wanted]
    return called[0] if len(called) == 1 else None


class ActionAnswerForm(forms.Form):
    """What a carrier says of their action: a status, by one button, a line of text, or both."""

    Progress = Action.Progress
    ANSWERS = [
        (Progress.COMMITTED, "Engagée"),
        (Progress.UNDER_WAY, "En cours"),
        (Progress.DONE, "Réalisée"),
        (Progress.DROPPED, "Abandonnée"),
    ]

    text = forms.CharField(
        label="Une ligne pour en dire plus",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Facultatif. Visible sur le site, datée d'aujourd'hui.",
    )
    progress = forms.ChoiceField(label="Avancement", required=False, choices=ANSWERS)

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("text") or cleaned.get("progress")):
            self.add_error("text", "Choisissez un avancement, ou écrivez une ligne.")
        return cleaned


class WalkInForm(forms.Form):
    """Somebody who came without registering; maybe one of those who had, of the same name."""

    OTHER = "autre"

    name = LineField(
        label="Nom",
        max_length=100,
        required=False,
        validators=[has_a_letter],
        error_messages={"max_length": "Ce nom dépasse %(limit_value)d caractères."},
    )
    organisation = LineField(label="Structure", max_length=150, required=False)
    place = LineField(label="Territoire", max_length=150, required=False)
    email = forms.EmailField(
        label="Adresse e-mail",
        required=False,
        max_length=Registration._meta.get_field("email").max_length,
        error_messages={"invalid": "Adresse incomplète."},
    )

    def __init__(self, *args, registrations=(), **kwargs):
        super().__init__(*args, **kwargs)
        name, email = (self.data.get(self.add_prefix(key), "") for key in ("name", "email"))
        self.namesakes = {
            str(each.pk): each
            for each in registrations
            if name.strip()
            and self._key(each.name) == self._key(name)
            # By their address, they are known already.
            and not (each.email and each.email == email.strip().lower())
        }
        if self.namesakes:
            self.fields["same"] = forms.ChoiceField(
                label="Qui est-ce ?",
                choices=[
                    *((key, self._label(each)) for key, each in self.namesakes.items()),
                    (self.OTHER, "quelqu'un d'autre, du même nom"),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": "Ce nom est déjà sur la feuille : dites qui c'est."},
            )

    @staticmethod
    def _key(name):
        """« MARTIN Léa » is « Léa Martin »."""
        return sorted(normalise(name).split())

    @staticmethod
    def _label(registration):
        of = registration.organisation_name or registration.email or registration.place_name
        said = f"{registration.name}, {of}" if of else registration.name
        return f"{said} ({registration.get_status_display()}) : présent"

    @property
    def recognised(self):
        """The registration that it is, None when it is somebody else."""
        return self.namesakes.get(self.cleaned_data.get("same"))

    def clean(self):
        said = self.cleaned_data
        if not said.get("name") and "name" not in self.errors and any(said.values()):
            self.add_error("name", forms.ValidationError("Indiquez un nom.", code="required"))
        return said


class NameForm(forms.Form):
    """Whom one looks for on a sheet."""

    nom = forms.CharField(max_length=100, required=False)

    @property
    def words(self):
        """What each name must have a word beginning by; nothing when it is not understood."""
        return normalise(self.cleaned_data["nom"]).split() if self.is_valid() else []

    def matches(self, registration):
        said = f" {normalise(f'{registration.name} {registration.organisation_name}')}"
        return all(f" {word}" in said for word in self.words)


class PresencesForm:
    """The sign-in sheet: a presence for each registration, and some lines more.

    Each line says what it was when the page was opened: who writes meanwhile on another
    line loses nothing.
    """

    LINES = 5
    CHOICES = [*Registration.Presence.choices, ("", "absent")]

    def __init__(self, data, *, registrations, others=()):
        """`others` are known too, without a line on the sheet."""
        self.data = data
        self.is_bound = data is not None
        self.rows = [self._row(registration) for registration in registrations]
        known = [*others, *self._known()] if self.is_bound else []
        self.lines = [
            WalkInForm(data, prefix=f"venu-{n}", registrations=known) for n in range(self.LINES)
        ]

    def _known(self):
        """Those that a line may name; not whom the page itself, sent twice, has just noted."""
        walk_in = Registration.Status.WALK_IN
        return [
            row["registration"]
            for row in self.rows
            if self._showed(row) or row["registration"].status != walk_in
        ]

    def _row(self, registration):
        name = f"presence-{registration.pk}"
        sent = registration.presence
        if self.is_bound:
            sent = self.data.get(name, self.data.get(f"{name}-avant", sent))
        choices = [
            {"value": value, "label": label, "is_chosen": value == sent, "id": f"{name}-{n}"}
            for n, (value, label) in enumerate(self.CHOICES)
        ]
        return {
            "registration": registration,
            "is_waiting": registration.status == Registration.Status.WAITING,
            "name": name,
            "sent": sent,
            "choices": choices,
        }

    def is_valid(self):
        known = {value for value, _ in self.CHOICES}
        self.is_forged = any(row["sent"] not in known for row in self.rows)
        on_sheet = [row for row in self.rows if self._showed(row) and not row["is_waiting"]]
        addresses = {row["registration"].email for row in on_sheet} - {""}
        recognised = set()
        for line in filter(WalkInForm.is_valid, self.lines):
            email = line.cleaned_data.get("email", "").lower()
            if email and email in addresses and not line.recognised:
                line.add_error("email", "Cette adresse est déjà sur la feuille.")
            if line.recognised in recognised - {None}:
                line.add_error("same", "Une ligne plus haut est déjà cette personne.")
            addresses.add(email)
            recognised.add(line.recognised)
        return all(line.is_valid() for line in self.lines) and not self.is_forged

    def _showed(self, row):
        """Whether the page had this line: others registered since, or came by the same page."""
        return f"{row['name']}-avant" in self.data

    @property
    def seen(self):
        return [row["registration"].pk for row in self.rows if self._showed(row)]

    @property
    def marks(self):
        """{registration: presence} of the lines that were changed on the page."""
        return {
            row["registration"]: row["sent"]
            for row in self.rows
            if row["name"] in self.data and row["sent"] != self.data.get(f"{row['name']}-avant", "")
        }

    @property
    def walk_ins(self):
        """The fields of the registrations to write, those without a name left out."""
        return [
            self._answers(line.cleaned_data)
            for line in self.lines
            if line.cleaned_data["name"] and not line.recognised
        ]

    @property
    def recognised(self):
        """{registration: what the line that names it says}."""
        return {
            line.recognised: self._answers(line.cleaned_data)
            for line in self.lines
            if line.recognised
        }

    def _answers(self, data):
        return {
            **{name: data[name] for name in ("name", "organisation", "place")},
            "email": data["email"].lower(),
            "actor": actor_named(data["organisation"]),
            "territory": territory_named(data["place"]),
        }


class ProposedPresencesForm(forms.Form):
    """The presences proposed of an event, each to keep or not, with its stage."""

    def __init__(self, *args, proposals, **kwargs):
        super().__init__(*args, **kwargs)
        self.proposals = proposals
        for proposal in proposals:
            label = "noter l'étape" if proposal.is_of_a_stage else "noter présent"
            self.fields[f"keep-{proposal.key}"] = forms.BooleanField(
                label=label, label_suffix="", required=False, initial=True
            )
            self.fields[f"stage-{proposal.key}"] = forms.ChoiceField(
                label="étape ce jour-là",
                choices=[("", "sans étape"), *StageChange.Stage.choices],
                required=False,
                initial=proposal.stage,
            )

    @property
    def rows(self):
        return [
            (proposal, self[f"keep-{proposal.key}"], self[f"stage-{proposal.key}"])
            for proposal in self.proposals
        ]

    @property
    def kept(self):
        return [
            (proposal, self.cleaned_data[f"stage-{proposal.key}"])
            for proposal in self.proposals
            if self.cleaned_data[f"keep-{proposal.key}"]
        ]
