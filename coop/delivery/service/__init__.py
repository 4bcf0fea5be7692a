"""Use cases of the delivery: the seller ships, the buyer weighs and accepts, the seller agrees.

The money of it is settlement's.
"""

from coop.delivery.service.papers import issue_certificate, void_certificate
from coop.delivery.service.shipping import ship
from coop.delivery.service.taking import agree, take

__all__ = ["agree", "issue_certificate", "ship", "take", "void_certificate"]
