import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("registry", "0011_live_expiry_of_suspended"),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="emergency_phone_index",
            field=models.BinaryField(max_length=32, null=True, verbose_name="emergency phone（索引）"),
        ),
        migrations.AlterField(
            model_name="person",
            name="id_back",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.blob",
                verbose_name="身份证反照",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="id_front",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.blob",
                verbose_name="身份证正照",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="id_held",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.blob",
                verbose_name="手持身份证照",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="pledge",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.blob",
                verbose_name="个人承诺书",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="portrait",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.blob",
                verbose_name="人员寸照",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="signature",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.blob",
                verbose_name="个人手写签名",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("portrait__isnull", False)), fields=["portrait"], name="person_portrait"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("signature__isnull", False)), fields=["signature"], name="person_signature"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("id_front__isnull", False)), fields=["id_front"], name="person_id_front"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("id_back__isnull", False)), fields=["id_back"], name="person_id_back"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("id_held__isnull", False)), fields=["id_held"], name="person_id_held"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("pledge__isnull", False)), fields=["pledge"], name="person_pledge"),
        ),
        migrations.AddIndex(
            model_name="registrationspecialty",
            index=models.Index(
                condition=models.Q(("voided", False)),
                fields=["end"],
                include=("registration",),
                name="specialty_by_end",
            ),
        ),
    ]
