from django.db import migrations


class Migration(migrations.Migration):
    """What failed is counted on 待办事项; the queue's own indexes know what waits and what is being done."""

    dependencies = [("applications", "0008_running_clocks"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX job_failed ON procrastinate_jobs (id) WHERE status = 'failed'", "DROP INDEX job_failed"
        ),
    ]
