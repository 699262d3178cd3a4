from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("centers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoadedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=1000, unique=True)),
                ("digests", models.JSONField()),
            ],
        ),
    ]
