"""What is known of how content was made, as data: who says so, what, and when."""

from __future__ import annotations

from django.db import models

from labeling.models.content import ContentItem


class AiSource(models.TextChoices):
    """Who says how content was made."""

    CREATOR = "creator", "Declared by its creator"
    PLATFORM = "platform", "Flagged by the platform"
    CREDENTIALS = "content_credentials", "Content Credentials of the file"


class AiSays(models.TextChoices):
    """What is said; as `labeling.provenance.Says`."""

    GENERATED = "generated", "Made with artificial intelligence"
    PARTLY = "partly", "Made or changed in part with artificial intelligence"
    NOT_AI = "not_ai", "Not made with artificial intelligence"
    NOTHING = "nothing", "Nothing about how it was made"


#: What is said of content that a label names.
AI: tuple[AiSays, ...] = (AiSays.GENERATED, AiSays.PARTLY)


class CredentialsState(models.TextChoices):
    """How far Content Credentials can be believed; as `labeling.provenance.State`."""

    NONE = "none", "None"
    VALID = "valid", "Valid, by a trusted signer"
    UNTRUSTED = "untrusted", "Unchanged, by a signer nobody vouches for"
    INVALID = "invalid", "Not valid: proves nothing"
    ELSEWHERE = "elsewhere", "Only named, not in the file"


class AiEvidence(models.Model):
    """One statement on how an item was made.

    Creator and platform have one each, the last they made (`digest` is empty); files one for each file, known by the
    SHA-256 of its bytes, which are not kept. `signer` and `generator` are what a file names. `details` hold `sources`,
    `actions` and `problems`, as read. Erased together with the item's words (`item_rows.items_erase`).
    """

    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="ai_evidence", db_index=False)
    source = models.CharField(max_length=20, choices=AiSource)
    says = models.CharField(max_length=10, choices=AiSays)
    state = models.CharField(max_length=10, choices=CredentialsState, blank=True, db_default="")
    digest = models.CharField(max_length=64, blank=True, db_default="")
    media_type = models.CharField(max_length=40, blank=True, db_default="")
    signer = models.CharField(max_length=420, blank=True, db_default="")
    generator = models.CharField(max_length=420, blank=True, db_default="")
    details = models.JSONField(default=dict, db_default={}, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Begins with what is asked for: all that is known of an item.
            models.UniqueConstraint(fields=["item", "source", "digest"], name="ai_evidence_is_given_once"),
            models.CheckConstraint(condition=models.Q(source__in=AiSource.values), name="ai_evidence_source_is_known"),
            models.CheckConstraint(condition=models.Q(says__in=AiSays.values), name="ai_evidence_says_what_is_known"),
            models.CheckConstraint(
                condition=models.Q(
                    source=AiSource.CREDENTIALS, state__in=CredentialsState.values, digest__regex=r"^[0-9a-f]{64}$"
                )
                | (~models.Q(source=AiSource.CREDENTIALS) & models.Q(state="", digest="")),
                name="ai_evidence_of_files_names_them",
            ),
            # Whatever a broken manifest holds, it proves nothing.
            models.CheckConstraint(
                condition=~models.Q(state__in=[CredentialsState.NONE, CredentialsState.INVALID, "elsewhere"])
                | models.Q(says=AiSays.NOTHING),
                name="ai_evidence_of_broken_files_says_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.source} says {self.says}"
