"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path

from chatsite.doctor import admin_page

urlpatterns = [
    path("admin/doctor/", admin_page.page, name="doctor"),
    path("admin/", admin.site.urls),
    path("", include("chat.urls")),
]

handler400 = "chat.views.http_errors.bad_request"
