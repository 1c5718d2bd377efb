"""How the fields of a form stand on the page, where crispy-forms has no word for it."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from django.forms import BaseForm
from django.template.loader import render_to_string


class Depliant(LayoutObject):
    """Fields that most people leave alone, folded; open as soon as one of them was changed or is wrong."""

    template = "composants/_depliant.html"

    def __init__(self, resume: str, *fields: str) -> None:
        self.resume, self.fields = resume, list(fields)

    def render(self, form: BaseForm, context: Any, template_pack: str = "", **kwargs: Any) -> str:
        said = {*form.errors, *form.changed_data} if form.is_bound else set()
        rendered = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(
            self.template, {"resume": self.resume, "champs": rendered, "is_open": bool(said & set(self.fields))}
        )
