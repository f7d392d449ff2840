"""/questions/: 常见问题, the answers that the authority published, found by words."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from erjian.messaging import questions
from erjian.portals.public.navigation import shell
from erjian.ui.forms import ErjianForm
from erjian.ui.paging import paginate


class SearchForm(ErjianForm, forms.Form):
    words = forms.CharField(label="关键词", max_length=50, required=False)


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Published questions and answers, newest first, or those that hold every word asked for."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    page = paginate(questions.published(words), request.GET)
    context = {"shell": shell(request, "guides"), "form": form, "page": page, "words": words}
    return render(request, "public/questions.html", context)
