import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0012_few_who_have"),
    ]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("authority_code", models.CharField(max_length=6, verbose_name="申报主管部门")),
                ("name", models.CharField(db_collation="C", max_length=100, verbose_name="姓名")),
                ("held", models.IntegerField(db_default=0, default=0, verbose_name="注册与资格证书数")),
                ("cases", models.IntegerField(db_default=0, default=0, verbose_name="已上报的申报数")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="presences", to="registry.person"
                    ),
                ),
            ],
            options={
                "verbose_name": "人员归属",
                "indexes": [
                    models.Index(
                        condition=models.Q(("held__gt", 0)),
                        fields=["authority_code", "-person"],
                        name="presence_newest",
                    ),
                    models.Index(
                        condition=models.Q(("held__gt", 0)),
                        fields=["authority_code", "name", "-person"],
                        name="presence_by_name",
                    ),
                    models.Index(
                        condition=models.Q(("cases__gt", 0)),
                        fields=["authority_code", "name", "person"],
                        name="presence_of_cases",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("authority_code", "person"),
                        name="presence_unique",
                        violation_error_message="该人员的归属已登记。",
                    )
                ],
            },
        ),
    ]
