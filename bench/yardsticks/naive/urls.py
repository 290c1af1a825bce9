from rest_framework import mixins, routers, serializers, viewsets

from bench.yardsticks.naive.models import Task, TaskResult
from bench.yardsticks.naive.tasks import add


class TaskResultSerializer(serializers.ModelSerializer[TaskResult]):
    class Meta:
        model = TaskResult
        fields = ["id", "result", "created_at"]


class TaskSerializer(serializers.ModelSerializer[Task]):
    results = TaskResultSerializer(many=True, read_only=True)

    class Meta:
        model = Task
        fields = [
            *("id", "a", "b", "status", "failed_message", "celery_task_id"),
            *("results", "created_at", "updated_at"),
        ]
        read_only_fields = ["status", "failed_message", "celery_task_id"]


class TaskViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Task],
):
    queryset = Task.objects.prefetch_related("results").order_by("-created_at")
    serializer_class = TaskSerializer

    def perform_create(self, serializer: serializers.BaseSerializer[Task]) -> None:
        task = serializer.save()
        task.celery_task_id = add.delay(str(task.id)).id
        task.save(update_fields=["celery_task_id"])


router = routers.DefaultRouter()
router.register("tasks", TaskViewSet)
urlpatterns = router.urls
