from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_person_name_with_key")]

    operations = [
        migrations.RemoveIndex(model_name="person", name="person_name_prefix"),
        migrations.AlterField(
            model_name="person",
            name="name",
            field=models.CharField(db_collation="C", max_length=100, verbose_name="姓名"),
        ),
        migrations.AddIndex(
            model_name="person", index=models.Index(fields=["name"], include=("id",), name="person_by_name")
        ),
    ]
