from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial"), ("registry", "0008_person_by_name")]

    operations = [
        migrations.RemoveIndex(model_name="enterprise", name="enterprise_name_prefix"),
        migrations.AlterField(
            model_name="enterprise",
            name="name",
            field=models.CharField(db_collation="C", max_length=200, verbose_name="企业名称"),
        ),
        migrations.AddIndex(model_name="enterprise", index=models.Index(fields=["name"], name="enterprise_by_name")),
        # A column that changes its type forgets its statistics, and nothing would count them again before it is written.
        migrations.RunSQL("ANALYZE registry_enterprise, registry_person", migrations.RunSQL.noop),
    ]
