from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0007_about_enterprise_by_constant"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True), ("paused_on__isnull", True), ("working", True)),
                fields=["due_on"],
                name="clock_running",
            ),
        ),
    ]
