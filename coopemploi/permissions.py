"""Who may edit which records: one rule, which the app that knows perimeters gives.

Model permissions say what somebody may do; this rule says to which records.
"""


class EditingRule:
    """Without perimeters: every record that model permissions let one edit."""

    def editable(self, queryset, user):
        """Those of the records that `user` may edit."""
        return queryset

    def can_publish(self, user):
        return True

    def scopes(self, model, user):
        """Whether lists of a model show first what `user` may edit."""
        return False


_rules = [EditingRule()]


def apply(rule):
    """Make `rule` the one that admin, imports and exports ask."""
    _rules[:] = [rule]


def editing_rule():
    return _rules[0]


def can_change_record(user, record):
    """Whether the admin lets `user` change a record; asking costs nothing to who is not staff."""
    options = record._meta
    return (
        user.is_staff
        and user.has_perm(f"{options.app_label}.change_{options.model_name}")
        and editing_rule().editable(type(record)._base_manager.filter(pk=record.pk), user).exists()
    )
