"""The forms' common base."""

from pole_social.forms.base import CreateForm, EditForm, HubForm
from pole_social.forms.fields import FreeDateField, KnownChoiceField, KnownChoicesField, PartialDateField

__all__ = [
    "CreateForm",
    "EditForm",
    "FreeDateField",
    "HubForm",
    "KnownChoiceField",
    "KnownChoicesField",
    "PartialDateField",
]
