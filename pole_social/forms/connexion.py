"""The only sign-in form."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.forms import AuthenticationForm

from pole_social.texts import validate_text


class ConnexionForm(AuthenticationForm):
    """Django's own, dressed like the others. One message whatever was wrong: nothing tells an account exists."""

    error_messages = {
        "invalid_login": "L’identifiant ou le mot de passe ne correspond pas. Vérifiez les majuscules.",
        "inactive": "L’identifiant ou le mot de passe ne correspond pas. Vérifiez les majuscules.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Identifiant"
        self.fields["password"].label = "Mot de passe"
        for field in self.fields.values():
            assert isinstance(field, forms.CharField)
            field.validators.append(validate_text)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
