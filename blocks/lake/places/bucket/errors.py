"""What a lake in a bucket refuses, told apart by who has to act."""

from __future__ import annotations

from ledger.errors import TerminalError, TransientError


class LakeServiceAway(TransientError):
    """The service that has the lake's bucket cannot be reached, is overloaded or broke off."""

    sentence = (
        "The lake at {address} does not answer as it should ({answer}). What was under way lies "
        "there wholly or not at all, and what runs again looks. Try again; if it lasts, see that "
        "the service runs and that AWS_ENDPOINT_URL names it."
    )


class PutUnproven(TransientError):
    """What was put into the lake's bucket is not there as it was sent."""

    sentence = (
        "The lake at {address} took {key} and does not have it as it was sent: {finding}. Nothing "
        "speaks of it yet. Try again; if it lasts, the service at AWS_ENDPOINT_URL loses data."
    )


class LandingPruned(TransientError):
    """A prune took something at the very moment when it came again."""

    sentence = (
        "A prune of the lake took {key} while it came again. Nothing was made of it. Try again, "
        "which lands it anew."
    )


class LakeUnusable(TerminalError):
    """A lake in a bucket cannot be used as it is."""


class LakeRefused(LakeUnusable):
    """The lake's bucket refuses what the lake needs of it."""

    sentence = (
        "The lake at {address} refuses {doing} ({answer}): {meaning}. Nothing of this step was "
        "made. The runbook (Lake in a bucket) lists the rights that the key needs."
    )


class LakeBucketGone(LakeUnusable):
    """There is no bucket of that name."""

    sentence = (
        "There is no bucket for the lake at {address}. Make it, or correct TASMA_LAKE_URL and "
        "AWS_ENDPOINT_URL; it is never made by this program."
    )


class LakeAddressMalformed(LakeUnusable):
    """The lake's address is none of a bucket."""

    sentence = (
        "The address of the lake (TASMA_LAKE_URL) is none of a bucket: expected s3://bucket or "
        "s3://bucket/prefix. Keys, region and endpoint go into AWS_ACCESS_KEY_ID, "
        "AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL, never into the address."
    )


class LakeWithoutDriver(LakeUnusable):
    """The lake is in a bucket, and the library for it is not installed."""

    sentence = (
        "The lake is in a bucket (TASMA_LAKE_URL), and boto3 is not installed. Install it with "
        "`pip install 'tasma[s3]'`."
    )
