"""What a confidential team keeps to itself: who may read, what stands in for a person's id."""

from daywatch.confidential.mask import Mask, mask_of, withheld
from daywatch.confidential.people import caller, groups_of, may_read
from daywatch.confidential.pseudonyms import PSEUDONYM, pseudonym, pseudonym_key

__all__ = [
    "PSEUDONYM",
    "Mask",
    "caller",
    "groups_of",
    "mask_of",
    "may_read",
    "pseudonym",
    "pseudonym_key",
    "withheld",
]
