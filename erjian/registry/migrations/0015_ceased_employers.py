import django.db.models.deletion
from django.db import migrations, models

# Known from today on: nobody was told before, and the people's time begins when they are.
_FILL = """
UPDATE registry_enterprise e SET ceased_on = (now() AT TIME ZONE 'Asia/Shanghai')::date
WHERE e.status IN ('revoked', 'cancelled') OR (
    EXISTS (SELECT 1 FROM registry_enterprisequalification q WHERE q.enterprise_id = e.id AND q.withdrawn_on IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM registry_enterprisequalification q WHERE q.enterprise_id = e.id AND q.withdrawn_on IS NULL)
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0014_presence_counted"),
    ]

    operations = [
        migrations.CreateModel(
            name="PendingLapse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ceased_on", models.DateField(verbose_name="记录日期")),
                ("lapses_on", models.DateField(db_index=True, verbose_name="失效日期")),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.enterprise"
                    ),
                ),
                (
                    "registration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pending_lapse",
                        to="registry.registration",
                    ),
                ),
            ],
            options={"verbose_name": "待失效注册"},
        ),
        migrations.AddField(
            model_name="enterprise",
            name="ceased_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="不能聘用的记录日期"),
        ),
        migrations.AddIndex(
            model_name="enterprise",
            index=models.Index(
                condition=models.Q(("ceased_on__isnull", False)), fields=["id"], name="enterprise_ceased"
            ),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
