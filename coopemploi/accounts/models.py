from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower


class UserQuerySet(models.QuerySet):
    def unconfirmed(self, before):
        """Those who opened an account before that time, and never proved their address.

        Who was given an account has a confirmed address, or none yet.
        """
        return self.filter(
            is_staff=False,
            last_login=None,
            date_joined__lt=before,
            emailaddress__verified=False,
        ).exclude(emailaddress__verified=True)

    def inactive(self, before):
        """Participants who have not signed in since that time."""
        return self.filter(is_staff=False, is_superuser=False, is_demo=False).filter(
            Q(last_login__lt=before) | Q(last_login=None, date_joined__lt=before)
        )

    def warned(self):
        """Those told, since they last came, that their account would be erased."""
        return self.filter(
            Q(warned_at__gt=F("last_login")) | Q(last_login=None, warned_at__isnull=False)
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractUser):
    """Somebody who signs in, by e-mail; what they do in the network is a Person."""

    username = None
    email = models.EmailField("adresse e-mail", unique=True)
    is_demo = models.BooleanField(
        "compte de démonstration",
        default=False,
        editable=False,
        help_text="Ne peut se connecter que sur un site de démonstration (DEBUG).",
    )

    warned_at = models.DateTimeField(
        "averti de l'effacement le", null=True, blank=True, editable=False
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = "utilisateur"
        verbose_name_plural = "utilisateurs"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Un compte utilise déjà cette adresse e-mail.",
            )
        ]

    def __str__(self):
        return self.get_full_name() or self.email

    def has_second_factor(self):
        """An application or a key; recovery codes only stand in for them."""
        return self.authenticator_set.exclude(type="recovery_codes").exists()

    def must_have_second_factor(self):
        """Staff; but a demo account, whose password is public, protects nothing."""
        return self.is_staff and not self.is_demo


class SavedFilter(models.Model):
    """A search in a list of the admin, that a user keeps under a name."""

    user = models.ForeignKey(
        User, verbose_name="utilisateur", on_delete=models.CASCADE, related_name="saved_filters"
    )
    records = models.CharField(
        "liste", max_length=100, help_text="Le genre de fiches : « initiatives.initiative »."
    )
    name = models.CharField("nom du filtre", max_length=60)
    query = models.CharField("filtre", max_length=1000)

    class Meta:
        verbose_name = "filtre enregistré"
        verbose_name_plural = "filtres enregistrés"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "records", "name"],
                name="saved_filter_unique",
                violation_error_message="Vous avez déjà un filtre de ce nom.",
            )
        ]

    def __str__(self):
        return self.name
