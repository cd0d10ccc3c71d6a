"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path

from chat.admin import doctor

urlpatterns = [
    path("admin/doctor/", doctor.page, name="doctor"),
    path("admin/", admin.site.urls),
    path("", include("chat.urls")),
]

handler400 = "chat.views.http_errors.bad_request"
