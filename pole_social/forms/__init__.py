"""The forms' common base."""

from pole_social.forms.base import CreateForm, EditForm, HubForm
from pole_social.forms.fields import (
    AgentChoiceField,
    FreeDateField,
    KnownChoiceField,
    KnownChoicesField,
    PartialDateField,
)

__all__ = [
    "AgentChoiceField",
    "CreateForm",
    "EditForm",
    "FreeDateField",
    "HubForm",
    "KnownChoiceField",
    "KnownChoicesField",
    "PartialDateField",
]
