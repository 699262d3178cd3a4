"""What 0013 added is true of the rows that were there before: looked at while others go on writing."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("labeling", "0013_claim_effects")]
    operations = [
        ValidateConstraint(model_name="label", name="label_finding_is_of_unverified"),
        ValidateConstraint(model_name="reviewsignal", name="review_signal_kind_is_known"),
        ValidateConstraint(model_name="reviewtask", name="review_task_kind_is_known"),
    ]
