"""The facts of ingest: contacts, sealed."""

from __future__ import annotations

from django.db import models


class Contact(models.Model):  # type: ignore[misc]
    """How one customer is reached in one way; `from_at` is when it was said, in microseconds UTC."""

    customer_id = models.TextField()
    kind = models.CharField(max_length=16)
    sealed = models.BinaryField()
    blind_index = models.BinaryField(max_length=16)
    from_at = models.BigIntegerField()

    class Meta:
        app_label = "ingest"
        constraints = (
            models.UniqueConstraint(fields=("customer_id", "kind"), name="ingest_contact_of_customer"),
        )
        indexes = (models.Index(fields=("kind", "blind_index"), name="ingest_contact_index"),)
