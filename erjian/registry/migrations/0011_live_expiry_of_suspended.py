from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_figures")]

    operations = [
        migrations.RemoveIndex(model_name="registration", name="registration_live_expiry"),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("status__in", ("valid", "suspended"))),
                fields=["valid_until"],
                name="registration_live_expiry",
            ),
        ),
    ]
