from django.urls import include, path

from bench.yardsticks.raw import probes, views

urlpatterns = [
    path("raw/tasks/", views.tasks),
    path("raw/wait/", probes.wait),
    path("raw/validations/", probes.validations),
    path("raw/plan/", probes.plan),
    path("raw/sql/", probes.sql),
    path("", include("project.urls")),
]
