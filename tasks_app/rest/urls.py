from django.urls import path

from tasks_app.rest import views

urlpatterns = [
    path("tasks/", views.TaskList.as_view(), name="task-list"),
    path("tasks/<uuid:pk>/", views.TaskDetail.as_view(), name="task"),
    path("task-schedules/", views.ScheduleList.as_view(), name="task-schedule-list"),
    path("task-schedules/<uuid:pk>/", views.ScheduleDetail.as_view(), name="task-schedule"),
]
