"""The one-time link from an SMS: whose account it is, and a new password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from erjian.accounts import invitations, sign_in
from erjian.portals.public.navigation import shell
from erjian.portals.public.sign_in import NewPasswordForm
from erjian.standards.errors import Refusal


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("new_password", "again")
def page(request: HttpRequest, token: str) -> HttpResponse:
    """/sign-in/link/<token>/: looking changes nothing; the form sets the password and signs in."""
    found = invitations.find(token)
    if found is None:
        return render(request, "public/link_gone.html", {"shell": shell(request)}, status=404)
    form = NewPasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = invitations.accept(token=token, password=form.cleaned_data["new_password"])
                address = sign_in.finish(request, user, way="link")
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"口令已设置。以后用用户名 {user.username} 登录。")
                return redirect(address)
    context = {"shell": shell(request), "form": form, "one": found.user}
    return render(request, "public/link.html", context, status=status)
