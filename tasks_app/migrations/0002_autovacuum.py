from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tasks_app", "0001_tables")]

    operations = [
        # The claim reads the head of an index from which tasks leave all the time. Dead entries
        # must be removed soon, however large the table is.
        migrations.RunSQL(
            """
            ALTER TABLE tasks_app_task SET (
                autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
                autovacuum_vacuum_insert_scale_factor = 0,
                autovacuum_vacuum_insert_threshold = 50000,
                autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000,
                autovacuum_vacuum_cost_delay = 0, fillfactor = 80
            );
            """,
            migrations.RunSQL.noop,
        ),
    ]
