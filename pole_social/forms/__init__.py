"""The forms' common base."""

from pole_social.forms.base import CreateForm, EditForm, HubForm
from pole_social.forms.fields import (
    AgentChoiceField,
    FreeDateField,
    KnownChoiceField,
    KnownChoicesField,
    PartialDateField,
)
from pole_social.forms.layout import Depliant

__all__ = [
    "AgentChoiceField",
    "CreateForm",
    "Depliant",
    "EditForm",
    "FreeDateField",
    "HubForm",
    "KnownChoiceField",
    "KnownChoicesField",
    "PartialDateField",
]
